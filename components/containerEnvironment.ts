import * as pulumi from "@pulumi/pulumi";
import * as app from "@pulumi/azure-native/app";
import * as monitor from "@pulumi/azure-native/monitor";
import * as resources from "@pulumi/azure-native/resources";
import type { PlacementArgs } from "./common";
import { gpuProfiles, type GpuKind } from "./gpuProfiles";
import { Identity } from "./identity";

export interface ContainerEnvironmentArgs extends PlacementArgs {
  /** Registry that the groups pull from. */
  registry: { id: pulumi.Input<string>; loginServer: pulumi.Input<string> };
  /** File share that groups may mount. */
  share: { fileAccountName: pulumi.Input<string>; shareName: pulumi.Input<string> };
  /** Resource id of the log workspace. */
  logsId: pulumi.Input<string>;
  /**
   * GPU kinds to offer; a serverless profile costs nothing until a job runs on it.
   * @default - none
   */
  gpus?: GpuKind[];
}

/** What the container groups of one estate share: environment, GPU profiles, mounted file share, pull identity. */
export class ContainerEnvironment extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  /** Name under which groups mount the file share. */
  readonly mountName: pulumi.Output<string>;
  /** Identity that pulls images. */
  readonly puller: Identity;
  /** Host name of the registry that the identity may pull from. */
  readonly registryServer: pulumi.Output<string>;
  /** What a group has to wait for: without them Azure refuses it. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: ContainerEnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lights-out:index:ContainerEnvironment", name, {}, opts);

    this.puller = new Identity(
      `${name}-puller`,
      { ...args, grants: { pull: { role: "acrPull", scope: args.registry.id } } },
      { parent: this },
    );
    this.registryServer = pulumi.output(args.registry.loginServer);

    const gpuTypes = (args.gpus ?? []).map((kind) => gpuProfiles[kind].workloadProfileType);
    const environment = new app.ManagedEnvironment(
      `${name}-environment`,
      {
        resourceGroupName: args.resourceGroupName,
        location: args.location,
        tags: args.tags,
        // Logs by diagnostic setting: the other way needs the log workspace's key.
        appLogsConfiguration: { destination: "azure-monitor" },
        // GPU profiles take no minimum or maximum count. Source: terraform-provider-azurerm #31763.
        workloadProfiles: ["Consumption", ...gpuTypes].map((type) => ({ name: type, workloadProfileType: type })),
        zoneRedundant: false,
      },
      { parent: this },
    );
    this.id = environment.id;
    new monitor.DiagnosticSetting(
      `${name}-logs`,
      {
        name: "logs",
        resourceUri: environment.id,
        workspaceId: args.logsId,
        logs: [{ category: "ContainerAppConsoleLogs", enabled: true }],
      },
      { parent: this },
    );

    const mountName = "share";
    const mount = new resources.Deployment(
      `${name}-mount`,
      {
        resourceGroupName: args.resourceGroupName,
        tags: args.tags,
        properties: {
          mode: "Incremental",
          template: mountTemplate,
          parameters: {
            environment: { value: environment.name },
            mount: { value: mountName },
            account: { value: args.share.fileAccountName },
            share: { value: args.share.shareName },
          },
        },
      },
      { parent: this },
    );
    this.mountName = mount.id.apply(() => mountName);
    this.ready = [mount, ...this.puller.assignments];

    this.registerOutputs({ id: this.id, mountName: this.mountName, registryServer: this.registryServer });
  }
}

/**
 * Mounts the share. A template, because Azure evaluates `listKeys` itself when it deploys one: the account key goes
 * from storage to the environment and is never seen by this program or written into its state.
 */
const mountTemplate = {
  $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  contentVersion: "1.0.0.0",
  parameters: {
    environment: { type: "string" },
    mount: { type: "string" },
    account: { type: "string" },
    share: { type: "string" },
  },
  resources: [
    {
      type: "Microsoft.App/managedEnvironments/storages",
      apiVersion: "2025-02-02-preview",
      name: "[concat(parameters('environment'), '/', parameters('mount'))]",
      properties: {
        azureFile: {
          accountName: "[parameters('account')]",
          accountKey:
            "[listKeys(resourceId('Microsoft.Storage/storageAccounts', parameters('account')), '2024-01-01').keys[0].value]",
          shareName: "[parameters('share')]",
          accessMode: "ReadWrite",
        },
      },
    },
  ],
};
