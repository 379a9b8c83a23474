import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const ci = join(__dirname, "..", "..", ".ci");
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "scripts-"));
  mkdirSync(join(folder, "bin"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A command that stands before the real one on PATH. */
function command(name: string, script: string): void {
  const path = join(folder, "bin", name);
  writeFileSync(path, `#!/usr/bin/env bash\n${script}\n`);
  chmodSync(path, 0o755);
}

function run(script: string, args: string[] = [], input = "") {
  const PATH = [join(folder, "bin"), dirname(process.execPath), process.env.PATH].join(":");
  const { status, stdout, stderr } = spawnSync(script, args, { input, encoding: "utf8", env: { PATH, CALLS: folder } });
  return { status, lines: stdout.trimEnd().split("\n"), stderr };
}

describe(".ci/run", () => {
  const call = () => {
    cpSync(ci, join(folder, "checkout", ".ci"), { recursive: true });
    return run(join(folder, "checkout", ".ci", "run"));
  };
  const file = { status: "passed", assertionResults: [{}] };
  const passed = { numPassedTests: 7, numFailedTests: 0, numPendingTests: 2, numTodoTests: 1, testResults: [file] };

  /** An npm that logs its calls, and writes a report when it is to test. */
  function npm({ start = 0, test = 0, report }: { start?: number; test?: number; report?: object }): void {
    writeFileSync(join(folder, "report.json"), JSON.stringify(report ?? {}));
    const write = report ? 'mkdir -p out && cp "$CALLS/report.json" out/test.json;' : "";
    command(
      "npm",
      `echo "$*" >> "$CALLS/calls"; case "$1" in start) exit ${start};; test) ${write} exit ${test};; esac`,
    );
  }

  test("runs the README's commands in their order, and ends with the count", () => {
    npm({ report: passed });
    const { status, lines } = call();
    expect(readFileSync(join(folder, "calls"), "utf8").split("\n")).toEqual([
      "ci",
      "start",
      "test -- --reporter=default --reporter=json --outputFile.json=out/test.json",
      "",
    ]);
    expect(lines.at(-1)).toBe("7 passed, 0 failed, 3 skipped");
    expect(status).toBe(0);
  });

  test("fails where a test fails, with the count last", () => {
    npm({ test: 1, report: { ...passed, numFailedTests: 4 } });
    const { status, lines } = call();
    expect(lines.at(-1)).toBe("7 passed, 4 failed, 3 skipped");
    expect(status).toBe(1);
  });

  test("fails where the rehearsal fails, and tests all the same", () => {
    npm({ start: 1, report: passed });
    const { status, lines, stderr } = call();
    expect(lines.at(-1)).toBe("7 passed, 0 failed, 3 skipped");
    expect(stderr).toBe("npm ci && npm start failed\n");
    expect(status).toBe(1);
  });

  test("counts a file that could not be loaded, and a run without a report, as one failure", () => {
    npm({ report: { ...passed, testResults: [file, { status: "failed", assertionResults: [] }] } });
    const unloaded = call();
    expect(unloaded.lines.at(-1)).toBe("7 passed, 1 failed, 3 skipped");
    expect(unloaded.status).toBe(1);
    npm({ test: 0 });
    const silent = call();
    expect(silent.lines.at(-1)).toBe("0 passed, 1 failed, 0 skipped");
    expect(silent.status).toBe(1);
  });
});

describe("docker-credential-acr", () => {
  const helper = join(ci, "bin", "docker-credential-acr");
  beforeEach(() => command("az", 'echo "$*" > "$CALLS/calls"; echo the-token'));

  test.each(["lightsout1a2b3c4d.azurecr.io", "https://lightsout1a2b3c4d.azurecr.io/v2/"])(
    "signs in to %s",
    (server) => {
      const { status, lines } = run(helper, ["get"], server);
      expect(JSON.parse(lines.join("\n"))).toEqual({
        ServerURL: "lightsout1a2b3c4d.azurecr.io",
        Username: "00000000-0000-0000-0000-000000000000",
        Secret: "the-token",
      });
      expect(status).toBe(0);
      expect(readFileSync(join(folder, "calls"), "utf8")).toBe(
        "acr login --name lightsout1a2b3c4d --expose-token --output tsv --query accessToken --only-show-errors\n",
      );
    },
  );

  test("knows nobody at other registries, in Docker's own words", () => {
    const { status, lines } = run(helper, ["get"], "https://index.docker.io/v1/");
    expect(lines).toEqual(["credentials not found in native keychain"]);
    expect(status).toBe(1);
  });

  test("keeps and lists nothing", () => {
    expect(run(helper, ["list"])).toMatchObject({ status: 0, lines: ["{}"] });
    expect(run(helper, ["store"], '{"ServerURL":"x"}')).toMatchObject({ status: 0, lines: [""] });
    expect(run(helper, ["erase"], "x")).toMatchObject({ status: 0, lines: [""] });
    expect(run(helper, [])).toMatchObject({ status: 2 });
  });

  test("fails where the Azure CLI fails", () => {
    command("az", "echo not signed in >&2; exit 3");
    expect(run(helper, ["get"], "lightsout1a2b3c4d.azurecr.io")).toMatchObject({ status: 3, lines: [""] });
  });
});

describe("sticky-comment", () => {
  const script = join(ci, "bin", "sticky-comment");
  const args = ["owner/name", "12", "lights-out preview"];
  /** A gh that logs its calls and the text that it is given, and finds these comments. */
  const gh = (found: string) =>
    command(
      "gh",
      `echo "$*" | sed "s#@[^ ]*#@FILE#" >> "$CALLS/calls"
for arg; do case "$arg" in body=@*) cp "\${arg#body=@}" "$CALLS/body";; esac; done
case "$*" in *--paginate*) printf '${found}';; esac`,
    );
  const calls = () => readFileSync(join(folder, "calls"), "utf8").trimEnd().split("\n").slice(1);

  test("writes the first comment", () => {
    gh("");
    expect(run(script, args, "hello `$HOME` ${{ x }}\n").status).toBe(0);
    expect(calls()).toEqual(["api --method POST repos/owner/name/issues/12/comments --field body=@FILE --silent"]);
    expect(readFileSync(join(folder, "body"), "utf8")).toBe("<!-- lights-out preview -->\nhello `$HOME` ${{ x }}\n");
  });

  test("changes the one that is there", () => {
    gh("41\\n42\\n");
    expect(run(script, args, "again\n").status).toBe(0);
    expect(calls()).toEqual(["api --method PATCH repos/owner/name/issues/comments/41 --field body=@FILE --silent"]);
  });

  test("is cut to what GitHub takes", () => {
    gh("");
    expect(run(script, args, "x".repeat(100_000)).status).toBe(0);
    expect(readFileSync(join(folder, "body"), "utf8").length).toBe("<!-- lights-out preview -->\n".length + 60_000);
  });
});
