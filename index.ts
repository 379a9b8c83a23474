import * as pulumi from "@pulumi/pulumi";
import { getClientConfigOutput } from "@pulumi/azure-native/authorization";
import { Access } from "./components/access";
import { BatchAccount } from "./components/batchAccount";
import { Budget } from "./components/budget";
import { ContainerEnvironment } from "./components/containerEnvironment";
import { Foundation } from "./components/foundation";
import { FileShare } from "./components/fileShare";
import { batchPools, containerGroups, workspaceCompute } from "./components/fleet";
import { dockerImages, shouldBuild } from "./components/images";
import { Registry } from "./components/registry";
import { StopSchedule } from "./components/stopSchedule";
import { Workspace } from "./components/workspace";
import { gpusOf, readSettings, schedulesOf } from "./settings";

const settings = readSettings(pulumi.runtime.allConfig());
const estate = `${pulumi.getProject()}-${pulumi.getStack()}`;
const tags = { owner: settings.owner, "cost-centre": settings.costCentre, estate };
const contacts = settings.contacts ?? [settings.owner];
const { tenantId } = getClientConfigOutput();

const schedules = schedulesOf(settings);
const foundation = new Foundation(estate, { location: settings.location, tags, schedules: Object.keys(schedules) });
const { placement, resourceGroupId } = foundation;

const registry = new Registry("registry", {
  ...placement,
  images: dockerImages(),
  build: shouldBuild(settings.registry.build),
  baseImage: settings.registry.baseImage,
  purgeUntaggedDays: settings.registry.purgeUntaggedDays,
  git: settings.registry.git && { ...settings.registry.git, token: pulumi.secret(settings.gitToken ?? "") },
});
const share = new FileShare("share", { ...placement, ...settings.share });
const environment = new ContainerEnvironment("containers", {
  ...placement,
  registry,
  share,
  logsId: foundation.logsId,
  gpus: gpusOf(settings),
});
const batch = new BatchAccount("batch", { ...placement, registry, storage: share });
const workspace = new Workspace("workspace", {
  ...placement,
  resourceGroupId,
  friendlyName: estate,
  registryId: registry.id,
  insightsId: foundation.insightsId,
  tenantId,
});

const fleet = { placement, settings, schedules, registry, tenantId };
const pools = batchPools(fleet, batch);
const groups = containerGroups(fleet, environment);
const compute = workspaceCompute(fleet, workspace);

const scheduler = new StopSchedule("scheduler", {
  ...placement,
  ...settings.stopSchedule,
  resourceGroupId,
  environment,
  image: registry.image("scheduler"),
});
new Access("access", {
  ...placement,
  ...settings.access,
  resourceGroupId,
  workspaceId: workspace.id,
  batchAccountId: batch.id,
  blobAccountId: share.blobAccountId,
  jobs: groups.jobIds,
});
new Budget("budget", { ...placement, ...settings.budget, resourceGroupId, contacts, today: new Date() });

export const resourceGroup = foundation.resourceGroupName;
export const registryServer = registry.loginServer;
export const sharePath = share.sharePath;
export const blobAccount = share.blobAccountName;
export const batchEndpoint = batch.endpoint;
export const poolNames = pools;
export const workspaceUrl = workspace.studioUrl;
export const computeNames = compute;
export const jobNames = groups.jobNames;
export const webAddresses = groups.urls;
export const schedulerJob = scheduler.jobName;
