import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { stalePages } from "../../docs/generate";
import { settingRows } from "../../docs/settingsPage";
import { rules } from "../../policies/rules";
import { estimate } from "../../pricing/estimate";
import { hourly, monthly, unitPrice } from "../../pricing/priceBook";
import { parseSettings } from "../../settings";
import { minimalSettings, stackSettings } from "../support/devSettings";
import { runProgram } from "../support/program";

const root = join(__dirname, "..", "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const inFolder = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));
const pages = [...inFolder("."), ...inFolder("docs"), ...inFolder(".github")];

describe("generated pages", () => {
  test("are what the program says", async () => {
    expect(await stalePages()).toEqual([]);
  });

  test("name every setting, each with a meaning", () => {
    const rows = settingRows();
    expect(rows.filter(({ meaning }) => meaning === "").map(({ path }) => path)).toEqual([]);
    const page = read("docs/settings.md");
    expect(rows.filter(({ path }) => !page.includes(`\`${path}\``))).toEqual([]);
    expect(rows.filter((row) => row.default === "must be set").map(({ path }) => path)).toEqual(
      expect.arrayContaining(["location", "owner", "costCentre"]),
    );
    expect(rows.find(({ path }) => path === "share.quotaGiB")).toEqual({
      path: "share.quotaGiB",
      type: "whole number, 1 to 102400",
      default: "`100`",
      meaning: "size limit of the file share in GiB",
    });
  });

  test("name every policy", () => {
    const headings = [...read("docs/policies.md").matchAll(/^## (.*)$/gm)].map(([, name]) => name);
    expect(headings).toEqual(rules.map(({ name }) => name));
  });
});

describe("pages", () => {
  const scripts = (JSON.parse(read("package.json")) as { scripts: Record<string, string> }).scripts;

  test.each(pages)("%s names only npm scripts that there are", (page) => {
    const named = [...read(page).matchAll(/npm run (?:--silent )?([a-z][a-z:-]*)/g)].map(([, name]) => name ?? "");
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  test.each(pages)("%s links only to files that there are", (page) => {
    const links = [...read(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, link]) => link ?? "");
    const local = links.filter((link) => !/^https?:/.test(link));
    expect(local.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
  });

  test("the README begins with the two commands, which .ci/run runs as they stand there", () => {
    const [first] = /```sh\n([\s\S]*?)```/.exec(read("README.md"))?.slice(1) ?? [];
    expect(first).toBe("npm ci && npm start\nnpm test\n");
    expect(read(".ci/run")).toContain("(npm ci && npm start)");
    expect(read(".ci/run")).toMatch(/^npm test -- /m);
  });

  test("the README's smallest example is a stack", () => {
    const [yaml] = /```yaml\n([\s\S]*?)```/.exec(read("README.md"))?.slice(1) ?? [];
    const { config } = parse(yaml ?? "") as { config: Record<string, unknown> };
    const raw = Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key.replace("lights-out:", ""), value]),
    );
    expect(Object.keys(raw)).toEqual(["location", "owner", "costCentre"]);
    expect(parseSettings(raw).ok).toBe(true);
  });

  test("the settings of docs/gitlab-runner.md are valid", () => {
    const [yaml] = /```yaml\n([\s\S]*?)```/.exec(read("docs/gitlab-runner.md"))?.slice(1) ?? [];
    const given = Object.entries(parse(yaml ?? "") as Record<string, unknown>);
    const raw = {
      ...minimalSettings,
      gitToken: "x",
      ...Object.fromEntries(given.map(([k, v]) => [k.replace("lights-out:", ""), v])),
    };
    expect(given.length).toBe(2);
    expect(parseSettings(raw)).toMatchObject({ ok: true });
  });
});

describe("the README's idle costs are the price book's", () => {
  const readme = read("README.md");
  const cell = (part: string) =>
    readme
      .split("\n")
      .find((line) => line.startsWith(`| ${part}`))
      ?.split("|")[2]
      ?.trim();
  const kept = monthly("loadBalancer") + monthly("publicIp");

  test.each([
    ["Registry", monthly("registry/Basic").toFixed(2)],
    ["Each compute cluster", kept.toFixed(2)],
    ["Each stopped compute instance", (monthly("disk/P10") + kept).toFixed(2)],
    [
      "Kubernetes",
      (monthly("vm/Standard_D2as_v5") + monthly("loadBalancer/Standard") + monthly("publicIp")).toFixed(2),
    ],
    ["Each GiB in the share", `${monthly("storage/files/GiB").toFixed(2)} / ${monthly("storage/blob/GiB").toFixed(2)}`],
    ["Each GiB of logs", unitPrice("logAnalytics/GiB").toFixed(2)],
  ])("%s", (part, price) => {
    expect(cell(part)).toBe(price);
  });

  test("estates", async () => {
    const small = estimate((await runProgram(minimalSettings)).resources);
    const dev = estimate((await runProgram(stackSettings("dev"))).resources);
    const workflow = small.lines.find(({ type }) => type === "azure-native:logic:Workflow");
    expect(cell("Stop-schedule")).toBe(workflow?.idle.toFixed(2));
    // Half a processor and one GiB for a minute, every five minutes: components/stopSchedule.ts.
    const tick = (hourly("containerApps/vcpu") / 2 + hourly("containerApps/memoryGiB")) / 60;
    const said = `three settings idles at ${small.idle.toFixed(2)}, that of \`Pulumi.dev.yaml\`, with two stopped instances, at ${dev.idle.toFixed(2)}. The scheduler's ticks come on top: ${((tick * 730 * 60) / 5).toFixed(2)} if`;
    expect(readme.replace(/\s+/g, " ")).toContain(said);
  });
});
