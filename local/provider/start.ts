import { type ArmSettings, settingsFromEnvironment } from "./arm";
import { AzureNative } from "./azureNative";
import { Docker } from "./docker";
import { type Serving, servePackages } from "./server";

export interface ProviderOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default: from this process's environment, read when the first request is sent. */
  readonly settings?: ArmSettings;
  /** The folder that images' build contexts are relative to; default: the current one. */
  readonly projectFolder?: string;
  /** Environment for `docker`; default: this process's. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** Starts the provider for azure-native and docker in this process, both at one port. */
export async function startProvider(options: ProviderOptions = {}): Promise<Serving> {
  const environment = options.environment ?? process.env;
  const azure = new AzureNative(() => options.settings ?? settingsFromEnvironment(environment));
  const docker = new Docker({ projectFolder: options.projectFolder ?? process.cwd(), environment });
  const serving = await servePackages({ "azure-native": azure, docker }, options.port);
  return {
    port: serving.port,
    stop: async () => {
      await serving.stop();
      azure.close();
    },
    kill: () => {
      serving.kill();
      azure.close();
    },
  };
}
