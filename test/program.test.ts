import { describe, expect, test } from "vitest";
import { minimalSettings, stackSettings } from "./support/devSettings";
import { runProgram, type ProgramRun } from "./support/program";

const native = (run: ProgramRun) => run.resources.filter((resource) => resource.type.startsWith("azure-native:"));
const counts = (run: ProgramRun) => {
  const result: Record<string, number> = {};
  for (const { type } of native(run)) {
    const short = type.replace("azure-native:", "");
    result[short] = (result[short] ?? 0) + 1;
  }
  return result;
};

describe("the dev estate", () => {
  test("declares exactly these resources", async () => {
    const run = await runProgram(stackSettings("dev"));
    expect(counts(run)).toEqual({
      "app:ContainerApp": 1,
      "app:Job": 2,
      "app:ManagedEnvironment": 1,
      "applicationinsights:Component": 1,
      "authorization:PolicyAssignment": 1,
      "authorization:PolicyDefinition": 1,
      "authorization:RoleAssignment": 15,
      "authorization:RoleDefinition": 5,
      "batch:BatchAccount": 1,
      "batch:Pool": 2,
      "consumption:Budget": 1,
      "containerregistry:Registry": 1,
      "containerregistry:Task": 1,
      "keyvault:Vault": 1,
      "logic:Workflow": 1,
      "machinelearningservices:Compute": 3,
      "machinelearningservices:Workspace": 1,
      "managedidentity:UserAssignedIdentity": 5,
      "monitor:ActionGroup": 1,
      "monitor:DiagnosticSetting": 1,
      "operationalinsights:Workspace": 1,
      "resources:Deployment": 1,
      "resources:ResourceGroup": 1,
      "storage:BlobContainer": 3,
      "storage:FileServiceProperties": 1,
      "storage:FileShare": 1,
      "storage:ManagementPolicy": 1,
      "storage:StorageAccount": 3,
      "storage:Table": 1,
    });
    expect(run.outputs).toMatchObject({
      resourceGroup: "lights-out-test-group1a2b3c4d",
      registryServer: "lightsout1a2b3c4d.azurecr.io",
      sharePath: "//files1a2b3c4d.file.core.windows.net/lights-out",
      poolNames: { train: "train", sweep: "sweep" },
      computeNames: { alice: "alice-1a2b3c4d", bo: "bo-1a2b3c4d", gpu: "gpu-1a2b3c4d" },
      jobNames: { "gpu-job": "gpu-job-1a2b3c4d" },
      webAddresses: {},
    });

    const plain = { owner: "ml-platform@example.com", "cost-centre": "4711", estate: "lights-out-test" };
    const untagged = native(run).filter(({ inputs }) => inputs.tags === undefined);
    expect([...new Set(untagged.map(({ type }) => type.replace("azure-native:", "")))].sort()).toEqual([
      "authorization:PolicyAssignment",
      "authorization:PolicyDefinition",
      "authorization:RoleAssignment",
      "authorization:RoleDefinition",
      "consumption:Budget",
      "monitor:DiagnosticSetting",
      "storage:BlobContainer",
      "storage:FileServiceProperties",
      "storage:FileShare",
      "storage:ManagementPolicy",
      "storage:Table",
    ]);
    for (const { inputs } of native(run).filter((resource) => resource.inputs.tags !== undefined))
      expect(inputs.tags).toMatchObject(plain);
    const schedules = native(run).flatMap(({ name, inputs }) => {
      const { schedule } = (inputs.tags ?? {}) as Record<string, string>;
      return schedule ? [[name, schedule]] : [];
    });
    expect(Object.fromEntries(schedules)).toEqual({
      "pool-train-pool": "office",
      "pool-sweep-pool": "nightly-batch",
      "group-tensorboard-app": "office",
      "group-gpu-job-job": "office",
      "instance-alice-instance": "office",
      "instance-bo-instance": "late",
      "cluster-gpu-cluster": "office",
      "scheduler-job": "always",
      "scheduler-workflow": "always",
    });
  });
});

describe("the minimal estate", () => {
  test("is useful by defaults alone", async () => {
    const run = await runProgram(minimalSettings);
    expect(native(run).length).toBe(51);
    expect(run.outputs).toMatchObject({ poolNames: { train: "train" }, computeNames: { gpu: "gpu-1a2b3c4d" } });
    expect(run.ofType("docker:index/image:Image").length).toBeLessThanOrEqual(1);
  });

  test("with every option on, has the parts that the options add", async () => {
    const run = await runProgram({
      ...minimalSettings,
      gitToken: "token-of-the-test",
      signIn: {
        clientId: "0b1f6f3e-9b0a-4a6c-8a53-1f0f4f3d2a03",
        tenantId: "0b1f6f3e-9b0a-4a6c-8a53-1f0f4f3d2a04",
      },
      registry: { build: "never", git: { url: "https://github.com/example/lights-out.git" } },
      workspace: { kubernetes: { gitlab: { tokenSecret: "runner-token" } } },
    });
    expect(counts(run)).toMatchObject({
      "app:ContainerAppsAuthConfig": 1,
      "containerregistry:Task": 2,
      "containerregistry:TaskRun": 1,
      "containerservice:ManagedCluster": 1,
      "containerservice:AgentPool": 1,
      "kubernetesconfiguration:Extension": 2,
      "kubernetesconfiguration:FluxConfiguration": 1,
      "machinelearningservices:Compute": 2,
    });
    const rebuild = run.ofType("azure-native:containerregistry:Task").find(({ name }) => name.endsWith("-rebuild"));
    expect(rebuild?.inputs).toMatchObject({
      step: {
        type: "Docker",
        contextPath: "https://github.com/example/lights-out.git#main:docker/scheduler",
        dockerFilePath: "Dockerfile",
        imageNames: ["lights-out-scheduler:main"],
      },
      trigger: { sourceTriggers: [{ sourceTriggerEvents: ["commit"] }], baseImageTrigger: { status: "Enabled" } },
    });
    const [gpuNodes] = run.ofType("azure-native:containerservice:AgentPool");
    expect(gpuNodes?.inputs).toMatchObject({ minCount: 0, maxCount: 2, scaleSetPriority: "Spot" });
    const [web] = run.ofType("azure-native:app:ContainerApp");
    expect(web?.inputs).toMatchObject({
      configuration: { ingress: { external: true } },
      template: { scale: { minReplicas: 0 } },
    });
    expect(run.outputs.webAddresses).toEqual({
      tensorboard: "https://tensorboard-1a2b3c4d.example.azurecontainerapps.io",
    });
  });
});
