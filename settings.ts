import { RunError } from "@pulumi/pulumi";
import { IANAZone } from "luxon";
import { z } from "zod";
import { gpuKinds, gpuProfiles, type GpuKind } from "./components/gpuProfiles";
import { checkVmSize } from "./policies/validators";
import { windowsZone } from "./schedule/native";
import { scheduleSchema, zone, type Schedule } from "./schedule/schedule";
import { describeIssue } from "./settingsFaults";

const name = (what: string) =>
  z.string().regex(/^[a-z][a-z0-9-]{0,14}$/, {
    error: `${what} must be 1 to 15 lower-case letters, digits or hyphens and start with a letter`,
  });
const email = z.email({ error: "must be an e-mail address" });
const guid = z.guid({ error: "must be a GUID, as Entra shows for an object" });
const vmSize = z.string().superRefine((size, context) => {
  if (!/^Standard_[A-Za-z0-9_]{1,40}$/.test(size)) {
    context.addIssue({
      code: "custom",
      message: 'must be a VM size as Azure writes it, for example "Standard_D2s_v5"',
    });
    return;
  }
  const fault = checkVmSize(size);
  if (fault) context.addIssue({ code: "custom", message: `must be ${fault.wanted}: ${fault.mend}` });
});
const scheduleName = name("a schedule's name");
const whole = (least: number, most: number) => z.int().min(least).max(most);
const httpsUrl = z.url({ protocol: /^https$/, error: "must be an https:// address" });

const principal = z.strictObject({
  objectId: guid.describe("Entra object id of a person or a group"),
  type: z.enum(["User", "Group"]).default("Group").describe("what the object id names"),
});

const batchPool = z.strictObject({
  vmSize: vmSize.default("Standard_NC4as_T4_v3").describe("size of every node"),
  maxSpotNodes: whole(0, 100).default(2).describe("most Spot nodes at once; the pool falls back to 0"),
  maxDedicatedNodes: whole(0, 100).default(0).describe("most dedicated nodes, used for what Spot has no room for"),
  taskSlotsPerNode: whole(1, 256).default(1).describe("tasks that share one node"),
  osDiskGiB: whole(64, 1024).default(128).describe("size of a node's disk in GiB; container images live on it"),
  images: z.array(z.string()).default([]).describe("further container images that a node pulls ahead"),
  startTask: z.string().optional().describe("command line that a node runs before its first task"),
  schedule: scheduleName.optional().describe("schedule that the pool's nodes follow; default: `defaultSchedule`"),
});

const containerGroup = z.strictObject({
  image: z.string().min(1).describe("container image with its tag; `registry/NAME` means the estate's own registry"),
  command: z.array(z.string()).default([]).describe("command and arguments; empty: the image's own"),
  gpu: z.enum(gpuKinds).optional().describe("GPU kind; with one the group is a job, without one it is a web app"),
  cpu: z
    .number()
    .min(0.25)
    .max(24)
    .optional()
    .describe("virtual processors; default: the GPU profile's, or half of `memoryGiB`, or 0.5"),
  memoryGiB: z
    .number()
    .min(0.5)
    .max(220)
    .optional()
    .describe("memory in GiB; default: the GPU profile's, or 2 per processor, or 1"),
  share: z.boolean().default(true).describe("mount the file share at /mnt/share"),
  environment: z.record(z.string(), z.string()).default({}).describe("environment variables; no secrets"),
  port: whole(1, 65535).optional().describe("port that a web app listens on; only without `gpu`"),
  timeLimitMinutes: whole(1, 1440).default(60).describe("longest run of a job in minutes; only with `gpu`"),
  retries: whole(0, 10).default(2).describe("times a failed job is tried again; serverless GPUs want at least 2"),
  schedule: scheduleName.optional().describe("schedule that the group follows; default: `defaultSchedule`"),
});

const instance = z.strictObject({
  user: guid.describe("Entra object id of the one person who may use it"),
  vmSize: vmSize.default("Standard_NC4as_T4_v3").describe("size; a change replaces the instance"),
  schedule: scheduleName.optional().describe("schedule that starts and stops it; default: `defaultSchedule`"),
  idleShutdownMinutes: whole(15, 4320).default(60).describe("minutes without activity after which Azure stops it"),
});

