import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { ImageArgs } from "./registry";

/** The images of this repository: each folder of `docker/` that has a Dockerfile. */
export function dockerImages(folder = "docker"): ImageArgs[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .filter((name) => existsSync(join(folder, name, "Dockerfile")))
    .map((name) => ({ name, context: `${folder}/${name}`, dockerfile: `${folder}/${name}/Dockerfile` }));
}

/** Whether `up` builds the images; `auto` means when a Docker engine answers within five seconds. */
export function shouldBuild(build: "auto" | "always" | "never"): boolean {
  if (build !== "auto") return build === "always";
  const answer = spawnSync("docker", ["version", "--format", "{{.Server.Version}}"], { timeout: 5000 });
  return answer.status === 0;
}
