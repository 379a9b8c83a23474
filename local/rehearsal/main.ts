import { Command } from "commander";
import { rehearse } from "./rehearse";

new Command("start")
  .description("Rehearses the whole life of an estate on the embedded Azure: up, a simulated week, teardown.")
  .option("--stack <name>", "stack to rehearse", "local")
  .option("--out <folder>", "where report and requests go", "out")
  .action(async ({ stack, out }: { stack: string; out: string }) => {
    const report = await rehearse({ stack, out, now: new Date(), say: (line) => console.log(line) });
    process.exitCode = report.succeeded ? 0 : 1;
  })
  .parseAsync()
  .catch((error: Error) => {
    console.error(`start: ${error.message}`);
    process.exit(1);
  });
