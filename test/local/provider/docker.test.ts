import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildDigest, ignoring } from "../../../local/provider/buildContext";
import { Docker } from "../../../local/provider/docker";
import { subjectOf } from "../../../local/provider/server";
import { startRegistry } from "./fakeRegistry";
import { unknown, type Properties } from "../../../local/provider/values";

const engine = engineAnswers();
if (!engine) console.log("skipped: no Docker engine answers, so no image is really built");

const subject = subjectOf("urn:pulumi:local::lights-out::docker:index/image:Image::train");
const imageName = "registry.example.com/lights-out-test/train:1";
let folder: string;
let warnings: string[];
const log = async (_: string, message: string) => void warnings.push(message);

beforeEach(() => {
  warnings = [];
  folder = mkdtempSync(join(tmpdir(), "image-"));
  writeFileSync(join(folder, "Dockerfile"), "FROM scratch\nARG GREETING\nLABEL greeting=$GREETING\nCOPY data /data\n");
  writeFileSync(join(folder, "data"), "1");
});
afterEach(() => rmSync(folder, { recursive: true }));

const docker = (environment: NodeJS.ProcessEnv = process.env) => new Docker({ projectFolder: folder, environment });
const without = () => docker({ PATH: join(folder, "nothing") });
const inputs = (build: Properties = {}) => ({ imageName, build: { context: ".", ...build }, skipPush: false });
const checked = async (target: Docker, news: Properties) => (await target.check(subject, {}, news)).inputs;

describe("the build context", () => {
  const digest = () => buildDigest(folder, join(folder, "Dockerfile"));

  it("has another digest for another content, name or mode, and the same for the same", async () => {
    const first = await digest();
    expect(await digest()).toBe(first);
    writeFileSync(join(folder, "data"), "2");
    const second = await digest();
    chmodSync(join(folder, "data"), 0o755);
    const third = await digest();
    writeFileSync(join(folder, "more"), "");
    expect(new Set([first, second, third, await digest()]).size).toBe(4);
  });

  it("leaves out what .dockerignore does", async () => {
    writeFileSync(join(folder, ".dockerignore"), "*.log\n");
    const first = await digest();
    writeFileSync(join(folder, "a.log"), "noise");
    expect(await digest()).toBe(first);
    const left = ignoring("# comment\n**/node_modules\n/out\n*.md\n!README.md\n");
    const paths = ["a/node_modules/b", "node_modules/c", "out/x", "a/out/x", "a.md", "README.md", "a/b.md"];
    expect(paths.filter(left)).toEqual(["a/node_modules/b", "node_modules/c", "out/x", "a.md"]);
  });

  it("is refused in one line when it is not there", async () => {
    const missing = await without().check(subject, {}, inputs({ context: "none" }));
    expect(missing.failures).toEqual([
      { property: "build", reason: `the build context ${join(folder, "none")} does not exist` },
    ]);
  });
});

describe("without a Docker engine", () => {
  it("records the image as not built, and warns", async () => {
    const target = without();
    const news = await checked(target, inputs());
    const { contextDigest } = news.build as Properties;
    const { id, outputs } = await target.create(subject, news, false, log);
    expect(id).toBe(imageName);
    expect(outputs).toEqual({
      imageName,
      baseImageName: imageName,
      registryServer: "registry.example.com",
      built: false,
      context: ".",
      dockerfile: "Dockerfile",
      repoDigest: `registry.example.com/lights-out-test/train@sha256:${String(contextDigest)}`,
    });
    expect(warnings).toEqual([`Image ${imageName} was not built and is recorded so: there is no docker command`]);
    expect((await target.diff(subject, news, outputs, news)).changes).toEqual([]);
  });

  it("foretells in a preview what can be known", async () => {
    const { outputs } = await without().create(subject, inputs(), true, log);
    expect(outputs).toEqual({ imageName, baseImageName: imageName, registryServer: "registry.example.com" });
    const { outputs: none } = await without().create(subject, { ...inputs(), imageName: unknown }, true, log);
    expect(none).toEqual({});
  });

  it("makes the image again for a changed file, and another for another name", async () => {
    const target = without();
    const olds = await checked(target, inputs());
    writeFileSync(join(folder, "data"), "2");
    const changed = await target.diff(subject, olds, { built: false }, await checked(target, inputs()));
    expect(changed).toMatchObject({ changes: [{ path: "build.contextDigest", kind: "update" }], replaces: [] });
    const renamed = await target.diff(subject, olds, {}, { ...olds, imageName: "b:1" });
    expect(renamed.replaces).toEqual(["imageName"]);
  });
});

describe.skipIf(!engine)("with a Docker engine", () => {
  it("builds the image, with its arguments, and tells its digest", async () => {
    const target = docker({ ...process.env, LIGHTS_OUT_REGISTRY: undefined });
    const news = await checked(target, { ...inputs({ args: { GREETING: "hello" } }), skipPush: true });
    expect((await target.diff(subject, news, { built: false }, news)).changes).toEqual([
      { path: "built", kind: "update", replaces: false },
    ]);
    try {
      const { outputs } = await target.create(subject, news, false, log);
      const inspect = (format: string) =>
        execFileSync("docker", ["image", "inspect", "--format", format, imageName], { encoding: "utf8" }).trim();
      expect(outputs.built).toBe(true);
      expect(outputs.repoDigest).toBe(inspect("{{.Id}}"));
      expect(inspect("{{.Config.Labels.greeting}}")).toBe("hello");
      expect(warnings).toEqual([]);
    } finally {
      execFileSync("docker", ["image", "rm", "--force", imageName]);
    }
  });

  it("pushes to the local registry when that answers, and says when it does not", async () => {
    const registry = await startRegistry();
    const target = docker({ ...process.env, LIGHTS_OUT_REGISTRY: registry.address });
    const news = await checked(target, inputs());
    try {
      const { outputs } = await target.create(subject, news, false, log);
      const digest = registry.manifests.get("lights-out-test/train:1");
      expect(outputs.repoDigest).toBe(`registry.example.com/lights-out-test/train@${digest}`);
      expect(warnings).toEqual([]);
      await registry.stop();
      await target.create(subject, news, false, log);
      expect(warnings).toEqual([`Image ${imageName} was built but not pushed: ${registry.address} does not answer`]);
    } finally {
      await registry.stop();
      execFileSync("docker", ["image", "rm", "--force", imageName, `${registry.address}/lights-out-test/train:1`]);
    }
  });

  it("tells in one line what the build complains of", async () => {
    writeFileSync(join(folder, "Dockerfile"), "FROM scratch\nCOPY missing /missing\n");
    const target = docker();
    await expect(target.create(subject, await checked(target, inputs()), false, log)).rejects.toThrow(
      /^docker build: .+$/,
    );
  });
});

function engineAnswers(): boolean {
  try {
    execFileSync("docker", ["version", "--format", "{{.Server.Version}}"], { stdio: "pipe", timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}
