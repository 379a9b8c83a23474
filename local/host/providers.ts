import * as grpc from "@grpc/grpc-js";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";

import { nameOf, typeOf } from "./urn";
import { keepSecrets, reveal, same, type Properties } from "./values";

/** 400 MB, as the Pulumi SDK sets it. */
export const channelOptions = { "grpc.max_receive_message_length": 1024 * 1024 * 400 };

/** Calls one method of a gRPC client. */
export function call<Request, Response>(
  method: (request: Request, callback: (error: grpc.ServiceError | null, response: Response) => void) => unknown,
  request: Request,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    method(request, (error, response) => (error ? reject(error) : resolve(response)));
  });
}

export const isUnimplemented = (error: unknown): boolean =>
  (error as grpc.ServiceError).code === grpc.status.UNIMPLEMENTED;

export const toStruct = (properties: Properties): Struct => Struct.fromJavaScript(properties);
export const fromStruct = (struct: Struct | undefined): Properties =>
  (struct?.toJavaScript() as Properties | undefined) ?? {};

/** Whether it is unknown what became of a call, because the provider or the connection to it went away. */
export const isLost = (error: unknown): boolean =>
  [grpc.status.UNAVAILABLE, grpc.status.CANCELLED].includes(((error as Error).cause as grpc.ServiceError)?.code);

/** A refusal or failure told by a provider. `created`: the resource exists all the same, unfinished. */
export class ProviderError extends Error {
  constructor(
    message: string,
    readonly created?: { id: string; outputs: Properties; initErrors: string[] },
  ) {
    super(message);
  }
}

export interface CheckResult {
  inputs: Properties;
  failures: { property: string; reason: string }[];
}

export interface DiffResult {
  changed: boolean;
  replaceKeys: string[];
  deleteBeforeReplace: boolean;
}

/** A provider process, configured by one provider resource. */
export class Provider {
  private readonly client: ResourceProviderClient;
  private acceptsSecrets = false;
  private supportsPreview = false;

  constructor(
    readonly packageName: string,
    address: string,
  ) {
    this.client = new ResourceProviderClient(address, grpc.credentials.createInsecure(), channelOptions);
  }

  close(): void {
    this.client.close();
  }

  async configure(urn: string, id: string, inputs: Properties): Promise<void> {
    const handshake = new proto.ProviderHandshakeRequest();
    handshake.setConfigureWithUrn(true);
    handshake.setInvokeWithPreview(true);
    const { client } = this;
    const greeting = await call<proto.ProviderHandshakeRequest, proto.ProviderHandshakeResponse>(
      client.handshake.bind(client),
      handshake,
    ).catch(unlessUnimplemented);
    const { version: _version, ...config } = inputs;
    const request = new proto.ConfigureRequest();
    request.setUrn(urn);
    request.setId(id);
    request.setName(nameOf(urn));
    request.setType(typeOf(urn));
    request.setArgs(toStruct(inputs));
    for (const [key, value] of Object.entries(reveal(config))) {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      request.getVariablesMap().set(`${this.packageName}:config:${key}`, text);
    }
    request.setAcceptsecrets(true);
    request.setAcceptresources(true);
    request.setSendsOldInputs(true);
    request.setSendsOldInputsToDelete(true);
    const response = await this.ask<proto.ConfigureRequest, proto.ConfigureResponse>("configure", request);
    this.acceptsSecrets = greeting?.getAcceptSecrets() ?? response.getAcceptsecrets();
    this.supportsPreview = greeting !== undefined || response.getSupportspreview();
  }

  async checkConfig(urn: string, olds: Properties, news: Properties): Promise<CheckResult> {
    try {
      const response = await this.ask<proto.CheckRequest, proto.CheckResponse>(
        "checkConfig",
        checkRequest(urn, reveal(olds), reveal(news)),
      );
      return { inputs: keepSecrets(fromStruct(response.getInputs()), news), failures: failuresOf(response) };
    } catch (error) {
      if (isUnimplemented((error as Error).cause)) return { inputs: news, failures: [] };
      throw error;
    }
  }

