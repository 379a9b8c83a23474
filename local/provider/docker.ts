import { execFile } from "node:child_process";
import { connect } from "node:net";
import { isAbsolute, join } from "node:path";
import sdk from "@pulumi/docker/package.json";
import { buildDigest } from "./buildContext";
import { differenceOf } from "./diff";
import type { DiffResult, Failure, Log, Package, Subject } from "./provider";
import { isObject, isUnknown, plainProperties, type Properties, type Value, withSecretsOf } from "./values";

export interface DockerOptions {
  /** What relative build contexts are relative to. */
  readonly projectFolder: string;
  /** `LIGHTS_OUT_REGISTRY`, as `host:port`, is where images are pushed to; without it they stay where they are built. */
  readonly environment: NodeJS.ProcessEnv;
}

interface Build {
  readonly context?: string;
  readonly dockerfile?: string;
  readonly platform?: string;
  readonly target?: string;
  readonly args?: Record<string, string>;
  readonly builderVersion?: string;
}

const row = { path: "", replaceOn: ["imageName"], keepOn: [] };

/**
 * Answers for `docker:index/image:Image`. Where a Docker engine answers, the image is really built (and pushed to
 * `LIGHTS_OUT_REGISTRY` when that answers, too); elsewhere it is recorded as not built, by the output `built: false`,
 * and the first run with an engine builds it.
 */
export class Docker implements Package {
  readonly version = sdk.version;

  constructor(private readonly options: DockerOptions) {}

  configure(): void {}

  async check(_: Subject, __: Properties, news: Properties): Promise<{ inputs: Properties; failures: Failure[] }> {
    const build = this.buildOf(news);
    if (!build || !isObject(news.build) || isUnknown(build.context ?? null) || isUnknown(build.dockerfile ?? null)) {
      return { inputs: news, failures: [] };
    }
    try {
      // As the docker provider does: with its contents' digest among the inputs, a changed file is a changed input.
      const contextDigest = await buildDigest(build.context!, build.dockerfile!);
      return { inputs: { ...news, build: { ...news.build, contextDigest } }, failures: [] };
    } catch (error) {
      return { inputs: news, failures: [{ property: "build", reason: (error as Error).message }] };
    }
  }

  async diff(_: Subject, oldInputs: Properties, oldOutputs: Properties, news: Properties): Promise<DiffResult> {
    const difference = differenceOf(row, plainProperties(oldInputs), plainProperties(news));
    if (difference.changes.length > 0 || oldOutputs.built !== false || (await this.engineProblem())) return difference;
    return { ...difference, changes: [{ path: "built", kind: "update", replaces: false }] };
  }

  async create(subject: Subject, inputs: Properties, preview: boolean, log: Log) {
    const outputs = preview ? this.known(inputs) : await this.make(subject, inputs, log);
    return { id: preview ? "" : String(plainProperties(inputs).imageName), outputs };
  }

  async update(
    subject: Subject,
    _: string,
    __: { inputs: Properties; outputs: Properties },
    news: Properties,
    preview: boolean,
    log: Log,
  ): Promise<Properties> {
    return preview ? this.known(news) : await this.make(subject, news, log);
  }

  /** Images are not looked up: what is recorded is taken as it is. One that was never recorded is made again. */
  async read(_: Subject, id: string, inputs: Properties, outputs: Properties) {
    return id === "" ? undefined : { id, inputs, outputs };
  }

  /** As the docker provider: an image is left where it is. */
  async delete(): Promise<void> {}

  async invoke(token: string): Promise<Properties> {
    throw new Error(`${token} is not among the functions of the local provider for docker: it has none`);
  }

  private known(inputs: Properties): Properties {
    const { imageName } = plainProperties(inputs);
    const outputs: Properties = {};
    if (imageName !== undefined && !isUnknown(imageName)) {
      Object.assign(outputs, { imageName, baseImageName: imageName, registryServer: serverOf(String(imageName)) });
    }
    return withSecretsOf(inputs, outputs) as Properties;
  }

  private async make(subject: Subject, inputs: Properties, log: Log): Promise<Properties> {
    const { imageName, skipPush, build: asked } = plainProperties(inputs);
    const name = String(imageName);
    const build = this.buildOf(inputs);
    const problem = (await this.engineProblem()) ?? (build && (await this.build(name, build)));
    const outputs: Properties = {
      ...this.known(inputs),
      built: !problem,
      ...shown(asked),
    };
    if (problem) {
      await log("warning", `Image ${name} was not built and is recorded so: ${problem}`, subject.urn);
      const digest = isObject(asked) && typeof asked.contextDigest === "string" ? asked.contextDigest : "0".repeat(64);
      return { ...outputs, repoDigest: `${repositoryOf(name)}@sha256:${digest}` };
    }
    const id = await this.docker(["image", "inspect", "--format", "{{.Id}}", name]);
    if (skipPush === true) return { ...outputs, repoDigest: id };
    return { ...outputs, repoDigest: `${repositoryOf(name)}@${await this.push(subject, name, id, log)}` };
  }

