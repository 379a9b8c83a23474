import { randomBytes } from "node:crypto";

import * as grpc from "@grpc/grpc-js";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";

import { fromStruct } from "../../../local/host/providers";
import { nameOf, typeOf } from "../../../local/host/urn";
import { reveal, same, unknown, type Properties } from "../../../local/host/values";

export interface Call {
  method: "check" | "diff" | "create" | "update" | "delete" | "read" | "invoke";
  urn: string;
  id?: string;
}

/**
 * A cloud of things, behind a provider for package `test`, in this process.
 *
 * A thing has a `name` (random unless given), and any other inputs. A changed `size` replaces it; with `fixed: true` the
 * old one goes first. Its outputs are its inputs and an `endpoint`. Only create, update and delete change the cloud.
 */
export class FakeCloud {
  readonly things = new Map<string, Properties>();
  readonly calls: Call[] = [];
  address = "";
  /** Called before a changing request takes effect, and after; what it throws fails the request. */
  before: (call: Call, n: number) => void = () => undefined;
  after: (call: Call, n: number) => void = () => undefined;
  /** Set: creations make their thing, but then fail so. */
  halfWay?: string;
  /** Milliseconds a creation takes. */
  delay = 0;
  /** The most creations that ever ran at a time. */
  most = 0;
  private running = 0;
  private changes = 0;
  private readonly server = new grpc.Server();

  static async start(): Promise<FakeCloud> {
    const cloud = new FakeCloud();
    cloud.server.addService(ResourceProviderService, cloud.methods());
    const port = await new Promise<number>((resolve, reject) => {
      cloud.server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    cloud.address = `127.0.0.1:${port}`;
    return cloud;
  }

  stop(): void {
    this.server.forceShutdown();
  }

  /** The calls that change the cloud, as `method name`. */
  changed(): string[] {
    return this.calls
      .filter(({ method }) => ["create", "update", "delete"].includes(method))
      .map(({ method, urn }) => `${method} ${nameOf(urn)}`);
  }

  names(): string[] {
    return [...this.things.values()].map(({ name }) => String(name)).sort();
  }

  private methods(): grpc.UntypedServiceImplementation {
    return {
      attach: unary<unknown, Empty>(() => new Empty()),
      getPluginInfo: unary<unknown, PluginInfo>(() => new PluginInfo()),
      configure: unary<proto.ConfigureRequest, proto.ConfigureResponse>(() => {
        const response = new proto.ConfigureResponse();
        response.setAcceptsecrets(true);
        return response;
      }),
      check: unary<proto.CheckRequest, proto.CheckResponse>((request) => {
        const urn = request.getUrn();
        this.calls.push({ method: "check", urn });
        const [olds, news] = [fromStruct(request.getOlds()), fromStruct(request.getNews())];
        const response = new proto.CheckResponse();
        const name = news.name ?? olds.name ?? `${nameOf(urn)}-${randomBytes(4).toString("hex")}`;
        if (news.size === "impossible") {
          const failure = new proto.CheckFailure();
          failure.setProperty("size");
          failure.setReason("there is no such size");
          response.addFailures(failure);
        }
        response.setInputs(Struct.fromJavaScript({ ...news, name }));
        return response;
      }),
      diff: unary<proto.DiffRequest, proto.DiffResponse>((request) => {
        this.calls.push({ method: "diff", urn: request.getUrn(), id: request.getId() });
        const [olds, news] = [fromStruct(request.getOldInputs()), fromStruct(request.getNews())];
        const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
        const changed = keys.filter((key) => news[key] === unknown || !same(olds[key], news[key]));
        const response = new proto.DiffResponse();
        const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
        response.setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE);
        response.setReplacesList(changed.filter((key) => key === "size" || key === "name"));
        response.setDeletebeforereplace(news.fixed === true);
        return response;
      }),
      create: this.slow(unary<proto.CreateRequest, proto.CreateResponse>((request) => this.create(request))),
      update: unary<proto.UpdateRequest, proto.UpdateResponse>((request) => {
        const id = request.getId();
        const outputs = this.change({ method: "update", urn: request.getUrn(), id }, () => {
          if (!this.things.has(id)) throw new Error(`there is no ${id}`);
          return this.put(id, fromStruct(request.getNews()));
        });
        const response = new proto.UpdateResponse();
        response.setProperties(Struct.fromJavaScript(outputs));
        return response;
      }),
      delete: unary<proto.DeleteRequest, Empty>((request) => {
        this.change({ method: "delete", urn: request.getUrn(), id: request.getId() }, () =>
          this.things.delete(request.getId()),
        );
        return new Empty();
      }),
      read: unary<proto.ReadRequest, proto.ReadResponse>((request) => {
        const inputs = reveal(fromStruct(request.getInputs()));
        const id = request.getId() || `/${typeOf(request.getUrn())}/${String(inputs.name)}`;
        this.calls.push({ method: "read", urn: request.getUrn(), id });
        const response = new proto.ReadResponse();
        const found = this.things.get(id);
        if (found) {
          response.setId(id);
          response.setProperties(Struct.fromJavaScript({ ...found, endpoint: `https://${String(found.name)}` }));
        }
        return response;
      }),
      invoke: unary<proto.InvokeRequest, proto.InvokeResponse>((request) => {
        this.calls.push({ method: "invoke", urn: request.getTok() });
        const args = fromStruct(request.getArgs());
        if (args.fail) throw new Error("asked to fail");
        const response = new proto.InvokeResponse();
        response.setReturn(Struct.fromJavaScript({ doubled: Number(args.value) * 2 }));
        return response;
      }),
    };
  }

  private slow<Request, Response>(
    method: grpc.handleUnaryCall<Request, Response>,
  ): grpc.handleUnaryCall<Request, Response> {
    return (call, respond) => {
      this.most = Math.max(this.most, (this.running += 1));
      setTimeout(() => {
        this.running -= 1;
        method(call, respond);
      }, this.delay);
    };
  }

  private create(request: proto.CreateRequest): proto.CreateResponse {
    const inputs = fromStruct(request.getProperties());
    const id = `/${typeOf(request.getUrn())}/${String(reveal(inputs).name)}`;
    const outputs = this.change({ method: "create", urn: request.getUrn(), id }, () => this.put(id, inputs));
    if (this.halfWay) {
      const failed = new proto.ErrorResourceInitFailed();
      failed.setId(id);
      failed.setProperties(Struct.fromJavaScript(outputs));
      failed.setReasonsList([this.halfWay]);
      const detail = new Any();
      detail.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
      const status = new Status();
      status.addDetails(detail);
      const metadata = new grpc.Metadata();
      metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
      throw Object.assign(new Error(this.halfWay), { metadata });
    }
    const response = new proto.CreateResponse();
    response.setId(id);
    response.setProperties(Struct.fromJavaScript(outputs));
    return response;
  }

  private put(id: string, inputs: Properties): Properties {
    this.things.set(id, reveal(inputs));
    return { ...inputs, endpoint: `https://${String(reveal(inputs).name)}` };
  }

  private change<T>(call: Call, work: () => T): T {
    this.calls.push(call);
    const n = (this.changes += 1);
    this.before(call, n);
    const result = work();
    this.after(call, n);
    return result;
  }
}

function unary<Request, Response>(method: (request: Request) => Response): grpc.handleUnaryCall<Request, Response> {
  return (call, respond) => {
    try {
      respond(null, method(call.request));
    } catch (error) {
      const { message, metadata } = error as Error & { metadata?: grpc.Metadata };
      respond({ code: grpc.status.UNKNOWN, details: message, metadata });
    }
  };
}
