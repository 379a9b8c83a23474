import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as containerregistry from "@pulumi/azure-native/containerregistry";
import { nameIn, type PlacementArgs } from "./common";

/** An image of this repository: a folder of `docker/` with a Dockerfile. */
export interface ImageArgs {
  /** Name of the folder and of the image's repository. */
  name: string;
  /** Build context, relative to the program. */
  context: string;
  /** Dockerfile, relative to the program. */
  dockerfile: string;
}

export interface RegistryArgs extends PlacementArgs {
  /**
   * Images of this repository.
   * @default - none
   */
  images?: ImageArgs[];
  /**
   * Build and push the images during `up`; needs a Docker engine that is signed in to the registry.
   * @default false
   */
  build?: boolean;
  /**
   * Image that the images are built on, where Docker Hub is out of reach or not allowed.
   * @default - as their Dockerfiles say
   */
  baseImage?: string;
  /**
   * Days after which manifests without a tag are deleted.
   * @default 7
   */
  purgeUntaggedDays?: number;
  /**
   * Repository whose pushes rebuild the images, and a token that may read it.
   * @default - images are built only during `up`
   */
  git?: { url: string; branch: string; token: pulumi.Input<string> };
}

/**
 * Runs in place of an image of this repository that nobody has built yet, so that a job can be declared at all:
 * Container Apps refuses a job whose image does not exist. It prints a line and ends.
 * Source: Microsoft Learn, "Create a job with Azure Container Apps".
 */
export const placeholderImage = "mcr.microsoft.com/k8se/quickstart-jobs:latest";

/**
 * Regular expression that no tag matches: `acr purge --untagged` deletes manifests without a tag, and its filter
 * says which tags go with them.
 */
const noTag = "^$";

/**
 * A container registry on the cheapest tier, with Entra sign-in only, and the images of this repository in it.
 *
 * ```ts
 * const registry = new Registry("registry", { ...foundation.placement, images, build: true });
 * ```
 *
 * Untagged manifests are purged every night by a task, since retention policies need the Premium tier.
 */
export class Registry extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  /** Host name for `docker pull`. */
  readonly loginServer: pulumi.Output<string>;
  /** Full references of this repository's images by name. */
  readonly images: Record<string, pulumi.Output<string>>;

  constructor(name: string, args: RegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lights-out:index:Registry", name, {}, opts);

    const { resourceGroupName, location, tags } = args;
    const registry = new containerregistry.Registry(
      `${name}-registry`,
      {
        resourceGroupName,
        registryName: nameIn(args, "registry", "lightsout"),
        location,
        tags,
        sku: { name: "Basic" },
        adminUserEnabled: false,
      },
      { parent: this, deleteBeforeReplace: true },
    );
    this.id = registry.id;
    this.loginServer = registry.loginServer;

    const taskArgs = {
      resourceGroupName,
      registryName: registry.name,
      location,
      tags,
      status: "Enabled",
      platform: { os: "Linux", architecture: "amd64" },
      agentConfiguration: { cpu: 2 },
    };
    const days = args.purgeUntaggedDays ?? 7;
    new containerregistry.Task(
      `${name}-purge`,
      {
        ...taskArgs,
        timeout: 3600,
        step: { type: "EncodedTask", encodedTaskContent: Buffer.from(purgeTask(days)).toString("base64") },
        trigger: { timerTriggers: [{ name: "nightly", schedule: "0 2 * * *", status: "Enabled" }] },
      },
      { parent: this },
    );

    this.images = {};
    for (const image of args.images ?? []) {
      const repository = `lights-out-${image.name}`;
      const built = args.build
        ? new docker.Image(
            `${name}-${image.name}`,
            {
              imageName: pulumi.interpolate`${registry.loginServer}/${repository}:up`,
              build: {
                context: image.context,
                dockerfile: image.dockerfile,
                platform: "linux/amd64",
                args: args.baseImage === undefined ? undefined : { BASE: args.baseImage },
              },
            },
            { parent: this },
          )
        : undefined;
      if (args.git) {
        const task = new containerregistry.Task(
          `${name}-${image.name}-rebuild`,
          { ...taskArgs, timeout: 3600, ...rebuild(image, repository, args.git, args.baseImage) },
          { parent: this },
        );
        this.images[image.name] = pulumi.interpolate`${registry.loginServer}/${repository}:${args.git.branch}`;
        if (!built)
          new containerregistry.TaskRun(
            `${name}-${image.name}-first`,
            {
              resourceGroupName,
              registryName: registry.name,
              location,
              runRequest: { type: "TaskRunRequest", taskId: task.id },
            },
            { parent: this },
          );
      } else {
        this.images[image.name] = built ? built.repoDigest : pulumi.output(placeholderImage);
      }
    }

    this.registerOutputs({ id: this.id, loginServer: this.loginServer, images: this.images });
  }

  /**
   * The full reference of one of this repository's images.
   * @throws RunError where `docker/` has no such image
   */
  image(name: string): pulumi.Output<string> {
    const reference = this.images[name];
    if (!reference)
      throw new pulumi.RunError(
        `no image is named "${name}"; the folder docker/ has ${Object.keys(this.images).join(", ") || "none"}`,
      );
    return reference;
  }
}

function purgeTask(days: number): string {
  return [
    "version: v1.1.0",
    "steps:",
    `  - cmd: acr purge --filter '.*:${noTag}' --untagged --ago ${days}d`,
    "    disableWorkingDirectoryOverride: true",
    "    timeout: 3600",
    "",
  ].join("\n");
}

/** Rebuild on a push to the branch and when the base image changes. */
function rebuild(
  image: ImageArgs,
  repository: string,
  git: { url: string; branch: string; token: pulumi.Input<string> },
  baseImage: string | undefined,
) {
  return {
    step: {
      type: "Docker" as const,
      // The same context as during `up`; the Dockerfile's path counts from there.
      contextPath: `${git.url}#${git.branch}:${image.context}`,
      dockerFilePath: "Dockerfile",
      imageNames: [`${repository}:${git.branch}`],
      isPushEnabled: true,
      arguments: baseImage === undefined ? undefined : [{ name: "BASE", value: baseImage, isSecret: false }],
      contextAccessToken: pulumi.secret(git.token),
    },
    trigger: {
      sourceTriggers: [
        {
          name: "push",
          status: "Enabled",
          sourceTriggerEvents: ["commit"],
          sourceRepository: {
            repositoryUrl: git.url,
            branch: git.branch,
            sourceControlType: "Github",
            sourceControlAuthProperties: { tokenType: "PAT", token: pulumi.secret(git.token) },
          },
        },
      ],
      baseImageTrigger: { name: "base", baseImageTriggerType: "Runtime", status: "Enabled" },
    },
  };
}
