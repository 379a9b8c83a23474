import { createHash } from "node:crypto";
import sdk from "@pulumi/azure-native/package.json";
import { ArmClient, ArmError, type ArmSettings } from "./arm";
import { outputsOf, previewOutputs, requestBody } from "./body";
import { deepEqual, differenceOf, randomlyNamed } from "./diff";
import { invoke } from "./functions";
import { type DiffResult, InitFailed, type Package, type Subject } from "./provider";
import { inputsFromId, nameInput, pathInputs, pathOf, type Resource, resourceOf } from "./resources";
import {
  isObject,
  isUnknown,
  plain,
  plainProperties,
  type Properties,
  unknown,
  type Value,
  withSecretsOf,
} from "./values";

/** Answers for azure-native: each resource is a row of the table, each operation a management request. */
export class AzureNative implements Package {
  readonly version = sdk.version;
  private client: ArmClient | undefined;
  private config: Record<string, string> = {};
  private readonly groupLocations = new Map<string, string>();

  /** @param settings read when the first request is sent, so that a provider can be started before all is known. */
  constructor(private readonly settings: () => ArmSettings) {}

  configure(config: Record<string, string>): void {
    this.config = config;
  }

  close(): void {
    this.client?.close();
  }

  async check(subject: Subject, olds: Properties, news: Properties, seed: Buffer) {
    const row = resourceOf(subject.token);
    const inputs = withoutNull(news);
    const name = nameInput(row);
    if (inputs[name] === undefined && row.autoname !== "none") {
      const kept = olds[name] !== undefined;
      inputs[name] = olds[name] ?? autoname(row, subject, seed);
      if (kept ? plain(olds[randomlyNamed] ?? false) === true : row.autoname !== "copy") inputs[randomlyNamed] = true;
    }
    if (inputs.location === undefined && row.beside.includes("location")) {
      const location = olds.location ?? (await this.defaultLocation(inputs.resourceGroupName));
      if (location !== undefined) inputs.location = location;
    }
    inputs.azureApiVersion ??= row.apiVersion;
    const failures = pathInputs(row)
      .filter((input) => inputs[input] === undefined)
      .map((property) => ({ property, reason: `missing required property '${property}'` }));
    return { inputs, failures };
  }

  async diff(subject: Subject, oldInputs: Properties, oldOutputs: Properties, news: Properties): Promise<DiffResult> {
    const difference = differenceOf(resourceOf(subject.token), plainProperties(oldInputs), plainProperties(news));
    if (difference.changes.length > 0 || !isFailed(plainProperties(oldOutputs))) return difference;
    // As declared, but Azure failed to bring it up: writing it once more is how it is mended.
    return { ...difference, changes: [{ path: "provisioningState", kind: "update", replaces: false }] };
  }

  async create(subject: Subject, inputs: Properties, preview: boolean) {
    const row = resourceOf(subject.token);
    if (preview) return { id: "", outputs: previewOutputs(row, inputs) };
    const path = this.path(row, inputs);
    const response = await this.put(subject, row, path, inputs);
    return this.result(row, path, inputs, response);
  }

  async update(
    subject: Subject,
    id: string,
    old: { inputs: Properties; outputs: Properties },
    news: Properties,
    preview: boolean,
  ) {
    const row = resourceOf(subject.token);
    // What Azure adds by itself (name, endpoints, ids) stays in an update, or the preview would doubt all that uses it.
    if (preview) return { ...old.outputs, ...previewOutputs(row, news) };
    const response = await this.put(subject, row, id, news);
    return this.result(row, id, news, response).outputs;
  }

  async read(subject: Subject, id: string, inputs: Properties, outputs: Properties) {
    const row = resourceOf(subject.token);
    const path = id || this.path(row, inputs);
    let response = await this.arm.get(path, row.apiVersion);
    if (!response) return undefined;
    try {
      // A look-up after a crash may find the interrupted operation still going on.
      if (!id) response = await this.arm.settled(path, row.apiVersion, response);
    } catch (error) {
      if (!(error instanceof ArmError && error.code === "ProvisioningFailed")) throw error;
      response = (await this.arm.get(path, row.apiVersion)) ?? response;
    }
    const found = this.result(row, path, inputs, response);
    const known = Object.keys(inputs).length > 0 ? inputs : inputsOfLive(row, path, found.outputs);
    return { ...found, inputs: Object.keys(outputs).length > 0 ? drifted(known, outputs, found.outputs) : known };
  }

