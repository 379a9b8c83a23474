import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hourly as bookPrice } from "../../pricing/priceBook";
import { Access } from "./access";
import { Arm } from "./arm";
import type { World } from "./armType";
import { keysIn, type Keys } from "./certificate";
import { Clock } from "./clock";
import { Entra } from "./entra";
import { Faults } from "./faults";
import { keyOf } from "./ids";
import type { JsonObject } from "./json";
import { lock } from "./lock";
import { Meter, type CostItem, type Hourly, type SpentItem } from "./meter";
import { playNativeSchedules, type NativeSwitch } from "./nativeSchedules";
import { Operations } from "./operations";
import { withQuotas, type QuotaOptions } from "./quotas";
import { Recorder, type RequestRecord } from "./record";
import { AzureServer } from "./server";
import { shown, Store, type Principal, type Settings } from "./store";
import { derived, Tokens } from "./tokens";
import { findType } from "./types";

export type { CostItem, Hourly, SpentItem } from "./meter";
export type { Fault, FaultKind } from "./faults";
export type { JsonObject } from "./json";
export type { QuotaOptions, Quotas } from "./quotas";
export type { RequestRecord } from "./record";

export interface EmbeddedAzureOptions {
  /** Where its journal and certificate live, so that a later start carries on. Default: memory, gone when it stops. */
  readonly folder?: string;
  /** Default: any free port. */
  readonly port?: number;
  /** Simulated seconds a real second. Default 1000. */
  readonly speed?: number;
  /** Where simulated time begins at the first start. Default: now. */
  readonly start?: Date;
  /** Records each management request there, a JSON object a line; emptied at the start. */
  readonly requestsFile?: string;
  /** Limits of the subscription that differ from the usual ones. */
  readonly quotas?: QuotaOptions;
  /** Price of a meter for an hour. Default: the price book. */
  readonly hourly?: Hourly;
}

/** Who may sign in with a secret. */
export interface ServicePrincipal {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly objectId: string;
}

/** A resource that is deleted but still holds its name. */
export interface SoftDeleted {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly deleted: Date;
  /** When it is purged by itself. */
  readonly purge: Date;
}

const OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

/**
 * A local Azure Resource Manager with Entra sign-in over TLS: one subscription, one deployer who owns it. Several can run
 * in one process. Every change is in its journal before it is answered.
 */
export class EmbeddedAzure {
  readonly faults = new Faults();
  /** Called with each management request (counted from 1) before it is looked at; a test may end a process there. */
  onRequest?: (n: number, method: string, url: string) => void;
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly deployer: ServicePrincipal;
  readonly caFile: string;
  /** Known once it listens, which is before `start` returns. */
  url = "";
  readonly clock: { now(): Date; advance(milliseconds: number): void; speed: number };
  private readonly store: Store;
  private readonly world: World;
  private readonly time: Clock;
  private readonly operations: Operations;
  private readonly meter: Meter;
  private readonly recorder: Recorder;
  private readonly entra: Entra;
  private readonly server: AzureServer;
  private readonly secret: string;

  private constructor(
    options: EmbeddedAzureOptions,
    keys: Keys,
    private readonly unlock: () => void,
    private readonly temporary?: string,
  ) {
    const store = (this.store = new Store(options.folder));
    const settings = firstSettings(store, options.start ?? new Date());
    this.subscriptionId = settings.subscriptionId;
    this.tenantId = settings.tenantId;
    this.secret = settings.secret;
    this.caFile = keys.caFile;
    this.time = new Clock(new Date(settings.time), options.speed ?? 1000);
    this.clock = this.shownClock();
    this.deployer = firstDeployer(store);
    this.operations = new Operations(store, this.time);
    const { subscriptionId, tenantId, secret } = settings;
    const quotas = withQuotas(options.quotas);
    const world: World = (this.world = {
      store,
      clock: this.time,
      subscriptionId,
      tenantId,
      quotas,
      secret: (of) => derived(secret, of),
    });
    this.meter = new Meter(world, options.hourly ?? bookPrice);
    store.onChange = (id, resource, time) => {
      this.meter.changed(id, resource, time ?? this.time.time());
      this.remember();
    };
    ownSubscription(store, subscriptionId, this.deployer.objectId, this.time.time());
    store.prune(this.time.time());
    this.recorder = new Recorder(options.requestsFile);
    const tokens = new Tokens(keys, tenantId, () => `${this.url}/${tenantId}/v2.0`);
    this.entra = new Entra(store, tokens, tenantId, secret, () => this.url);
    this.server = new AzureServer({
      keys,
      tokens,
      entra: this.entra,
      arm: new Arm(world, new Access(store, subscriptionId), this.operations, () => this.url),
      faults: this.faults,
      recorder: this.recorder,
      clock: this.time,
      settle: () => this.settle(),
      onRequest: (n, method, url) => this.onRequest?.(n, method, url),
    });
  }

  static async start(options: EmbeddedAzureOptions = {}): Promise<EmbeddedAzure> {
    const temporary = options.folder === undefined ? mkdtempSync(join(tmpdir(), "embedded-azure-")) : undefined;
    const keys = await keysIn(options.folder ?? temporary ?? "");
    const unlock = options.folder === undefined ? (): void => {} : lock(options.folder);
    try {
      const azure = new EmbeddedAzure(options, keys, unlock, temporary);
      azure.url = `https://localhost:${await azure.server.listen(options.port ?? 0)}`;
      return azure;
    } catch (error) {
      unlock();
      throw error;
    }
  }

  /** All management requests since the start. */
  get requests(): RequestRecord[] {
    return this.recorder.requests;
  }

