import { Bench } from "./support";

/* Run by operations.test.ts: makes identities, prints the name of each once it is answered, and kills itself midway. */
async function main(folder: string): Promise<void> {
  const bench = await Bench.start({ folder, speed: 0.001 });
  await bench.send("PUT", `${bench.subscription}/resourceGroups/g?api-version=2024-03-01`, { location: "westeurope" });
  process.stdout.write("g\n");
  for (let i = 0; ; i++) {
    const name = `identity-${i}`;
    const path = bench.inGroup(`Microsoft.ManagedIdentity/userAssignedIdentities/${name}`);
    // The seventh management request after the group's never gets that far.
    if (i === 6) bench.azure.onRequest = () => process.kill(process.pid, "SIGKILL");
    await bench.send("PUT", `${path}?api-version=2023-01-31`, { location: "westeurope" });
    process.stdout.write(`${name}\n`);
  }
}

void main(process.argv[2] ?? "");
