import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

import * as grpc from "@grpc/grpc-js";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { ResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/resource_pb";

import { destroy, exportState, preview, up, type HostOptions, type ProgramRun } from "../../../local/host";
import type { ResourceState } from "../../../local/host/state";
import type { Properties } from "../../../local/host/values";
import { FakeCloud } from "./fakeCloud";

/** The head of programs for @pulumi/pulumi: `Thing` and `Group` (a component). */
export const preamble = `
const pulumi = require("@pulumi/pulumi");
class Thing extends pulumi.CustomResource {
  constructor(name, args, opts) {
    super("test:index:Thing", name, { endpoint: undefined, name: undefined, ...args }, { version: "1.2.3", ...opts });
  }
}
class Group extends pulumi.ComponentResource {
  constructor(name, opts) {
    super("project:index:Group", name, {}, opts);
  }
}
`;

/** A temporary project, its state and a fake cloud. */
export class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), "host-"));
  options: HostOptions;

  private constructor(readonly cloud: FakeCloud) {
    this.write("Pulumi.yaml", "name: bench\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n");
    this.write("package.json", '{ "name": "bench" }');
    symlinkSync(resolve(__dirname, "../../../node_modules"), join(this.folder, "node_modules"));
    this.options = {
      projectFolder: this.folder,
      stack: "dev",
      stateFolder: join(this.folder, "state"),
      providers: { test: cloud.address },
      now: () => new Date("2026-01-05T08:00:00Z"),
    };
  }

  static async start(): Promise<Bench> {
    return new Bench(await FakeCloud.start());
  }

  stop(): void {
    this.cloud.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.folder, file)), { recursive: true });
    writeFileSync(join(this.folder, file), text);
  }

  /** Sets the program, as JavaScript that follows the preamble. */
  program(source: string): this {
    this.write("index.js", preamble + source);
    return this;
  }

  /** Sets the program, as what it wishes for. */
  wish(...wishes: Wish[]): this {
    this.options = { ...this.options, runProgram: wishing(wishes) };
    return this;
  }

  preview = (more: Partial<HostOptions> = {}) => preview({ ...this.options, ...more });
  up = (more: Partial<HostOptions> = {}) => up({ ...this.options, ...more });
  destroy = (more: Partial<HostOptions> = {}) => destroy({ ...this.options, ...more });

  state(): ResourceState[] {
    return exportState(this.options).deployment.resources ?? [];
  }

  /** The names of the stack's things in the state, as the cloud knows them. */
  names(): string[] {
    return this.state()
      .filter(({ type }) => type === "test:index:Thing")
      .map(({ inputs }) => String(inputs?.name))
      .sort();
  }
}

export interface Wish {
  name: string;
  inputs?: Properties;
  /** Names of things it depends on; an input `from` becomes the endpoint of the first. */
  needs?: string[];
  protect?: boolean;
  retainOnDelete?: boolean;
  deleteBeforeReplace?: boolean;
  /** The name of a thing with which this one is deleted. */
  deletedWith?: string;
  ignoreChanges?: string[];
  replaceOnChanges?: string[];
}

/** A program in this process that speaks the protocol itself: as many things as wished, each after those it needs. */
export const wishing =
  (wishes: Wish[]): NonNullable<HostOptions["runProgram"]> =>
  async (run: ProgramRun) => {
    const client = new ResourceMonitorClient(run.monitor, grpc.credentials.createInsecure());
    const register = (request: proto.RegisterResourceRequest): Promise<proto.RegisterResourceResponse> =>
      new Promise((settle, fail) =>
        client.registerResource(request, (error, response) => (error ? fail(error) : settle(response))),
      );
    try {
      const root = new proto.RegisterResourceRequest();
      root.setType("pulumi:pulumi:Stack");
      root.setName(`${run.project}-${run.stack}`);
      root.setObject(Struct.fromJavaScript({}));
      const parent = (await register(root)).getUrn();
      const made = new Map<string, Promise<proto.RegisterResourceResponse>>();
      for (const wish of wishes) {
        made.set(
          wish.name,
          Promise.all((wish.needs ?? []).map((name) => made.get(name))).then(async (needed) => {
            const request = new proto.RegisterResourceRequest();
            const urns = needed.map((response) => response?.getUrn() ?? "");
            const from = needed[0]?.getObject()?.toJavaScript().endpoint;
            request.setType("test:index:Thing");
            request.setName(wish.name);
            request.setCustom(true);
            request.setParent(parent);
            request.setVersion("1.2.3");
            request.setDependenciesList(urns);
            if (wish.protect !== undefined) request.setProtect(wish.protect);
            if (wish.retainOnDelete !== undefined) request.setRetainondelete(wish.retainOnDelete);
            request.setDeletebeforereplace(wish.deleteBeforeReplace ?? false);
            request.setDeletebeforereplacedefined(wish.deleteBeforeReplace !== undefined);
            if (wish.deletedWith) request.setDeletedwith((await made.get(wish.deletedWith))?.getUrn() ?? "");
            request.setIgnorechangesList(wish.ignoreChanges ?? []);
            request.setReplaceonchangesList(wish.replaceOnChanges ?? []);
            request.setObject(Struct.fromJavaScript({ ...wish.inputs, ...(from !== undefined && { from }) }));
            if (from !== undefined) {
              const list = new proto.RegisterResourceRequest.PropertyDependencies();
              list.setUrnsList(urns.slice(0, 1));
              request.getPropertydependenciesMap().set("from", list);
            }
            return register(request);
          }),
        );
      }
      await Promise.all(made.values());
      return 0;
    } catch {
      return 32;
    } finally {
      client.close();
    }
  };