const cluster = z.strictObject({
  vmSize: vmSize.default("Standard_NC4as_T4_v3").describe("size of every node"),
  spot: z.boolean().default(true).describe("Spot nodes, which Azure may take back, at about a third of the price"),
  maxNodes: whole(1, 100).default(2).describe("most nodes at once; the cluster falls back to 0"),
  idleMinutes: whole(1, 120).default(2).describe("minutes after which an idle node goes"),
  schedule: scheduleName.optional().describe("schedule that the nodes follow; default: `defaultSchedule`"),
});

const kubernetes = z.strictObject({
  vmSize: vmSize.default("Standard_NC4as_T4_v3").describe("size of the GPU nodes"),
  maxGpuNodes: whole(1, 50).default(2).describe("most GPU nodes at once; the pool falls back to 0"),
  systemVmSize: vmSize.default("Standard_D2as_v5").describe("size of the one node that is always there"),
  schedule: scheduleName.optional().describe("schedule that the cluster follows; default: `defaultSchedule`"),
  gitlab: z
    .strictObject({
      url: httpsUrl.default("https://gitlab.com").describe("GitLab server"),
      tokenSecret: z.string().min(1).describe("name of the vault secret that holds the runner's token"),
    })
    .optional()
    .describe("a GitLab runner on the cluster; the token itself stays in the vault"),
});

const shape = {
  location: z
    .string()
    .regex(/^[a-z]+[0-9]?$/, { error: 'must be an Azure region by its short name, for example "swedencentral"' })
    .describe("Azure region of everything"),
  owner: email.describe("e-mail address of the team that answers for the estate; a tag on everything"),
  costCentre: z.string().min(1).max(64).describe("cost centre that pays; a tag on everything"),
  contacts: z.array(email).min(1).optional().describe("who hears of budgets and failures; default: the owner"),
  timeZone: zone.default("Etc/UTC").describe("IANA time zone of schedules that name none"),
  schedules: z
    .record(scheduleName, scheduleSchema)
    .default(() => ({ office: scheduleSchema.parse({ windows: [officeHours()] }) }))
    .describe("when compute may be on; default: `office`, Monday to Friday 08:00 to 19:00"),
  defaultSchedule: scheduleName.optional().describe("schedule of compute that names none; default: the first one"),
  registry: z
    .strictObject({
      build: z
        .enum(["auto", "always", "never"])
        .default("auto")
        .describe("build the images of `docker/` during `up`: when a Docker engine answers, always, never"),
      baseImage: z
        .string()
        .min(1)
        .optional()
        .describe("image that the images of `docker/` are built on; default: as their Dockerfiles say"),
      purgeUntaggedDays: whole(1, 365).default(7).describe("days after which manifests without a tag are deleted"),
      git: z
        .strictObject({
          url: httpsUrl.describe("repository that holds `docker/`"),
          branch: z.string().min(1).default("main").describe("branch whose pushes rebuild the images"),
        })
        .optional()
        .describe("rebuild on push and on a new base image; needs the secret `gitToken`"),
    })
    .prefault({})
    .describe("container registry"),
  gitToken: z.string().min(1).optional().describe("token that may read the repository; set it with --secret"),
  share: z
    .strictObject({
      quotaGiB: whole(1, 102400).default(100).describe("size limit of the file share in GiB"),
      coolAfterDays: whole(1, 365).default(30).describe("days after which outputs move to the cool tier"),
      taskLogDays: whole(1, 365).default(30).describe("days after which task logs are deleted"),
    })
    .prefault({})
    .describe("storage for data, models, checkpoints and logs"),
  batchPools: z
    .record(name("a pool's name"), batchPool)
    .default(() => ({ train: batchPool.parse({}) }))
    .describe("Batch pools by name; default: one, `train`"),
  containerGroups: z
    .record(name("a group's name"), containerGroup)
    .default(() => ({ tensorboard: containerGroup.parse(tensorboard) }))
    .describe("container groups by name; default: TensorBoard"),
  signIn: z
    .strictObject({
      clientId: guid.describe("application id of the Entra app registration"),
      tenantId: guid.describe("its tenant"),
    })
    .optional()
    .describe("Entra sign-in for web apps; without it they are not reachable from outside"),
  workspace: z
    .strictObject({
      instances: z.record(name("an instance's name"), instance).default({}).describe("compute instances by name"),
      clusters: z
        .record(name("a cluster's name"), cluster)
        .default(() => ({ gpu: cluster.parse({}) }))
        .describe("compute clusters by name; default: one, `gpu`"),
      kubernetes: kubernetes.optional().describe("an attached Kubernetes cluster; default: none"),
    })
    .prefault({})
    .describe("machine-learning workspace"),
  stopSchedule: z
    .strictObject({ everyMinutes: whole(1, 60).default(5).describe("minutes between two ticks") })
    .prefault({})
    .describe("the Logic App that fires the scheduler"),
  access: z
    .strictObject({ dataScientists: z.array(principal).default([]).describe("who may use, start and stop compute") })
    .prefault({})
    .describe("who may do what"),
  budget: z
    .strictObject({
      monthlyAmount: z
        .number()
        .positive()
        .max(10_000_000)
        .default(1000)
        .describe("money a month, in the billing currency"),
      thresholds: z
        .array(whole(1, 1000))
        .min(1)
        .max(5)
        .default([50, 80, 100])
        .describe("percent of the amount at which the contacts hear of it"),
    })
    .prefault({})
    .describe("budget and who hears of it"),
};

