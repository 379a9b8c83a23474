import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as engineProto from "@pulumi/pulumi/proto/engine_pb";
import { CheckFailure } from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/resource_pb";

import type { Engine } from "./engine";
import { goalOf } from "./goal";
import type { Project } from "./project";
import { channelOptions, fromStruct, toStruct } from "./providers";
import type { Report } from "./report";
import { withoutOutputs } from "./values";

const features = [
  proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_SECRETS,
  proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
  proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
  proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
  // Not supported, but refused here in words that fit; the SDK would ask for a newer CLI.
  proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
  proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS,
  proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
  proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS,
];
/** The same by the names that older SDKs ask for. */
const featureNames = ["secrets", "resourceReferences", "aliasSpecs", "deletedWith", "transforms", "invokeTransforms"];

export interface MonitorOptions {
  project: Project;
  stack: string;
  dryRun: boolean;
  parallel: number;
  engine: Engine;
  report: Report;
  /** Called when the run must end although the program has not. */
  onFailure: () => void;
}

/** Serves the program (and the policy packs) the ResourceMonitor and Engine protocols. */
export class Monitor {
  private readonly server = new grpc.Server({
    ...channelOptions,
    "grpc.server_max_unrequested_time_in_server": 30 * 60, // seconds, as the SDK sets it
  });
  private rootUrn = "";

  constructor(private readonly options: MonitorOptions) {}

