import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
}
interface Job {
  permissions?: Record<string, string>;
  environment?: string;
  if?: string;
  needs?: string;
  steps: Step[];
}
interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  concurrency: { group: string; "cancel-in-progress": boolean };
  jobs: Record<string, Job>;
}

const folder = join(__dirname, "..", "..", ".github", "workflows");
const files = readdirSync(folder).sort();
const textOf = (file: string) => readFileSync(join(folder, file), "utf8");
const read = (file: string) => parse(textOf(file)) as Workflow;
const allSteps = (workflow: Workflow) => Object.values(workflow.jobs).flatMap(({ steps }) => steps);

test("there are the two workflows", () => {
  expect(files).toEqual(["main.yml", "pull-request.yml"]);
});

describe.each(files)("%s", (file) => {
  const workflow = read(file);

  test("stores and uses no secret", () => {
    const used = [...textOf(file).matchAll(/secrets\s*[.[]\s*['"]?(\w+)/g)].map(([, name]) => name);
    expect(used.filter((name) => name !== "GITHUB_TOKEN")).toEqual([]);
    expect(textOf(file)).not.toMatch(/PASSPHRASE|client-secret|creds:/);
  });

  test("gives no permission but to the jobs that need it", () => {
    expect(workflow.permissions).toEqual({});
    for (const job of Object.values(workflow.jobs)) expect(job.permissions?.contents).toBe("read");
  });

  test("runs one at a time", () => {
    expect(workflow.concurrency.group).not.toBe("");
  });

  test("pins every action by its commit, with its version beside it", () => {
    const uses = textOf(file).match(/uses: .*/g) ?? [];
    expect(uses.length).toBeGreaterThan(0);
    expect(uses.filter((line) => !/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  test("puts nothing of an event into a script's text", () => {
    expect(allSteps(workflow).filter(({ run }) => run?.includes("${{"))).toEqual([]);
  });

  test("leaves no token in the checkout", () => {
    const checkouts = allSteps(workflow).filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    expect(checkouts.map((step) => step.with?.["persist-credentials"])).toEqual(checkouts.map(() => false));
  });

  test("signs in by OpenID Connect, in an environment", () => {
    for (const job of Object.values(workflow.jobs)) {
      const login = job.steps.find(({ uses }) => uses?.startsWith("azure/login@"));
      expect(job.permissions?.["id-token"]).toBe(login ? "write" : undefined);
      expect(job.environment !== undefined).toBe(login !== undefined);
      if (login) expect(Object.keys(login.with ?? {})).toEqual(["client-id", "tenant-id", "subscription-id"]);
    }
  });

  test("uses the one version of the CLI", () => {
    const versions = [...textOf(file).matchAll(/pulumi@([\d.]+)/g)].map(([, version]) => version);
    const other = [...textOf(files.find((name) => name !== file) ?? "").matchAll(/pulumi@([\d.]+)/g)].map(([, v]) => v);
    expect(new Set(versions)).toEqual(new Set(other));
    expect(versions.length).toBe(1);
  });
});

describe("a pull request", () => {
  const { on, jobs, concurrency } = read("pull-request.yml");

  test("runs in its own name, never in the base branch's", () => {
    expect(Object.keys(on)).toEqual(["pull_request"]);
    expect(concurrency["cancel-in-progress"]).toBe(true);
  });

  test("from a fork is not previewed", () => {
    expect(jobs.preview?.if).toContain("github.event.pull_request.head.repo.full_name == github.repository");
  });

  test("is previewed under the policies, after the checks", () => {
    expect(jobs.preview?.needs).toBe("check");
    expect(jobs.check?.steps.map(({ run }) => run).filter(Boolean)).toEqual(["npm ci", "npm run check", "npm test"]);
    expect(jobs.preview?.steps.at(-1)?.run).toContain("pulumi preview --policy-pack policies");
  });

  test("is commented on by a job that runs the base branch's script and nothing of the pull request", () => {
    expect(jobs.comment?.permissions).toEqual({ contents: "read", "pull-requests": "write" });
    expect(jobs.comment?.steps.length).toBe(2);
    expect(jobs.comment?.steps[0]?.with?.ref).toBe("${{ github.event.pull_request.base.sha }}");
    const writers = Object.entries(jobs).filter(([, job]) => job.permissions?.["pull-requests"] === "write");
    expect(writers.map(([name]) => name)).toEqual(["comment"]);
  });
});

describe("main", () => {
  const { on, jobs, concurrency } = read("main.yml");

  test("is deployed under the policies, in the protected environment, and never cut off", () => {
    expect(on.push).toEqual({ branches: ["main"] });
    expect(jobs.up?.needs).toBe("check");
    expect(jobs.up?.environment).toBe("production");
    expect(concurrency["cancel-in-progress"]).toBe(false);
    expect(jobs.up?.steps.at(-1)?.run).toMatch(/ up --yes .*--policy-pack policies/);
  });
});