  async check(urn: string, olds: Properties | undefined, news: Properties, seed: Buffer): Promise<CheckResult> {
    const request = checkRequest(urn, this.outgoing(olds ?? {}), this.outgoing(news));
    request.setRandomseed(seed);
    const response = await this.ask<proto.CheckRequest, proto.CheckResponse>("check", request);
    return { inputs: this.incoming(response.getInputs(), news), failures: failuresOf(response) };
  }

  async diff(
    urn: string,
    id: string,
    old: { inputs: Properties; outputs: Properties },
    news: Properties,
    ignoreChanges: string[],
  ): Promise<DiffResult> {
    const request = new proto.DiffRequest();
    request.setId(id);
    request.setUrn(urn);
    request.setName(nameOf(urn));
    request.setType(typeOf(urn));
    request.setOldInputs(toStruct(this.outgoing(old.inputs)));
    request.setOlds(toStruct(this.outgoing(old.outputs)));
    request.setNews(toStruct(this.outgoing(news)));
    request.setIgnorechangesList(ignoreChanges);
    const response = await this.ask<proto.DiffRequest, proto.DiffResponse>("diff", request);
    const { DIFF_SOME, DIFF_UNKNOWN } = proto.DiffResponse.DiffChanges;
    const told = response.getChanges();
    return {
      changed: told === DIFF_SOME || (told === DIFF_UNKNOWN && !same(old.inputs, news)),
      replaceKeys: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
    };
  }

  /** In a preview the outputs are those the provider foretells, else the inputs. */
  async create(
    urn: string,
    inputs: Properties,
    preview: boolean,
    timeout = 0,
  ): Promise<{ id: string; outputs: Properties }> {
    if (preview && !this.supportsPreview) return { id: "", outputs: inputs };
    const request = new proto.CreateRequest();
    request.setUrn(urn);
    request.setName(nameOf(urn));
    request.setType(typeOf(urn));
    request.setProperties(toStruct(this.outgoing(inputs)));
    request.setTimeout(timeout);
    request.setPreview(preview);
    const response = await this.ask<proto.CreateRequest, proto.CreateResponse>("create", request);
    if (!preview && response.getId() === "") throw new ProviderError("the provider returned no id");
    return { id: response.getId(), outputs: this.incoming(response.getProperties(), inputs) };
  }

  async update(
    urn: string,
    id: string,
    old: { inputs: Properties; outputs: Properties },
    inputs: Properties,
    options: { ignoreChanges: string[]; preview: boolean; timeout?: number },
  ): Promise<Properties> {
    if (options.preview && !this.supportsPreview) return inputs;
    const request = new proto.UpdateRequest();
    request.setId(id);
    request.setUrn(urn);
    request.setName(nameOf(urn));
    request.setType(typeOf(urn));
    request.setOldInputs(toStruct(this.outgoing(old.inputs)));
    request.setOlds(toStruct(this.outgoing(old.outputs)));
    request.setNews(toStruct(this.outgoing(inputs)));
    request.setIgnorechangesList(options.ignoreChanges);
    request.setPreview(options.preview);
    request.setTimeout(options.timeout ?? 0);
    const response = await this.ask<proto.UpdateRequest, proto.UpdateResponse>("update", request);
    return this.incoming(response.getProperties(), inputs);
  }

