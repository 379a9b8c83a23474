import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ClientSecretCredential } from "@azure/identity";
import { armClient, type Arm } from "../teardown/arm";
import { EmbeddedAzure, type EmbeddedAzureOptions } from "./azure";
import * as host from "./host";
import { settingsFromEnvironment } from "./provider/arm";
import { startProvider } from "./provider/start";

export interface EmbeddedOptions {
  stack: string;
  /** The folder of Pulumi.yaml. @default the current one */
  projectFolder?: string;
  /** Where the embedded Azure and the stacks keep their state. @default ".lights-out" */
  folder?: string;
  /** Leave out the project's own policy pack. @default false */
  withoutPolicies?: boolean;
  /** How the embedded Azure is started, beside its folder. */
  azure?: Omit<EmbeddedAzureOptions, "folder">;
  /** Further options of the host. */
  host?: Partial<host.HostOptions>;
}

/** An embedded Azure with a provider and a host at it, ready for one stack. */
export interface Embedded {
  azure: EmbeddedAzure;
  /** A client signed in as the deployer. */
  arm: Arm;
  hostOptions: host.HostOptions;
  preview(): Promise<host.HostResult>;
  up(): Promise<host.HostResult>;
  /** Destroys the stack. @throws Error with the host's own words where it could not */
  destroy(): Promise<void>;
}

/** It guards nothing but the rehearsal's state, which holds no real secret; the same as `npm run azure` prints. */
export const passphrase = (): string => process.env.PULUMI_CONFIG_PASSPHRASE ?? "local";

/** Runs `use` with an embedded Azure in this process, and stops it afterwards whatever happens. */
export async function withEmbeddedAzure<T>(
  options: EmbeddedOptions,
  use: (embedded: Embedded) => Promise<T>,
): Promise<T> {
  const projectFolder = resolve(options.projectFolder ?? ".");
  const folder = resolve(options.folder ?? ".lights-out");
  const azure = await EmbeddedAzure.start({
    requestsFile: resolve("out", "requests.jsonl"),
    ...options.azure,
    folder: join(folder, "azure"),
  });
  const environment = azure.environment();
  const provider = await startProvider({
    settings: settingsFromEnvironment(environment),
    projectFolder,
    environment: { ...process.env, ...environment },
  });
  try {
    const address = `127.0.0.1:${provider.port}`;
    const hostOptions = hostOptionsOf(options, { "azure-native": address, docker: address }, environment);
    return await use({
      azure,
      arm: embeddedArm(azure),
      hostOptions,
      preview: () => host.preview(hostOptions),
      up: () => host.up(hostOptions),
      destroy: async () => {
        const { succeeded, diagnostics } = await host.destroy(hostOptions);
        if (!succeeded) throw new Error(diagnostics.map(({ message }) => message).join("; "));
      },
    });
  } finally {
    await provider.stop();
    await azure.stop();
  }
}

/**
 * Runs `use` with a host at an embedded Azure that another process serves, as the environment names it, and with its
 * providers or, where it names none, one of its own.
 */
export async function withAttached<T>(
  options: EmbeddedOptions,
  use: (hostOptions: host.HostOptions) => Promise<T>,
): Promise<T> {
  const attached = (process.env.PULUMI_DEBUG_PROVIDERS ?? "").split(",").filter(Boolean);
  const own =
    attached.length === 0 ? await startProvider({ projectFolder: resolve(options.projectFolder ?? ".") }) : undefined;
  const list = own ? [`azure-native:${own.port}`, `docker:${own.port}`] : attached;
  const providers = list.map((item) => item.split(":")).map(([name, port]) => [name, `127.0.0.1:${port}`]);
  try {
    return await use(hostOptionsOf(options, Object.fromEntries(providers), {}));
  } finally {
    await own?.stop();
  }
}

function hostOptionsOf(
  options: EmbeddedOptions,
  providers: Record<string, string>,
  environment: Record<string, string>,
): host.HostOptions {
  const projectFolder = resolve(options.projectFolder ?? ".");
  const policies = join(projectFolder, "policies");
  const hasPolicies = !options.withoutPolicies && existsSync(join(policies, "PulumiPolicy.yaml"));
  return {
    projectFolder,
    stack: options.stack,
    stateFolder: join(resolve(options.folder ?? ".lights-out"), "host"),
    providers,
    policyPacks: hasPolicies ? [{ folder: policies }] : [],
    environment: { ...environment, PULUMI_CONFIG_PASSPHRASE: passphrase() },
    ...options.host,
  };
}

/** A client of an embedded Azure, signed in as its deployer. */
export function embeddedArm(azure: EmbeddedAzure): Arm {
  const { clientId, clientSecret } = azure.deployer;
  const tls = { ca: readFileSync(azure.caFile, "utf8") };
  return armClient({
    subscriptionId: azure.subscriptionId,
    endpoint: azure.url,
    pollMs: 5,
    tls,
    credential: new ClientSecretCredential(azure.tenantId, clientId, clientSecret, {
      authorityHost: azure.url,
      disableInstanceDiscovery: true,
      tlsOptions: tls,
    }),
  });
}