const tensorboard = {
  image: "docker.io/tensorflow/tensorflow:2.20.0",
  command: ["tensorboard", "--logdir", "/mnt/share/logs", "--host", "0.0.0.0", "--port", "6006"],
  cpu: 1,
  port: 6006,
};

function officeHours() {
  return {
    days: ["monday" as const, "tuesday" as const, "wednesday" as const, "thursday" as const, "friday" as const],
    start: "08:00",
    end: "19:00",
  };
}

/** The settings of a stack: every field's unit, meaning and default stand in its description. */
export const settingsSchema = z.strictObject(shape).superRefine((settings, context) => {
  const fault = (path: (string | number)[], message: string) =>
    context.addIssue({ code: "custom", path, message, input: path.reduce(childOf, settings as unknown) });

  const schedules = Object.keys(settings.schedules);
  if (schedules.length === 0) fault(["schedules"], "must name at least one schedule");
  if (schedules.includes("always")) fault(["schedules", "always"], 'must not be named "always", which is reserved');
  for (const [key, schedule] of Object.entries(settings.schedules)) {
    const inZone = schedule.zone ?? settings.timeZone;
    if (!IANAZone.isValidZone(inZone)) continue; // reported where it stands
    try {
      windowsZone(inZone);
    } catch (error) {
      fault(["schedules", key, "zone"], `must be a zone with a Windows name, which Azure needs: ${message(error)}`);
    }
  }
  const mustExist = (path: (string | number)[], schedule: string | undefined) => {
    if (schedule !== undefined && !schedules.includes(schedule))
      fault(path, `must be one of the stack's schedules: ${schedules.join(", ")}`);
  };
  mustExist(["defaultSchedule"], settings.defaultSchedule);
  for (const room of ["batchPools", "containerGroups"] as const)
    for (const [key, part] of Object.entries(settings[room])) mustExist([room, key, "schedule"], part.schedule);
  for (const room of ["instances", "clusters"] as const)
    for (const [key, part] of Object.entries(settings.workspace[room]))
      mustExist(["workspace", room, key, "schedule"], part.schedule);
  mustExist(["workspace", "kubernetes", "schedule"], settings.workspace.kubernetes?.schedule);

  for (const [key, group] of Object.entries(settings.containerGroups)) {
    const path = ["containerGroups", key];
    if (!group.gpu) {
      if (group.port === undefined) fault([...path, "port"], "must be given for a group without a GPU");
      continue;
    }
    const profile = gpuProfiles[group.gpu];
    if (group.port !== undefined)
      fault([...path, "port"], "must not be given for a GPU job, which answers no requests");
    if (!profile.regions.includes(settings.location))
      fault([...path, "gpu"], `must be a GPU that the region has; ${group.gpu} is in ${profile.regions.join(", ")}`);
    if ((group.cpu ?? 0) > profile.cpu)
      fault([...path, "cpu"], `must be at most ${profile.cpu}, the ${group.gpu} profile's`);
    if ((group.memoryGiB ?? 0) > profile.memoryGiB)
      fault([...path, "memoryGiB"], `must be at most ${profile.memoryGiB}, the ${group.gpu} profile's`);
  }
  if (settings.registry.git && !settings.gitToken)
    fault(["gitToken"], "must be set when registry.git is: Azure needs it to watch the repository");
  if (settings.workspace.kubernetes?.gitlab && !settings.registry.git)
    fault(["registry", "git"], "must be set for a GitLab runner, whose manifests are read from it");
  for (const [key, pool] of Object.entries(settings.batchPools))
    if (pool.maxSpotNodes + pool.maxDedicatedNodes === 0)
      fault(["batchPools", key, "maxSpotNodes"], "must leave room for at least one node");
});

