import * as pulumi from "@pulumi/pulumi";
import { vi } from "vitest";

/** A resource as the program registered it. */
export interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

/** Everything one run of the program did under mocks. */
export interface ProgramRun {
  /** Resources with secrets and unknown values unwrapped, in the order in which they were registered. */
  resources: Registered[];
  outputs: Record<string, unknown>;
  ofType(type: string): Registered[];
}

const account = "/subscriptions/00000000-0000-4000-8000-000000000001";

/** What Azure would add to each resource that the program reads something computed of. */
const computed: Record<string, (name: string, inputs: Record<string, unknown>) => Record<string, unknown>> = {
  "azure-native:resources:ResourceGroup": (name) => ({ name: `${name}1a2b3c4d` }),
  "azure-native:containerregistry:Registry": (_, inputs) => ({
    loginServer: `${String(inputs.registryName)}.azurecr.io`,
  }),
  "azure-native:batch:BatchAccount": (_, inputs) => ({
    accountEndpoint: `${String(inputs.accountName)}.swedencentral.batch.azure.com`,
    lowPriorityCoreQuota: 1000,
    dedicatedCoreQuota: 1000,
  }),
  "azure-native:managedidentity:UserAssignedIdentity": (name) => ({
    principalId: `principal-${name}`,
    clientId: `client-${name}`,
  }),
  "azure-native:app:ContainerApp": (_, inputs) => ({
    configuration: { ingress: { fqdn: `${String(inputs.containerAppName)}.example.azurecontainerapps.io` } },
  }),
  "azure-native:containerservice:ManagedCluster": () => ({
    identityProfile: { kubeletidentity: { objectId: "kubelet-object" } },
    addonProfiles: { azureKeyvaultSecretsProvider: { identity: { objectId: "csi-object", clientId: "csi-client" } } },
  }),
  "docker:index/image:Image": (_, inputs) => ({ repoDigest: `${String(inputs.imageName)}@sha256:0` }),
};

/** The input that a resource's physical name is given by, in the order in which they are looked for. */
const nameInputs = [
  "registryName",
  "computeName",
  "jobName",
  "containerAppName",
  "shareName",
  "containerName",
  "tableName",
  "poolName",
  "vaultName",
  "workspaceName",
  "resourceName",
  "accountName",
];

/**
 * Runs the whole program once, with the engine replaced by mocks.
 * @param config settings as Pulumi hands them over: text, or JSON text
 */
export async function runProgram(config: Record<string, unknown>): Promise<ProgramRun> {
  const resources: Registered[] = [];
  vi.resetModules();
  const runtime = await import("@pulumi/pulumi/runtime");
  await runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id }) => {
        const plain = unwrap(inputs) as Record<string, unknown>;
        resources.push({ type, name, inputs: plain });
        if (!type.includes(":index:") && !id) {
          const given = nameInputs.map((key) => plain[key]).find((value) => typeof value === "string");
          const physical = String(given ?? name);
          const state = { ...plain, name: physical, ...computed[type]?.(name, plain) };
          return { id: `${account}/resourceGroups/group/providers/${type}/${physical}`, state };
        }
        return { id: id ?? name, state: plain };
      },
      call: () => ({ tenantId: "00000000-0000-4000-8000-00000000000t", subscriptionId: account.split("/")[2] }),
    },
    "lights-out",
    "test",
    false,
  );
  runtime.setAllConfig(
    Object.fromEntries(
      Object.entries(config).map(([key, value]) => [
        `lights-out:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
  );
  const outputs = (await runtime.runInPulumiStack(async () => ({ ...(await import("../../index")) }))) as Record<
    string,
    unknown
  >;
  const plain = (await plainOutputs(outputs)) as Record<string, unknown>;
  await runtime.disconnect(); // waits for what is still being registered
  return {
    resources,
    outputs: plain,
    ofType: (type) => resources.filter((resource) => resource.type === type),
  };
}

async function plainOutputs(value: unknown): Promise<unknown> {
  const output: pulumi.Output<unknown> = pulumi.output(value as object);
  return new Promise((resolve) => output.apply((plain) => resolve(plain)));
}

const secretMark = "4dabf18193072939515e22adb298388d";

function unwrap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrap);
  if (typeof value !== "object" || value === null) return value;
  const map = value as Record<string, unknown>;
  if (secretMark in map) return unwrap(map.value);
  return Object.fromEntries(Object.entries(map).map(([key, part]) => [key, unwrap(part)]));
}
