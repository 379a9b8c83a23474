import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { Command } from "commander";
import { parse } from "yaml";
import { withEmbeddedAzure } from "../local/embedded";
import { armClient, credentialFromEnvironment } from "./arm";
import { teardown } from "./teardown";

const root = resolve(__dirname, "..");

/** The name that everything of a stack is tagged with. */
function estateOf(stack: string): string {
  const { name } = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as { name: string };
  return `${name}-${stack}`;
}

/** Asks before anything is deleted: some of it cannot be had back even for a day. */
async function confirm(stack: string): Promise<void> {
  if (!process.stdin.isTTY) throw new Error("nobody is there to be asked; add --yes to delete the stack for good");
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(
    `This deletes the stack and all its data for good. Type its name (${stack}): `,
  );
  terminal.close();
  if (answer.trim() !== stack) throw new Error("that is not its name; nothing was deleted");
}

/** Runs the Pulumi CLI's destroy with its output as it is. */
function cliDestroy(stack: string): void {
  const { status } = spawnSync("npx", ["pulumi", "destroy", "--stack", stack, "--yes"], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error(`pulumi destroy ended with status ${status}; mend what it says and run this again`);
}

async function main(stack: string, yes: boolean): Promise<boolean> {
  if (!/^[A-Za-z0-9_.-]+$/.test(stack))
    throw new Error(`--stack is ${JSON.stringify(stack)}, but must be a stack's name, for example dev`);
  if (!existsSync(join(root, `Pulumi.${stack}.yaml`)))
    throw new Error(`there is no Pulumi.${stack}.yaml; --stack must name one of this folder's stacks`);
  const say = (line: string) => console.log(line);
  const estate = estateOf(stack);
  if (stack === "local" && !process.env.LIGHTS_OUT_ARM_ENDPOINT) {
    return withEmbeddedAzure({ stack }, async ({ azure, arm, destroy }) => {
      const left = await teardown({ arm, estate, say, destroy });
      const { total } = azure.costPerHour();
      say(`the embedded Azure now charges ${total.toFixed(2)} an hour`);
      return left.length === 0;
    });
  }
  const subscriptionId = process.env.AZURE_SUBSCRIPTION_ID ?? process.env.ARM_SUBSCRIPTION_ID;
  if (!subscriptionId) throw new Error("AZURE_SUBSCRIPTION_ID is not set; it must name the estate's subscription");
  if (!yes) await confirm(stack);
  const endpoint = process.env.LIGHTS_OUT_ARM_ENDPOINT;
  const arm = armClient({
    subscriptionId,
    credential: credentialFromEnvironment(process.env),
    ...(endpoint ? { endpoint, pollMs: 20 } : {}),
  });
  const left = await teardown({ arm, estate, say, destroy: async () => cliDestroy(stack) });
  return left.length === 0;
}

new Command("teardown")
  .description("Destroys a stack, purges what Azure only soft-deletes, and lists whatever is left of it: nothing.")
  .requiredOption("--stack <name>", "stack to take down")
  .option("--yes", "ask nothing", false)
  .action(async ({ stack, yes }: { stack: string; yes: boolean }) => {
    process.exitCode = (await main(stack, yes)) ? 0 : 1;
  })
  .parseAsync()
  .catch((error: Error) => {
    console.error(`teardown: ${error.message}`);
    process.exit(1);
  });