  async delete(subject: Subject, id: string): Promise<void> {
    const row = resourceOf(subject.token);
    try {
      if (!row.resetTo) return await this.arm.delete(id, row.apiVersion);
      await this.arm.put(id, row.apiVersion, row.resetTo);
    } catch (error) {
      if (error instanceof ArmError && error.status === 404) return; // it went with its parent
      throw explained(subject, row, "delete", error);
    }
  }

  async invoke(token: string, args: Properties): Promise<Properties> {
    return await invoke(this.arm, token, plainProperties(args));
  }

  private get arm(): ArmClient {
    return (this.client ??= new ArmClient(this.settings()));
  }

  private path(row: Resource, inputs: Properties): string {
    return pathOf(row, plainProperties(inputs), this.config.subscriptionId ?? this.arm.subscriptionId);
  }

  private async put(subject: Subject, row: Resource, path: string, inputs: Properties): Promise<Properties> {
    try {
      return await this.arm.put(path, row.apiVersion, requestBody(row, plainProperties(inputs)));
    } catch (error) {
      const explanation = explained(subject, row, "write", error);
      // Refused, or never heard of: nothing is there. Otherwise it may be, half made, and has to be looked after.
      if (!(error instanceof ArmError) || error.status >= 300) throw explanation;
      const left = await this.arm.get(path, row.apiVersion).catch(() => undefined);
      if (!left) throw explanation;
      const { id, outputs } = this.result(row, path, inputs, left);
      throw new InitFailed(explanation.message, id, inputs, outputs);
    }
  }

  private result(row: Resource, path: string, inputs: Properties, response: Properties) {
    const outputs = withSecretsOf(inputs, outputsOf(row, response)) as Properties;
    return { id: typeof response.id === "string" ? response.id : path, outputs };
  }

  /** As azure-native: the stack's configuration, else the resource group's own location. */
  private async defaultLocation(group: Value | undefined): Promise<Value | undefined> {
    if (this.config.location) return this.config.location;
    if (group === undefined) return undefined;
    const name = plain(group);
    if (isUnknown(name) || typeof name !== "string") return unknown;
    const cached = this.groupLocations.get(name);
    if (cached) return cached;
    const row = resourceOf("azure-native:resources:ResourceGroup");
    const found = await this.arm.get(this.path(row, { resourceGroupName: name }), row.apiVersion);
    if (typeof found?.location !== "string") return undefined;
    this.groupLocations.set(name, found.location);
    return found.location;
  }
}

/** A new name; the same seed gives the same name, so that a run uses those that its preview showed. */
function autoname(row: Resource, subject: Subject, seed: Buffer): string {
  if (row.autoname === "copy") return subject.name;
  const hex = createHash("sha256").update(seed).update(subject.urn).digest("hex");
  if (row.autoname === "random") return subject.name + hex.slice(0, 8);
  const variant = "89ab"[parseInt(hex[16], 16) % 4];
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join("-");
}

/** Old inputs with what was changed outside of Pulumi since: an output that is no longer what it was. */
function drifted(inputs: Properties, before: Properties, now: Properties): Properties {
  const [old, live] = [plainProperties(before), plainProperties(now)];
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, value]): [string, Value][] => {
      if (!(name in old) || deepEqual(old[name], live[name])) return [[name, value]];
      return live[name] === undefined ? [] : [[name, withSecretsOf(value, live[name])]];
    }),
  );
}

/** The inputs of an import: what the id says and what stands beside `properties`. */
function inputsOfLive(row: Resource, id: string, outputs: Properties): Properties {
  const beside = Object.entries(outputs).filter(([name]) => row.beside.includes(name));
  return { ...inputsFromId(row, id), ...Object.fromEntries(beside), azureApiVersion: row.apiVersion };
}

function withoutNull(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null && value !== undefined));
}

function explained(subject: Subject, row: Resource, verb: string, error: unknown): Error {
  if (!(error instanceof ArmError)) return error as Error;
  const status = error.status >= 300 ? `${error.status} ` : "";
  return new Error(`Azure did not ${verb} ${row.type} "${subject.name}": ${status}${error.code}: ${error.message}`);
}

/** Whether a recorded resource is one that Azure made but did not bring up. */
function isFailed(outputs: Properties): boolean {
  const inner = isObject(outputs.properties) ? outputs.properties.provisioningState : undefined;
  return [outputs.provisioningState, inner].includes("Failed");
}
