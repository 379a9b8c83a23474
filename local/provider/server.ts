import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { type IResourceProviderServer, ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { InitFailed, type Log, type Package, type Subject } from "./provider";
import type { Properties } from "./values";

/** A provider that answers, and the port it does so at. */
export interface Serving {
  readonly port: number;
  /** Ends when the calls under way have been answered. */
  stop(): Promise<void>;
  /** Ends at once, as a killed process does: calls under way are cut off and send nothing more. */
  kill(): void;
}

type Handler<Request, Response> = (request: Request) => Promise<Response>;

/**
 * Serves packages over Pulumi's provider protocol on this machine, all at one port: a call's package is the first part
 * of its type token. It stands in for `main` of `@pulumi/pulumi/provider`, which hides from a provider the old inputs and
 * whether a call is a preview, and which can neither be stopped nor tell its port but by printing it.
 *
 * @param port 0, the default: any free one
 */
export async function servePackages(packages: Readonly<Record<string, Package>>, port = 0): Promise<Serving> {
  let engine: EngineClient | undefined;
  const attach = (address: string): void => {
    engine?.close();
    engine = address ? new EngineClient(address, grpc.credentials.createInsecure()) : undefined;
  };
  const log: Log = async (severity, message, urn) => {
    const request = new LogRequest();
    request.setSeverity(severity === "warning" ? LogSeverity.WARNING : LogSeverity.INFO);
    request.setMessage(message);
    request.setUrn(urn);
    const told = engine && (await new Promise((done) => engine!.log(request, (error) => done(!error))));
    if (!told) process.stderr.write(`${severity}: ${message}\n`);
  };
  const packageOf = (token: string): Package => {
    const found = packages[token.split(":")[0]];
    if (found) return found;
    throw new Error(`${token}: this provider answers for ${Object.keys(packages).join(" and ")} only`);
  };

  const server = new grpc.Server({ "grpc.max_receive_message_length": 400 * 1024 * 1024 });
  server.addService(ResourceProviderService, implementation(packageOf, packages, attach, log));
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error, actual) =>
      error ? reject(error) : resolve(actual),
    );
  });
  return {
    port: bound,
    stop: async () => {
      attach("");
      await new Promise<void>((done) => server.tryShutdown(() => done()));
    },
    kill: () => {
      attach("");
      server.forceShutdown();
    },
  };
}