  /** What processes need in their environment to use this Azure instead of the real one. */
  environment(): Record<string, string> {
    const { clientId, clientSecret } = this.deployer;
    const [tenant, subscription, host] = [this.tenantId, this.subscriptionId, new URL(this.url).host];
    return {
      LIGHTS_OUT_ARM_ENDPOINT: this.url,
      AZURE_AUTHORITY_HOST: this.url,
      AZURE_TENANT_ID: tenant,
      AZURE_CLIENT_ID: clientId,
      AZURE_CLIENT_SECRET: clientSecret,
      AZURE_SUBSCRIPTION_ID: subscription,
      ARM_TENANT_ID: tenant,
      ARM_CLIENT_ID: clientId,
      ARM_CLIENT_SECRET: clientSecret,
      ARM_SUBSCRIPTION_ID: subscription,
      ARM_METADATA_HOSTNAME: host,
      NODE_EXTRA_CA_CERTS: this.caFile,
      SSL_CERT_FILE: this.caFile,
    };
  }

  /** The variables by which a process inside a resource signs in as that resource's managed identities. */
  identityEnvironment(resourceId: string): Record<string, string> {
    return this.entra.identityEnvironment(resourceId);
  }

  /** A further service principal, without any role. */
  addServicePrincipal(name: string): ServicePrincipal {
    return register(this.store, name);
  }

  /** Every resource that exists, as GET shows it; the deployer's own assignment to the subscription is not among them. */
  resources(): JsonObject[] {
    this.settle();
    return this.store
      .all()
      .filter((resource) => resource.name !== ownerAssignment(this.deployer.objectId))
      .map((resource) => shown(resource, findType(resource.type)?.provisioning !== false));
  }

  softDeleted(): SoftDeleted[] {
    this.settle();
    return this.store.deleted.values().map(({ resource, deleted, purge }) => ({
      id: resource.id,
      name: resource.name,
      type: resource.type,
      deleted: new Date(deleted),
      purge: new Date(purge),
    }));
  }

  /** Lets simulated time pass, with compute instances starting and stopping by their own schedules. */
  passTime(to: Date): NativeSwitch[] {
    this.settle();
    return playNativeSchedules(this.world, this.operations, to);
  }

  /** What everything costs an hour as it stands now, in the price book's currency. */
  costPerHour(): { total: number; items: CostItem[] } {
    this.settle();
    return this.meter.perHour();
  }

  /** What was spent since the first start, by resource, those that are gone included. */
  costSoFar(): { total: number; items: SpentItem[] } {
    this.settle();
    return this.meter.soFar();
  }

  async stop(): Promise<void> {
    this.settle();
    this.remember();
    await this.server.close();
    this.recorder.close();
    this.unlock();
    if (this.temporary !== undefined) rmSync(this.temporary, { recursive: true, force: true });
  }

  /** What is due by now happens. */
  private settle(): void {
    this.operations.settle();
    expire(this.store, this.time.time());
  }

  private remember(): void {
    const { subscriptionId, tenantId, secret } = this;
    this.store.settings.set("settings", { subscriptionId, tenantId, secret, time: this.time.time() });
  }

  private shownClock(): EmbeddedAzure["clock"] {
    const time = this.time;
    const advance = (milliseconds: number): void => {
      time.advance(milliseconds);
      this.settle();
      this.remember();
    };
    return {
      now: () => time.now(),
      advance,
      get speed() {
        return time.speed;
      },
      set speed(speed: number) {
        time.speed = speed;
      },
    };
  }
}

function firstSettings(store: Store, start: Date): Settings {
  const kept = store.settings.get("settings");
  if (kept) return kept;
  const [subscriptionId, tenantId] = [randomUUID(), randomUUID()];
  const made = { subscriptionId, tenantId, secret: randomBytes(32).toString("hex"), time: start.getTime() };
  store.settings.set("settings", made);
  return made;
}

function register(store: Store, name: string): ServicePrincipal {
  const principal: Principal = {
    clientId: randomUUID(),
    objectId: randomUUID(),
    name,
    secret: randomBytes(24).toString("base64url"),
  };
  store.principals.set(keyOf(principal.clientId), principal);
  return asService(principal);
}

const asService = ({ clientId, objectId, secret }: Principal): ServicePrincipal => ({
  clientId,
  objectId,
  clientSecret: secret ?? "",
});

function firstDeployer(store: Store): ServicePrincipal {
  const known = store.principals.values().find((principal) => principal.name === "deployer");
  return known ? asService(known) : register(store, "deployer");
}

const ownerAssignment = (objectId: string): string => objectId.replace(/^.{8}/, "00000000");

/** The deployer is Owner of the subscription, by an assignment like any other. */
function ownSubscription(store: Store, subscriptionId: string, objectId: string, created: number): void {
  const scope = `/subscriptions/${subscriptionId}`;
  const name = ownerAssignment(objectId);
  const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`;
  if (store.get(id)) return;
  const roleDefinitionId = `${scope}/providers/Microsoft.Authorization/roleDefinitions/${OWNER}`;
  store.put({
    id,
    type: "Microsoft.Authorization/roleAssignments",
    name,
    apiVersion: "2022-04-01",
    sent: { properties: { roleDefinitionId, principalId: objectId, principalType: "ServicePrincipal" } },
    outputs: { properties: { scope } },
    state: "Succeeded",
    created,
  });
}

/** Azure purges by itself what was soft-deleted long enough ago. */
function expire(store: Store, time: number): void {
  if (store.deleted.size === 0) return;
  for (const [key, deleted] of store.deleted.entries()) if (deleted.purge <= time) store.deleted.delete(key);
}
