import { beforeAll, describe, expect, test } from "vitest";
import { stackSettings } from "../support/devSettings";
import { runProgram, type ProgramRun } from "../support/program";

let run: ProgramRun;
beforeAll(async () => {
  run = await runProgram({ ...stackSettings("dev"), registry: { build: "always" } });
});

const inputsOf = (name: string) => {
  const found = run.resources.filter((resource) => resource.name === name);
  expect(found.length, name).toBe(1);
  return found[0]?.inputs ?? {};
};

describe("what each resource is declared with", () => {
  test("storage: TLS 1.2, no public blobs, keys only where a mount or the workspace needs them", () => {
    const keys = Object.fromEntries(
      run.ofType("azure-native:storage:StorageAccount").map(({ name, inputs }) => {
        expect(inputs).toMatchObject({
          minimumTlsVersion: "TLS1_2",
          enableHttpsTrafficOnly: true,
          allowBlobPublicAccess: false,
          sku: { name: "Standard_LRS" },
        });
        return [name, inputs.allowSharedKeyAccess];
      }),
    );
    expect(keys).toEqual({ "share-files": true, "share-blobs": false, "workspace-storage": true });
    expect(inputsOf("share-share")).toMatchObject({
      shareName: "lights-out",
      shareQuota: 512,
      enabledProtocols: "SMB",
    });
    const containers = run.ofType("azure-native:storage:BlobContainer").map(({ inputs }) => inputs.containerName);
    expect(containers.sort()).toEqual(["inputs", "outputs", "task-logs"]);
  });

  test("registry: Basic, admin user off, untagged manifests purged every night", () => {
    expect(inputsOf("registry-registry")).toMatchObject({ sku: { name: "Basic" }, adminUserEnabled: false });
    const purge = inputsOf("registry-purge") as { step: { encodedTaskContent: string }; trigger: unknown };
    expect(Buffer.from(purge.step.encodedTaskContent, "base64").toString()).toContain(
      "acr purge --filter '.*:^$' --untagged --ago 7d",
    );
    expect(purge.trigger).toEqual({
      timerTriggers: [{ name: "nightly", schedule: "0 2 * * *", status: "Enabled" }],
    });
    expect(inputsOf("registry-scheduler")).toMatchObject({
      imageName: "lightsout1a2b3c4d.azurecr.io/lights-out-scheduler:up",
      build: { dockerfile: "docker/scheduler/Dockerfile", platform: "linux/amd64" },
    });
  });

  test("Batch: Entra only, storage by identity", () => {
    expect(inputsOf("batch-batch")).toMatchObject({
      allowedAuthenticationModes: ["AAD"],
      poolAllocationMode: "BatchService",
      autoStorage: { authenticationMode: "BatchAccountManagedIdentity" },
    });
  });

  test("pool: current image, identity for images and blobs, simplified communication, autoscale", () => {
    const pool = inputsOf("pool-sweep-pool");
    expect(pool).toMatchObject({
      vmSize: "Standard_NC24ads_A100_v4",
      taskSlotsPerNode: 2,
      targetNodeCommunicationMode: "Simplified",
      interNodeCommunication: "Disabled",
      deploymentConfiguration: {
        virtualMachineConfiguration: {
          imageReference: { publisher: "microsoft-dsvm", offer: "ubuntu-hpc", sku: "2404", version: "latest" },
          nodeAgentSkuId: "batch.node.ubuntu 24.04",
          osDisk: { diskSizeGB: 256 },
          containerConfiguration: {
            type: "DockerCompatible",
            containerRegistries: [{ registryServer: "lightsout1a2b3c4d.azurecr.io" }],
          },
        },
      },
      scaleSettings: { autoScale: { evaluationInterval: "PT5M" } },
    });
    const mounts = pool.mountConfiguration as { azureBlobFileSystemConfiguration: Record<string, unknown> }[];
    expect(mounts.map((mount) => Object.keys(mount.azureBlobFileSystemConfiguration).sort())).toEqual([
      ["accountName", "blobfuseOptions", "containerName", "identityReference", "relativeMountPath"],
      ["accountName", "blobfuseOptions", "containerName", "identityReference", "relativeMountPath"],
    ]);
  });

  test("GPU job: the whole profile, a time limit, retries", () => {
    expect(inputsOf("group-gpu-job-job")).toMatchObject({
      workloadProfileName: "Consumption-GPU-NC8as-T4",
      configuration: { triggerType: "Manual", replicaTimeout: 7200, replicaRetryLimit: 2 },
      template: {
        containers: [{ resources: { cpu: 8, memory: "56Gi" }, volumeMounts: [{ mountPath: "/mnt/share" }] }],
      },
    });
  });

  test("web app: scales to zero and is not reachable from outside without sign-in", () => {
    expect(inputsOf("group-tensorboard-app")).toMatchObject({
      configuration: { ingress: { external: false, targetPort: 6006, allowInsecure: false } },
      template: { scale: { minReplicas: 0, maxReplicas: 1 } },
    });
    expect(run.ofType("azure-native:app:ContainerAppsAuthConfig")).toEqual([]);
  });

  test("GPU profiles come without counts, which Azure refuses for them", () => {
    expect(inputsOf("containers-environment").workloadProfiles).toEqual([
      { name: "Consumption", workloadProfileType: "Consumption" },
      { name: "Consumption-GPU-NC8as-T4", workloadProfileType: "Consumption-GPU-NC8as-T4" },
    ]);
  });

  test("the share's key stays inside Azure", () => {
    const mount = inputsOf("containers-mount") as { properties: { template: { resources: unknown[] } } };
    expect(JSON.stringify(mount.properties.template.resources)).toContain("[listKeys(resourceId(");
    expect(JSON.stringify(mount)).not.toMatch(/"accountKey":"(?!\[listKeys)/);
  });

  test("workspace: user-assigned identity only, everything given", () => {
    expect(inputsOf("workspace-ml")).toMatchObject({
      identity: { type: "UserAssigned" },
      systemDatastoresAuthMode: "Identity",
      storageAccount: expect.stringContaining("mlws1a2b3c4d") as string,
      keyVault: expect.stringContaining("workspace-vault") as string,
      containerRegistry: expect.stringContaining("lightsout1a2b3c4d") as string,
      applicationInsights: expect.stringContaining("insights") as string,
    });
    const vault = inputsOf("workspace-vault").properties as Record<string, unknown>;
    expect(vault).toMatchObject({ softDeleteRetentionInDays: 7, enableRbacAuthorization: true });
    expect(vault).not.toHaveProperty("enablePurgeProtection");
  });

  test("compute instance: its person, its schedule in a Windows zone with a start time, idle shutdown", () => {
    const weekly = (action: string, hours: number[], weekDays: string[], minutes = [0]) => ({
      action,
      status: "Enabled",
      triggerType: "Recurrence",
      recurrence: {
        frequency: "Week",
        interval: 1,
        startTime: "2026-01-05T00:00:00",
        timeZone: "W. Europe Standard Time",
        schedule: { hours, minutes, weekDays },
      },
    });
    const week = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];
    expect(inputsOf("instance-bo-instance").properties).toEqual({
      computeType: "ComputeInstance",
      disableLocalAuth: true,
      properties: {
        vmSize: "Standard_NC4as_T4_v3",
        applicationSharingPolicy: "Personal",
        computeInstanceAuthorizationType: "personal",
        personalComputeInstanceSettings: {
          assignedUser: {
            objectId: "0b1f6f3e-9b0a-4a6c-8a53-1f0f4f3d2a02",
            tenantId: "00000000-0000-4000-8000-00000000000t",
          },
        },
        sshSettings: { sshPublicAccess: "Disabled" },
        idleTimeBeforeShutdown: "PT90M",
        enableNodePublicIp: true,
        schedules: {
          computeStartStop: [
            weekly("Stop", [23], week, [30]),
            weekly("Stop", [16], ["Saturday"]),
            weekly("Start", [10], [...week, "Saturday"]),
          ],
        },
      },
    });
  });

  test("cluster: from zero, Spot, two idle minutes", () => {
    expect(inputsOf("cluster-gpu-cluster").properties).toMatchObject({
      computeType: "AmlCompute",
      properties: {
        vmPriority: "LowPriority",
        scaleSettings: { minNodeCount: 0, maxNodeCount: 4, nodeIdleTimeBeforeScaleDown: "PT120S" },
      },
    });
  });

  test("data scientists can neither create, delete nor reschedule compute", () => {
    const role = inputsOf("access-scientist-role") as {
      permissions: { actions: string[]; notActions: string[] }[];
    };
    const [permission] = role.permissions;
    expect(permission?.actions.filter((action) => /updateSchedules|computes\/(write|delete|\*)/.test(action))).toEqual(
      [],
    );
    expect(permission?.notActions).toContain("Microsoft.MachineLearningServices/workspaces/computes/write");
    expect(permission?.notActions).toContain("Microsoft.MachineLearningServices/workspaces/computes/delete");
  });

  test("every role assignment names its principal's type and a scope below the subscription", () => {
    for (const { inputs } of run.ofType("azure-native:authorization:RoleAssignment")) {
      expect(inputs.principalType).toMatch(/^(ServicePrincipal|Group)$/);
      expect(inputs.scope).toMatch(/^\/subscriptions\/[^/]+\/resourceGroups\/.+/);
    }
  });

  test("budget: thresholds reach the contacts", () => {
    const budget = inputsOf("budget-budget") as { notifications: Record<string, { contactEmails: string[] }> };
    expect(budget).toMatchObject({ amount: 1500, timeGrain: "Monthly" });
    expect(Object.keys(budget.notifications).sort()).toEqual(["actual100", "actual50", "actual80"]);
    expect(budget.notifications.actual80?.contactEmails).toEqual(["ml-platform@example.com", "finance@example.com"]);
  });
});
