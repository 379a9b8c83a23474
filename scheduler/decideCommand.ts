import { createInterface } from "node:readline";
import { Decider } from "./decide";

/*
 * `npm run -s decide`: reads ticks as JSON lines and answers each with a line of actions.
 *
 *   {"now":"2026-03-08T07:00:00Z","machines":[{"id":"m1","zone":"Europe/London","window":{"days":[0,1,2,3,4],
 *     "start":"22:00","end":"06:00"},"state":"on","exceptionUntil":null}]}
 *   {"actions":[{"id":"m1","action":"stop"}]}
 */

async function main(): Promise<void> {
  const decider = new Decider();
  let number = 0;
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    number++;
    if (line.trim() === "") continue;
    let answer: string;
    try {
      answer = JSON.stringify({ actions: decider.decide(JSON.parse(line) as Parameters<Decider["decide"]>[0]) });
    } catch (error) {
      throw new Error(`line ${number}: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (!process.stdout.write(`${answer}\n`)) await new Promise((done) => process.stdout.once("drain", done));
  }
}

main().catch((error: Error) => {
  console.error(`decide: ${error.message}`);
  process.exitCode = 1;
});
