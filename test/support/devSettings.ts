import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** The settings of a stack file of this repository, without the project's prefix. */
export function stackSettings(stack: "dev" | "local"): Record<string, unknown> {
  const file = join(__dirname, "..", "..", `Pulumi.${stack}.yaml`);
  const { config } = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace(/^lights-out:/, ""), value]));
}

/** The fewest settings that a stack needs. */
export const minimalSettings = { location: "swedencentral", owner: "team@example.com", costCentre: "4711" };
