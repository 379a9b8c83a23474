import * as pulumi from "@pulumi/pulumi";
import type { Schedule } from "../schedule/schedule";
import type { Settings } from "../settings";
import { AttachedKubernetes } from "./attachedKubernetes";
import type { BatchAccount } from "./batchAccount";
import { BatchPool } from "./batchPool";
import type { PlacementArgs } from "./common";
import { ComputeCluster } from "./computeCluster";
import { ComputeInstance } from "./computeInstance";
import type { ContainerEnvironment } from "./containerEnvironment";
import { ContainerGroup } from "./containerGroup";
import type { Registry } from "./registry";
import type { Workspace } from "./workspace";

/** What every machine of the settings is built from. */
export interface Fleet {
  placement: PlacementArgs;
  settings: Settings;
  /** Schedules by name, with their zones settled. */
  schedules: Record<string, Schedule>;
  registry: Registry;
  /** Entra tenant of people who are assigned a machine. */
  tenantId: pulumi.Input<string>;
}

type Names = Record<string, pulumi.Output<string>>;

/** One Batch pool for each that the settings name; returns the pools' names. */
export function batchPools(fleet: Fleet, account: BatchAccount): Names {
  return each(fleet.settings.batchPools, (poolName, pool) => {
    const { schedule, images, ...rest } = pool;
    return new BatchPool(`pool-${poolName}`, {
      ...fleet.placement,
      ...rest,
      account,
      poolName,
      images: images.map((image) => imageReference(fleet, image)),
      schedule: scheduleOf(fleet, schedule).name,
    }).poolName;
  });
}

/** One container group for each that the settings name; returns jobs and web addresses by name. */
export function containerGroups(
  fleet: Fleet,
  environment: ContainerEnvironment,
): { jobIds: Names; jobNames: Names; urls: Names } {
  const made = each(
    fleet.settings.containerGroups,
    (base, { image, environment: environmentVariables, schedule, ...rest }) =>
      new ContainerGroup(`group-${base}`, {
        ...fleet.placement,
        ...rest,
        environment,
        base,
        environmentVariables,
        image: imageReference(fleet, image),
        schedule: scheduleOf(fleet, schedule).name,
        signIn: fleet.settings.signIn,
      }),
  );
  const jobs = Object.fromEntries(
    Object.entries(made).filter(([base]) => fleet.settings.containerGroups[base]?.gpu !== undefined),
  );
  const urls = Object.entries(made).flatMap(([base, { url }]) => (url ? [[base, url] as const] : []));
  return {
    jobIds: each(jobs, (_, job) => job.id),
    jobNames: each(jobs, (_, job) => job.name),
    urls: Object.fromEntries(urls),
  };
}

/** The workspace's instances, clusters and attached Kubernetes; returns their names in the workspace. */
export function workspaceCompute(fleet: Fleet, workspace: Workspace): Names {
  const { placement, settings, tenantId, registry } = fleet;
  const { instances, clusters, kubernetes } = settings.workspace;
  const names = {
    ...each(
      instances,
      (base, { user, schedule, vmSize, idleShutdownMinutes }) =>
        new ComputeInstance(`instance-${base}`, {
          ...placement,
          workspace,
          base,
          vmSize,
          idleShutdownMinutes,
          assignedUser: { objectId: user, tenantId },
          schedule: scheduleOf(fleet, schedule),
        }).name,
    ),
    ...each(
      clusters,
      (base, { schedule, ...rest }) =>
        new ComputeCluster(`cluster-${base}`, {
          ...placement,
          ...rest,
          workspace,
          base,
          schedule: scheduleOf(fleet, schedule).name,
        }).name,
    ),
  };
  if (!kubernetes) return names;
  const { git } = settings.registry;
  const attached = new AttachedKubernetes("kubernetes", {
    ...placement,
    ...kubernetes,
    workspace,
    tenantId,
    registryId: registry.id,
    schedule: scheduleOf(fleet, kubernetes.schedule).name,
    gitlab: kubernetes.gitlab && git && { ...kubernetes.gitlab, repositoryUrl: git.url, branch: git.branch },
  });
  return { ...names, kubernetes: attached.computeName };
}

/** The schedule of that name, or the stack's default, which is the first where none is named. */
function scheduleOf({ schedules, settings }: Fleet, name: string | undefined): Schedule {
  const wanted = name ?? settings.defaultSchedule ?? Object.keys(schedules)[0] ?? "";
  const schedule = schedules[wanted];
  if (!schedule)
    throw new pulumi.RunError(
      `no schedule is named "${wanted}"; the settings name ${Object.keys(schedules).join(", ")}`,
    );
  return schedule;
}

/** `registry/NAME` stands for an image of this repository, anything else for itself. */
function imageReference({ registry }: Fleet, image: string): pulumi.Input<string> {
  return image.startsWith("registry/") ? registry.image(image.slice("registry/".length)) : image;
}

function each<T, R>(parts: Record<string, T>, make: (name: string, part: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, make(name, part)]));
}
