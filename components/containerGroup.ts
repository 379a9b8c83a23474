import * as pulumi from "@pulumi/pulumi";
import * as app from "@pulumi/azure-native/app";
import { computeTags, nameIn, type PlacementArgs } from "./common";
import type { ContainerEnvironment } from "./containerEnvironment";
import { gpuProfiles, type GpuKind } from "./gpuProfiles";

export interface ContainerGroupArgs extends PlacementArgs {
  /** Environment that the group runs in. */
  environment: ContainerEnvironment;
  /** Short name that the physical name begins with. */
  base: string;
  /** Container image with its tag. */
  image: pulumi.Input<string>;
  /** Name of the schedule that the group follows; a tag. */
  schedule: string;
  /**
   * Command and its arguments.
   * @default - the image's own
   */
  command?: string[];
  /**
   * GPU kind. With one, the group is a job that is started when needed; without one, a web app that sleeps at zero.
   * @default - no GPU
   */
  gpu?: GpuKind;
  /**
   * Virtual processors.
   * @default - the whole GPU profile's, or half of `memoryGiB`, or Azure's half a processor
   */
  cpu?: number;
  /**
   * Memory in GiB.
   * @default - the whole GPU profile's, or 2 per processor, as the Consumption profile demands, or Azure's 1
   */
  memoryGiB?: number;
  /**
   * Mount the file share at /mnt/share.
   * @default true
   */
  share?: boolean;
  /**
   * Environment variables; no secrets.
   * @default - none
   */
  environmentVariables?: Record<string, string>;
  /**
   * Port that a web app listens on.
   * @default 80
   */
  port?: number;
  /**
   * Longest run of a job in minutes; it is stopped then.
   * @default 60
   */
  timeLimitMinutes?: number;
  /**
   * Times a failed job is tried again. Serverless GPUs sometimes fail before the image is pulled
   * (azure-container-apps #1511, #1579), so at least two.
   * @default 2
   */
  retries?: number;
  /**
   * Entra app registration that people sign in with.
   * @default - none, and then a web app is not reachable from outside
   */
  signIn?: { clientId: string; tenantId: string };
}

/**
 * Containers with an optional GPU that cost nothing while nobody needs them.
 *
 * ```ts
 * new ContainerGroup("train", { ...placement, environment, base: "train", image, gpu: "T4", schedule: "office" });
 * ```
 *
 * GPUs on Container Instances ended on 2025-07-14, so a GPU group is a Container Apps job on a serverless GPU profile,
 * billed by the second while it runs. A group without a GPU is a Container App that scales to zero.
 */
export class ContainerGroup extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  /** Address of a web app with sign-in; undefined for jobs and for apps that are not reachable from outside. */
  readonly url: pulumi.Output<string> | undefined;

  constructor(name: string, args: ContainerGroupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lights-out:index:ContainerGroup", name, {}, opts);

    const { environment } = args;
    const profile = args.gpu ? gpuProfiles[args.gpu] : undefined;
    const cpu = args.cpu ?? profile?.cpu ?? (args.memoryGiB === undefined ? undefined : args.memoryGiB / 2);
    const memoryGiB = args.memoryGiB ?? profile?.memoryGiB ?? (cpu === undefined ? undefined : cpu * 2);
    const common = {
      resourceGroupName: args.resourceGroupName,
      location: args.location,
      tags: computeTags(args.tags, args.schedule),
      environmentId: environment.id,
      identity: { type: "UserAssigned", userAssignedIdentities: [environment.puller.id] },
      workloadProfileName: profile?.workloadProfileType ?? "Consumption",
    };
    const registries = [{ server: environment.registryServer, identity: environment.puller.id }];
    const mounted = args.share ?? true;
    const template = {
      containers: [
        {
          name: args.base,
          image: args.image,
          command: args.command?.length ? args.command : undefined,
          env: Object.entries(args.environmentVariables ?? {}).map(([key, value]) => ({ name: key, value })),
          resources: cpu === undefined ? undefined : { cpu, memory: `${memoryGiB}Gi` },
          volumeMounts: mounted ? [{ volumeName: "share", mountPath: "/mnt/share" }] : undefined,
        },
      ],
      volumes: mounted ? [{ name: "share", storageType: "AzureFile", storageName: environment.mountName }] : undefined,
    };
    const options = { parent: this, dependsOn: environment.ready, deleteBeforeReplace: true };

    if (profile) {
      const job = new app.Job(
        `${name}-job`,
        {
          ...common,
          jobName: nameIn(args, "containerApp", args.base),
          configuration: {
            triggerType: "Manual",
            manualTriggerConfig: { parallelism: 1, replicaCompletionCount: 1 },
            replicaTimeout: (args.timeLimitMinutes ?? 60) * 60,
            replicaRetryLimit: args.retries ?? 2,
            registries,
          },
          template,
        },
        options,
      );
      this.id = job.id;
      this.name = job.name;
      this.url = undefined;
    } else {
      const { signIn } = args;
      const web = new app.ContainerApp(
        `${name}-app`,
        {
          ...common,
          containerAppName: nameIn(args, "containerApp", args.base),
          configuration: {
            activeRevisionsMode: "Single",
            registries,
            ingress: {
              external: signIn !== undefined,
              targetPort: args.port ?? 80,
              transport: "Auto",
              allowInsecure: false,
            },
          },
          template: { ...template, scale: { minReplicas: 0, maxReplicas: 1 } },
        },
        options,
      );
      if (signIn)
        new app.ContainerAppsAuthConfig(
          `${name}-signin`,
          {
            resourceGroupName: args.resourceGroupName,
            containerAppName: web.name,
            authConfigName: "current",
            platform: { enabled: true },
            globalValidation: {
              unauthenticatedClientAction: "RedirectToLoginPage",
              redirectToProvider: "azureactivedirectory",
            },
            // No client secret: people sign in with an id token, so there is nothing to keep or to leak.
            identityProviders: {
              azureActiveDirectory: {
                enabled: true,
                registration: {
                  clientId: signIn.clientId,
                  openIdIssuer: `https://login.microsoftonline.com/${signIn.tenantId}/v2.0`,
                },
                validation: { allowedAudiences: [`api://${signIn.clientId}`, signIn.clientId] },
              },
            },
          },
          { parent: this },
        );
      this.id = web.id;
      this.name = web.name;
      this.url = signIn
        ? web.configuration.apply((configuration) => `https://${configuration?.ingress?.fqdn ?? ""}`)
        : undefined;
    }

    this.registerOutputs({ id: this.id, name: this.name, url: this.url });
  }
}