  /** @returns the address, for both protocols */
  async listen(): Promise<string> {
    this.server.addService(ResourceMonitorService, this.monitorMethods());
    this.server.addService(EngineService, this.engineMethods());
    const port = await new Promise<number>((resolve, reject) => {
      this.server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    return `127.0.0.1:${port}`;
  }

  close(): void {
    this.server.forceShutdown();
  }

  private monitorMethods(): grpc.UntypedServiceImplementation {
    const refuse = (feature: string) =>
      this.serve(() => Promise.reject(new Error(`this host does not support ${feature}; use the Pulumi CLI`)));
    return {
      getDeploymentInfo: this.serve<Empty, proto.DeploymentInfo>(() => this.deploymentInfo()),
      supportsFeature: this.serve<proto.SupportsFeatureRequest, proto.SupportsFeatureResponse>((request) => {
        const response = new proto.SupportsFeatureResponse();
        response.setHassupport(featureNames.includes(request.getId()));
        return response;
      }),
      registerResource: this.serve<proto.RegisterResourceRequest, proto.RegisterResourceResponse>((request) =>
        this.register(request),
      ),
      registerResourceOutputs: this.serve<proto.RegisterResourceOutputsRequest, Empty>((request) => {
        this.options.engine.registerOutputs(request.getUrn(), withoutOutputs(fromStruct(request.getOutputs())));
        return new Empty();
      }),
      readResource: this.serve<proto.ReadResourceRequest, proto.ReadResourceResponse>((request) => this.read(request)),
      invoke: this.serve<proto.ResourceInvokeRequest, proto.ResourceInvokeResponse>(
        (request) => this.invoke(request),
        true,
      ),
      signalAndWaitForShutdown: this.serve<Empty, Empty>(() => new Empty()),
      call: refuse("methods of components written in another language"),
      existsResource: refuse("checking whether a resource exists"),
      registerStackTransform: refuse("transforms"),
      registerStackInvokeTransform: refuse("transforms"),
      registerResourceHook: refuse("resource hooks"),
      registerErrorHook: refuse("error hooks"),
      registerPackage: refuse("parameterized packages"),
    };
  }

  private engineMethods(): grpc.UntypedServiceImplementation {
    return {
      log: this.serve<engineProto.LogRequest, Empty>((request) => {
        const severity = request.getSeverity();
        const { DEBUG, WARNING, ERROR } = engineProto.LogSeverity;
        if (severity !== DEBUG && !request.getEphemeral()) {
          const level = severity === ERROR ? "error" : severity === WARNING ? "warning" : "info";
          this.options.report.diagnostic(level, request.getMessage().trimEnd(), request.getUrn());
        }
        return new Empty();
      }),
      getRootResource: this.serve<engineProto.GetRootResourceRequest, engineProto.GetRootResourceResponse>(() => {
        const response = new engineProto.GetRootResourceResponse();
        response.setUrn(this.rootUrn);
        return response;
      }),
      setRootResource: this.serve<engineProto.SetRootResourceRequest, engineProto.SetRootResourceResponse>(
        (request) => {
          this.rootUrn = request.getUrn();
          return new engineProto.SetRootResourceResponse();
        },
      ),
      startDebugging: this.serve<engineProto.StartDebuggingRequest, Empty>(() => new Empty()),
      requirePulumiVersion: this.serve<
        engineProto.RequirePulumiVersionRequest,
        engineProto.RequirePulumiVersionResponse
      >(() => new engineProto.RequirePulumiVersionResponse()),
    };
  }

  /**
   * A method. What it throws ends the run: the program learns that the monitor is gone, which its SDK takes quietly,
   * since the error is already told. With `answers`, the program gets the error itself and may deal with it.
   */
  private serve<Request, Response>(
    method: (request: Request) => Response | Promise<Response>,
    answers = false,
  ): grpc.handleUnaryCall<Request, Response> {
    return (request, respond) => {
      void (async () => {
        try {
          respond(null, await method(request.request));
        } catch (error) {
          if (answers) {
            respond({ code: grpc.status.UNKNOWN, details: (error as Error).message });
            return;
          }
          this.options.engine.operations.fail(error);
          this.options.onFailure();
          respond({ code: grpc.status.UNAVAILABLE, details: "the run has failed" });
        }
      })();
    };
  }

  private deploymentInfo(): proto.DeploymentInfo {
    const { project, stack, dryRun, parallel } = this.options;
    const info = new proto.DeploymentInfo();
    info.setProject(project.name);
    info.setStack(stack);
    info.setOrganization("organization");
    info.setDryrun(dryRun);
    info.setParallel(parallel);
    for (const [key, value] of Object.entries(project.config)) info.getConfigMap().set(key, value);
    info.setConfigsecretkeysList(project.secretKeys);
    info.setSupportedfeaturesList(features);
    return info;
  }

  private async register(request: proto.RegisterResourceRequest): Promise<proto.RegisterResourceResponse> {
    const { engine } = this.options;
    const goal = goalOf(request, engine.goal(request.getParent()));
    const resource = await engine.register(goal);
    const response = new proto.RegisterResourceResponse();
    response.setUrn(resource.urn);
    response.setId(resource.id ?? "");
    // A component's outputs may refer to children that are not registered yet; it sets them itself.
    response.setObject(toStruct(goal.custom ? (resource.outputs ?? {}) : {}));
    return response;
  }

  private async read(request: proto.ReadResourceRequest): Promise<proto.ReadResourceResponse> {
    const { engine } = this.options;
    if (request.getType().startsWith("pulumi:")) {
      throw new Error(`this host does not support reading ${request.getType()}; use the Pulumi CLI`);
    }
    const registration = new proto.RegisterResourceRequest();
    registration.setType(request.getType());
    registration.setName(request.getName());
    registration.setParent(request.getParent());
    registration.setCustom(true);
    registration.setObject(request.getProperties());
    registration.setDependenciesList(request.getDependenciesList());
    registration.setProvider(request.getProvider());
    registration.setVersion(request.getVersion());
    registration.setAdditionalsecretoutputsList(request.getAdditionalsecretoutputsList());
    const resource = await engine.read(goalOf(registration, engine.goal(request.getParent())), request.getId());
    const response = new proto.ReadResourceResponse();
    response.setUrn(resource.urn);
    response.setProperties(toStruct(resource.outputs ?? {}));
    return response;
  }

  private async invoke(request: proto.ResourceInvokeRequest): Promise<proto.ResourceInvokeResponse> {
    const { engine } = this.options;
    const response = new proto.ResourceInvokeResponse();
    const args = withoutOutputs(fromStruct(request.getArgs()));
    if (request.getTok() === "pulumi:pulumi:getResource") {
      const resource = engine.operations.news.get(String(args.urn));
      if (!resource) throw new Error(`unknown resource ${String(args.urn)}`);
      const { urn, id = "", outputs = {} } = resource;
      response.setReturn(toStruct({ urn, id, state: outputs }));
      return response;
    }
    const goal = { provider: request.getProvider() || undefined, version: request.getVersion() };
    const { result, failures } = await engine.invoke(goal, request.getTok(), args);
    response.setReturn(toStruct(result));
    response.setFailuresList(
      failures.map(({ property, reason }) => {
        const failure = new CheckFailure();
        failure.setProperty(property);
        failure.setReason(reason);
        return failure;
      }),
    );
    return response;
  }
}