  /**
   * Looks a resource up.
   * @param id empty: the provider is to find it by its inputs
   * @returns undefined when there is none
   */
  async read(
    urn: string,
    id: string,
    inputs: Properties,
    properties: Properties,
  ): Promise<{ id: string; outputs: Properties; inputs?: Properties } | undefined> {
    const request = new proto.ReadRequest();
    request.setId(id);
    request.setUrn(urn);
    request.setName(nameOf(urn));
    request.setType(typeOf(urn));
    request.setInputs(toStruct(this.outgoing(inputs)));
    request.setProperties(toStruct(this.outgoing(properties)));
    const response = await this.ask<proto.ReadRequest, proto.ReadResponse>("read", request);
    if (response.getId() === "") return undefined;
    return {
      id: response.getId(),
      outputs: this.incoming(response.getProperties(), inputs),
      ...(response.hasInputs() && { inputs: this.incoming(response.getInputs(), inputs) }),
    };
  }

  async delete(urn: string, id: string, old: { inputs: Properties; outputs: Properties }, timeout = 0): Promise<void> {
    const request = new proto.DeleteRequest();
    request.setId(id);
    request.setUrn(urn);
    request.setName(nameOf(urn));
    request.setType(typeOf(urn));
    request.setOldInputs(toStruct(this.outgoing(old.inputs)));
    request.setProperties(toStruct(this.outgoing(old.outputs)));
    request.setTimeout(timeout);
    await this.ask("delete", request);
  }

  async invoke(
    token: string,
    args: Properties,
    preview: boolean,
  ): Promise<{ result: Properties; failures: CheckResult["failures"] }> {
    const request = new proto.InvokeRequest();
    request.setTok(token);
    request.setArgs(toStruct(this.outgoing(args)));
    request.setPreview(preview);
    const response = await this.ask<proto.InvokeRequest, proto.InvokeResponse>("invoke", request);
    return { result: fromStruct(response.getReturn()), failures: failuresOf(response) };
  }

  private outgoing(properties: Properties): Properties {
    return this.acceptsSecrets ? properties : reveal(properties);
  }

  private incoming(struct: Struct | undefined, inputs: Properties): Properties {
    const properties = fromStruct(struct);
    return this.acceptsSecrets ? properties : keepSecrets(properties, inputs);
  }

  private async ask<Request, Response>(method: keyof ResourceProviderClient, request: Request): Promise<Response> {
    try {
      const bound = (this.client[method] as (...args: never[]) => unknown).bind(this.client);
      return await call<Request, Response>(bound as Parameters<typeof call<Request, Response>>[0], request);
    } catch (error) {
      throw providerError(error as grpc.ServiceError, this.packageName);
    }
  }
}

function checkRequest(urn: string, olds: Properties, news: Properties): proto.CheckRequest {
  const request = new proto.CheckRequest();
  request.setUrn(urn);
  request.setName(nameOf(urn));
  request.setType(typeOf(urn));
  request.setOlds(toStruct(olds));
  request.setNews(toStruct(news));
  return request;
}

function failuresOf(response: { getFailuresList(): proto.CheckFailure[] }): CheckResult["failures"] {
  return response
    .getFailuresList()
    .map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() }));
}

function unlessUnimplemented(error: unknown): undefined {
  if (!isUnimplemented(error)) throw error;
}

function providerError(error: grpc.ServiceError, packageName: string): ProviderError {
  if (error.code === grpc.status.UNAVAILABLE) {
    return withCause(new ProviderError(`the ${packageName} provider went away: ${error.details}`), error);
  }
  for (const packed of error.metadata?.get("grpc-status-details-bin") ?? []) {
    for (const detail of Status.deserializeBinary(packed as Buffer).getDetailsList()) {
      if (detail.getTypeName() !== "pulumirpc.ErrorResourceInitFailed") continue;
      const failed = proto.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
      const initErrors = failed.getReasonsList().length > 0 ? failed.getReasonsList() : [error.details];
      const created = { id: failed.getId(), outputs: fromStruct(failed.getProperties()), initErrors };
      return withCause(new ProviderError(initErrors.join("; "), created), error);
    }
  }
  return withCause(new ProviderError(error.details || error.message), error);
}

function withCause<T extends Error>(error: T, cause: unknown): T {
  error.cause = cause;
  return error;
}
