import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { withEmbeddedAzure } from "../local/embedded";
import { project } from "./project";

/** What one estate of a size took. */
export interface SizeFigures {
  resources: number;
  /** Seconds. */
  up: number;
  again: number;
  destroy: number;
  /** Largest resident memory of host, provider and embedded Azure together, in MB. */
  peakMb: number;
  stateMb: number;
}

/** A resource group and, in chains of ten, as many identities as make the size. */
const program = (size: number) => `
import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as resources from "@pulumi/azure-native/resources";
const location = "swedencentral";
const group = new resources.ResourceGroup("bench", { location });
let last: managedidentity.UserAssignedIdentity | undefined;
for (let index = 0; index < ${size - 2}; index++) {
  const tags = index % 10 === 0 || !last ? {} : { after: last.name };
  last = new managedidentity.UserAssignedIdentity(\`identity-\${index}\`, { resourceGroupName: group.name, location, tags });
}
`;

async function main(size: number): Promise<void> {
  const folder = project(program(size));
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const begin = performance.now();
    await work();
    return (performance.now() - begin) / 1000;
  };
  try {
    const figures = await withEmbeddedAzure(
      {
        stack: "local",
        projectFolder: folder,
        folder: join(folder, ".lights-out"),
        azure: { requestsFile: join(folder, "requests.jsonl"), speed: 100_000 },
      },
      async (embedded): Promise<SizeFigures> => {
        const good = async () => {
          const { succeeded, diagnostics } = await embedded.up();
          if (!succeeded) throw new Error(diagnostics.map(({ message }) => message).join("; "));
        };
        const up = await timed(good);
        const stateMb = statSync(join(folder, ".lights-out", "host", "local.journal")).size / 1e6;
        const again = await timed(good);
        const destroy = await timed(() => embedded.destroy());
        return { resources: size, up, again, destroy, peakMb: process.resourceUsage().maxRSS / 1024, stateMb };
      },
    );
    console.log(JSON.stringify(figures));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

void main(Number(process.argv[2]));