function implementation(
  packageOf: (token: string) => Package,
  packages: Readonly<Record<string, Package>>,
  attach: (address: string) => void,
  log: Log,
): Partial<IResourceProviderServer> & grpc.UntypedServiceImplementation {
  return {
    handshake: unary<proto.ProviderHandshakeRequest, proto.ProviderHandshakeResponse>(async (request) => {
      attach(request.getEngineAddress());
      const response = new proto.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      return response;
    }),
    attach: unary<{ getAddress(): string }, Empty>(async (request) => {
      attach(request.getAddress());
      return new Empty();
    }),
    getPluginInfo: unary<Empty, PluginInfo>(async () => {
      // The CLI warns of a version below that of a package's SDK; asked without a package, the highest suits all.
      const versions = Object.values(packages).map((target) => target.version);
      const info = new PluginInfo();
      info.setVersion(versions.sort((a, b) => a.localeCompare(b, "en", { numeric: true })).at(-1)!);
      return info;
    }),
    getSchema: unary<proto.GetSchemaRequest, proto.GetSchemaResponse>(async () => {
      const response = new proto.GetSchemaResponse();
      response.setSchema("{}");
      return response;
    }),
    checkConfig: unary<proto.CheckRequest, proto.CheckResponse>(async (request) => {
      const response = new proto.CheckResponse();
      response.setInputs(request.getNews());
      return response;
    }),
    diffConfig: unary<proto.DiffRequest, proto.DiffResponse>(async () => new proto.DiffResponse()),
    configure: unary<proto.ConfigureRequest, proto.ConfigureResponse>(async (request) => {
      for (const [name, target] of Object.entries(packages)) {
        const prefix = `${name}:config:`;
        const own = [...request.getVariablesMap().entries()].filter(([key]) => key.startsWith(prefix));
        if (own.length > 0) target.configure(Object.fromEntries(own.map(([key, v]) => [key.slice(prefix.length), v])));
      }
      const response = new proto.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      return response;
    }),
    check: unary<proto.CheckRequest, proto.CheckResponse>(async (request) => {
      const subject = subjectOf(request.getUrn());
      const seed = Buffer.from(request.getRandomseed_asU8());
      const result = await packageOf(subject.token).check(
        subject,
        from(request.getOlds()),
        from(request.getNews()),
        seed,
      );
      const response = new proto.CheckResponse();
      response.setInputs(to(result.inputs));
      response.setFailuresList(
        result.failures.map(({ property, reason }) => {
          const failure = new proto.CheckFailure();
          failure.setProperty(property);
          failure.setReason(reason);
          return failure;
        }),
      );
      return response;
    }),
    diff: unary<proto.DiffRequest, proto.DiffResponse>(async (request) => {
      const subject = subjectOf(request.getUrn());
      const [inputs, outputs, news] = [from(request.getOldInputs()), from(request.getOlds()), from(request.getNews())];
      return diffResponse(await packageOf(subject.token).diff(subject, inputs, outputs, news));
    }),
    create: unary<proto.CreateRequest, proto.CreateResponse>(async (request) => {
      const subject = subjectOf(request.getUrn());
      const target = packageOf(subject.token);
      const { id, outputs } = await target.create(subject, from(request.getProperties()), request.getPreview(), log);
      const response = new proto.CreateResponse();
      response.setId(id);
      response.setProperties(to(outputs));
      return response;
    }),
    read: unary<proto.ReadRequest, proto.ReadResponse>(async (request) => {
      const subject = subjectOf(request.getUrn());
      const id = request.getId();
      const properties = from(request.getProperties());
      const given = from(request.getInputs());
      // Without an id, whatever was sent is inputs: there are no outputs yet.
      const inputs = id === "" && Object.keys(given).length === 0 ? properties : given;
      const found = await packageOf(subject.token).read(subject, id, inputs, id === "" ? {} : properties);
      const response = new proto.ReadResponse();
      if (!found) return response;
      response.setId(found.id);
      response.setProperties(to(found.outputs));
      response.setInputs(to(found.inputs));
      return response;
    }),
    update: unary<proto.UpdateRequest, proto.UpdateResponse>(async (request) => {
      const subject = subjectOf(request.getUrn());
      const old = { inputs: from(request.getOldInputs()), outputs: from(request.getOlds()) };
      const [id, news] = [request.getId(), from(request.getNews())];
      const response = new proto.UpdateResponse();
      const outputs = await packageOf(subject.token).update(subject, id, old, news, request.getPreview(), log);
      response.setProperties(to(outputs));
      return response;
    }),
    delete: unary<proto.DeleteRequest, Empty>(async (request) => {
      const subject = subjectOf(request.getUrn());
      const [inputs, outputs] = [from(request.getOldInputs()), from(request.getProperties())];
      await packageOf(subject.token).delete(subject, request.getId(), inputs, outputs);
      return new Empty();
    }),
    invoke: unary<proto.InvokeRequest, proto.InvokeResponse>(async (request) => {
      const token = request.getTok();
      const response = new proto.InvokeResponse();
      response.setReturn(to(await packageOf(token).invoke(token, from(request.getArgs()))));
      return response;
    }),
    cancel: unary<Empty, Empty>(async () => new Empty()),
  };
}

function diffResponse({ changes, replaces, deleteBeforeReplace }: Awaited<ReturnType<Package["diff"]>>) {
  const response = new proto.DiffResponse();
  const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
  response.setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setReplacesList([...replaces]);
  response.setDeletebeforereplace(deleteBeforeReplace);
  response.setDiffsList([...new Set(changes.map((change) => change.path.split(/[.[]/)[0]))]);
  response.setHasdetaileddiff(true);
  const { Kind } = proto.PropertyDiff;
  const kinds = {
    add: [Kind.ADD, Kind.ADD_REPLACE],
    delete: [Kind.DELETE, Kind.DELETE_REPLACE],
    update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
  };
  for (const change of changes) {
    const detail = new proto.PropertyDiff();
    detail.setKind(kinds[change.kind][change.replaces ? 1 : 0]);
    detail.setInputdiff(true);
    response.getDetaileddiffMap().set(change.path, detail);
  }
  return response;
}

/** The gRPC form of a handler; its errors become one line for the user. */
function unary<Request, Response>(handler: Handler<Request, Response>): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    handler(call.request).then(
      (response) => callback(null, response),
      (error: Error) => callback(serviceError(error)),
    );
  };
}

function serviceError(error: Error): Partial<grpc.StatusObject> {
  const metadata = new grpc.Metadata();
  if (error instanceof InitFailed) {
    const detail = new ErrorResourceInitFailed();
    detail.setId(error.id);
    detail.setProperties(to(error.outputs));
    detail.setInputs(to(error.inputs));
    detail.setReasonsList([error.message]);
    const packed = new Any();
    packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new Status();
    status.setCode(grpc.status.UNKNOWN);
    status.setMessage(error.message);
    status.addDetails(packed);
    metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  }
  return { code: grpc.status.UNKNOWN, details: error.message, metadata };
}

/** `urn:pulumi:stack::project::parent$type::name`. */
export function subjectOf(urn: string): Subject {
  const [, , types, ...name] = urn.split("::");
  return { urn, token: types.split("$").at(-1)!, name: name.join("::") };
}

function from(struct: Struct | undefined): Properties {
  return (struct?.toJavaScript() ?? {}) as Properties;
}

/** Through JSON, since a Struct cannot hold `undefined`. */
function to(properties: Properties): Struct {
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)) as Properties);
}