  /** @returns why it could not be built here although nothing is wrong with it: its base image is out of reach */
  private async build(name: string, build: Build): Promise<string | undefined> {
    const args = Object.entries(build.args ?? {});
    const command = ["build", "--tag", name, "--file", build.dockerfile!];
    if (build.platform) command.push("--platform", build.platform);
    if (build.target) command.push("--target", build.target);
    // By name only: the values go by the environment, where a list of processes does not show them.
    for (const [key] of args) command.push("--build-arg", key);
    const environment = Object.fromEntries(args);
    if (build.builderVersion === "BuilderV1") environment.DOCKER_BUILDKIT = "0";
    try {
      await this.docker([...command, build.context!], environment);
      return undefined;
    } catch (error) {
      if (outOfReach.test(String(error))) return "its base image's registry cannot be reached";
      throw error;
    }
  }

  /** @returns the manifest's digest, or the image's id when there is no registry to push to. */
  private async push(subject: Subject, name: string, id: string, log: Log): Promise<string> {
    const registry = this.options.environment.LIGHTS_OUT_REGISTRY;
    if (!registry) return id;
    if (!(await reachable(registry))) {
      await log("warning", `Image ${name} was built but not pushed: ${registry} does not answer`, subject.urn);
      return id;
    }
    const target = `${registry}/${name.slice(serverOf(name).length).replace(/^\//, "")}`;
    await this.docker(["tag", name, target]);
    await this.docker(["push", "--quiet", target]);
    const digests = await this.docker(["image", "inspect", "--format", '{{join .RepoDigests "\\n"}}', target]);
    const pushed = digests.split("\n").find((digest) => digest.startsWith(`${repositoryOf(target)}@`));
    return pushed?.split("@")[1] ?? id;
  }

  /** Why nothing can be built here, or undefined when a Docker engine answers. */
  private async engineProblem(): Promise<string | undefined> {
    try {
      await this.docker(["version", "--format", "{{.Server.Version}}"], {}, 10_000);
      return undefined;
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
      return missing ? "there is no docker command" : "no Docker engine answers";
    }
  }

  private docker(args: string[], environment: Record<string, string> = {}, timeout = 0): Promise<string> {
    const options = { env: { ...this.options.environment, ...environment }, timeout, maxBuffer: 64 * 1024 * 1024 };
    return new Promise((resolve, reject) => {
      execFile("docker", args, { ...options, cwd: this.options.projectFolder }, (error, stdout, stderr) => {
        if (!error) return resolve(stdout.trim());
        const reason = stderr.trim().split("\n").at(-1) || error.message.split("\n")[0];
        reject(Object.assign(new Error(`docker ${args[0]}: ${reason}`), { code: error.code }));
      });
    });
  }

  /** What is to be built, with full paths; the docker provider's defaults. */
  private buildOf(inputs: Properties): Build | undefined {
    const { build } = plainProperties(inputs);
    if (!isObject(build)) return undefined;
    const asked = build as Build;
    if (isUnknown(asked.context ?? null) || isUnknown(asked.dockerfile ?? null)) return asked;
    const full = (path: string): string => (isAbsolute(path) ? path : join(this.options.projectFolder, path));
    const context = full(asked.context ?? ".");
    return { ...asked, context, dockerfile: asked.dockerfile ? full(asked.dockerfile) : join(context, "Dockerfile") };
  }
}

/** What a Docker engine says when it cannot get at a registry, rather than of what it finds there. */
const outOfReach =
  /dial tcp|no such host|i\/o timeout|TLS handshake|connection refused|Client\.Timeout|network is unreachable/i;

/** What of the build is an output, too, as the program gave it. */
function shown(build: Value | undefined): Properties {
  if (!isObject(build)) return {};
  const { context = ".", dockerfile = "Dockerfile", platform } = build;
  return { context, dockerfile, ...(platform === undefined ? {} : { platform }) };
}

/** The registry of an image's name; Docker Hub when it names none. */
function serverOf(name: string): string {
  const first = name.split("/")[0];
  return name.includes("/") && /[.:]|^localhost$/.test(first) ? first : "docker.io";
}

function repositoryOf(name: string): string {
  return name.replace(/@.*$/, "").replace(/:[^/:]+$/, "");
}

function reachable(registry: string): Promise<boolean> {
  const [host, port] = registry.split(":");
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port ?? 443), timeout: 5_000 });
    const answer = (value: boolean) => () => {
      socket.destroy();
      resolve(value);
    };
    socket.on("connect", answer(true)).on("error", answer(false)).on("timeout", answer(false));
  });
}