export type Settings = z.infer<typeof settingsSchema>;
export type BatchPoolSettings = z.infer<typeof batchPool>;
export type ContainerGroupSettings = z.infer<typeof containerGroup>;
export type InstanceSettings = z.infer<typeof instance>;
export type ClusterSettings = z.infer<typeof cluster>;
export type KubernetesSettings = z.infer<typeof kubernetes>;
export type PrincipalSettings = z.infer<typeof principal>;

/** Settings, or every fault in them, one line each. */
export type ParsedSettings = { ok: true; settings: Settings } | { ok: false; faults: string[] };

/**
 * Reads a stack's settings from its configuration.
 *
 * Pure: it reads nothing else and throws nothing. Every fault is reported at once, each in one line that says where,
 * what was given, what is allowed and how to mend it. Pulumi hands objects and numbers over as JSON text, so text is
 * decoded where the schema wants something else.
 *
 * @param raw values by name, without the project's prefix
 */
export function parseSettings(raw: Readonly<Record<string, unknown>>): ParsedSettings {
  const decoded = Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, decode(key, value)]));
  const parsed = settingsSchema.safeParse(decoded, { reportInput: true });
  if (parsed.success) return { ok: true, settings: parsed.data };
  return { ok: false, faults: [...new Set(parsed.error.issues.flatMap((issue) => describeIssue(issue)))] };
}

/**
 * The settings of the running program.
 * @param config everything configured for the stack, as Pulumi hands it over
 * @throws RunError with every fault, which Pulumi prints without a stack trace
 */
export function readSettings(config: Readonly<Record<string, string>>, project = "lights-out"): Settings {
  const prefix = `${project}:`;
  const own = Object.entries(config).filter(([key]) => key.startsWith(prefix));
  const parsed = parseSettings(Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value])));
  if (parsed.ok) return parsed.settings;
  throw new RunError(parsed.faults.join("\n"));
}

/** The GPU kinds that the container groups of a stack use. */
export function gpusOf(settings: Settings): GpuKind[] {
  const used = Object.values(settings.containerGroups).map((group) => group.gpu);
  return gpuKinds.filter((kind) => used.includes(kind));
}

/** The schedules of a stack with their zones settled, by name. */
export function schedulesOf(settings: Settings): Record<string, Schedule> {
  return Object.fromEntries(
    Object.entries(settings.schedules).map(([key, schedule]) => [
      key,
      { ...schedule, name: key, zone: schedule.zone ?? settings.timeZone },
    ]),
  );
}

const textKeys = new Set(["location", "owner", "costCentre", "timeZone", "defaultSchedule", "gitToken"]);

function decode(key: string, value: unknown): unknown {
  if (textKeys.has(key)) return typeof value === "number" ? String(value) : value;
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function childOf(value: unknown, key: string | number): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string | number, unknown>)[key] : undefined;
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
