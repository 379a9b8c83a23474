import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
  type HttpMethods,
} from "@azure/core-rest-pipeline";
import { ClientSecretCredential } from "@azure/identity";
import { parse, stringify } from "yaml";
import { withEmbeddedAzure, type Embedded, type EmbeddedOptions } from "../../local/embedded";
import type { JsonObject } from "../../local/azure";
import { exportState, type HostResult, type ResourceState } from "../../local/host";

/*
 * Whole estates on an embedded Azure: the provider, the host, the programs and the policy pack are the real ones, and
 * nothing is mocked.
 */

/** The repository. */
export const root = resolve(__dirname, "..", "..");

// An estate is the same with Docker and without; that images are really built is the provider's own test to show.
process.env.DOCKER_HOST = "tcp://127.0.0.1:9";

/** An embedded Azure that stays until it is closed. */
export interface Desk extends Embedded {
  /** A folder that goes with it. */
  folder: string;
  close(): Promise<void>;
  /** The stack's resources as its state has them. */
  state(): ResourceState[];
  credential(): ClientSecretCredential;
  /** What an official client needs so that it trusts this Azure. */
  clientOptions: { endpoint: string; tlsOptions: { ca: string }; retryOptions: { maxRetries: number } };
}

/** Opens an embedded Azure in which an hour lasts about a second. */
export async function openDesk(options: EmbeddedOptions, folder = temporaryFolder()): Promise<Desk> {
  let release: () => void = () => undefined;
  const released = new Promise<void>((settle) => (release = settle));
  let ended: Promise<void> = Promise.resolve();
  const embedded = await new Promise<Embedded>((settle, fail) => {
    const azure = { requestsFile: join(folder, "requests.jsonl"), speed: 5000, ...options.azure };
    ended = withEmbeddedAzure({ ...options, azure, folder }, async (opened) => {
      settle(opened);
      await released;
    });
    ended.catch(fail);
  });
  const { azure, hostOptions } = embedded;
  const tlsOptions = { ca: readFileSync(azure.caFile, "utf8") };
  const { clientId, clientSecret } = azure.deployer;
  return {
    ...embedded,
    folder,
    close: async () => {
      release();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
    state: () => exportState(hostOptions).deployment.resources ?? [],
    credential: () =>
      new ClientSecretCredential(azure.tenantId, clientId, clientSecret, {
        authorityHost: azure.url,
        disableInstanceDiscovery: true,
        tlsOptions,
      }),
    clientOptions: { endpoint: azure.url, tlsOptions, retryOptions: { maxRetries: 0 } },
  };
}

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), "lights-out-estate-"));

/** The real program in a project folder of its own, so that the settings of its stack can be changed. */
export class LocalProject {
  readonly folder: string;
  private readonly config: Record<string, unknown>;

  constructor(parent: string) {
    this.folder = join(parent, "project");
    mkdirSync(this.folder);
    const project = readYaml(join(root, "Pulumi.yaml"));
    writeYaml(join(this.folder, "Pulumi.yaml"), { ...project, main: join(root, "index.ts") });
    symlinkSync(join(root, "docker"), join(this.folder, "docker"), "junction"); // images are built from the project's folder
    this.config = readYaml(join(root, "Pulumi.local.yaml")).config as Record<string, unknown>;
    this.write();
  }

  /** Changes one setting, named by its path, `share.quotaGiB`; it stays changed. */
  set(path: string, value: unknown): void {
    const steps = `lights-out:${path}`.split(".");
    const last = steps.pop() ?? "";
    let here = this.config;
    for (const step of steps) here = (here[step] ??= {}) as Record<string, unknown>;
    here[last] = value;
    this.write();
  }

  private write(): void {
    writeYaml(join(this.folder, "Pulumi.local.yaml"), { config: this.config });
  }
}

const readYaml = (file: string): Record<string, unknown> =>
  parse(readFileSync(file, "utf8")) as Record<string, unknown>;
const writeYaml = (file: string, value: unknown): void => writeFileSync(file, stringify(value));

/** The errors of a run, which are none when all is well; a failing test then shows them. */
export const errorsOf = ({ diagnostics }: HostResult): string[] =>
  diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);

/** What a run wrote to Azure, in order: `PUT <path>`. Reads and looks at running operations are left out. */
export function writes({ azure }: Pick<Embedded, "azure">, from = 0): string[] {
  return azure.requests
    .slice(from)
    .filter(({ method }) => method !== "GET")
    .map(({ method, url }) => `${method} ${url.split("?")[0]}`);
}

/** A management request by the deployer, sent as it stands. */
export async function request(
  { azure, clientOptions, credential }: Desk,
  method: HttpMethods,
  path: string,
  body?: object,
): Promise<{ status: number; body: JsonObject }> {
  const pipeline = createPipelineFromOptions(clientOptions);
  const scopes = "https://management.azure.com/.default";
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential: credential(), scopes }));
  const headers = createHttpHeaders({ "content-type": "application/json" });
  const sent = createPipelineRequest({
    url: `${azure.url}${path}`,
    method,
    headers,
    body: body && JSON.stringify(body),
  });
  const { status, bodyAsText } = await pipeline.sendRequest(createDefaultHttpClient(), sent);
  return { status, body: JSON.parse(bodyAsText || "{}") as JsonObject };
}
