export interface TickWorkflowArgs {
  /** Resource id of the scheduler's Container Apps job. */
  jobId: string;
  /** Resource id of the identity that may start it. */
  identityId: string;
  /** Minutes between two ticks. */
  everyMinutes: number;
  /** Wall-clock time that the recurrence counts from, without a zone. */
  startTime: string;
}

const jobApiVersion = "2025-01-01";

/**
 * The Logic App definition of a tick: start the job, look once a minute how it went, and fail when it failed, so that
 * the run history tells the truth.
 *
 * Each look costs an action (about 0.000025 USD), so it looks no more often than once a minute.
 */
export function tickWorkflow({ jobId, identityId, everyMinutes, startTime }: TickWorkflowArgs) {
  const call = (method: "GET" | "POST", path: string) => ({
    type: "Http",
    inputs: {
      method,
      uri: `https://management.azure.com${path}?api-version=${jobApiVersion}`,
      authentication: {
        type: "ManagedServiceIdentity",
        identity: identityId,
        audience: "https://management.azure.com/",
      },
    },
  });
  const status = "coalesce(body('Look')?['properties']?['status'], 'Unknown')";
  return {
    $schema:
      "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#",
    contentVersion: "1.0.0.0",
    parameters: {},
    triggers: {
      Every_few_minutes: {
        type: "Recurrence",
        recurrence: { frequency: "Minute", interval: everyMinutes, startTime, timeZone: "UTC" },
        // Two ticks at once would only wait for each other.
        runtimeConfiguration: { concurrency: { runs: 1 } },
      },
    },
    actions: {
      Start_scheduler: { ...call("POST", `${jobId}/start`), runAfter: {}, operationOptions: "DisableAsyncPattern" },
      Until_it_ended: {
        type: "Until",
        runAfter: { Start_scheduler: ["Succeeded"] },
        expression: `@not(or(equals(${status}, 'Running'), equals(${status}, 'Processing'), equals(${status}, 'Unknown')))`,
        limit: { count: 15, timeout: "PT15M" },
        actions: {
          Wait: {
            type: "Wait",
            runAfter: {},
            inputs: { interval: { count: 1, unit: "Minute" } },
          },
          Look: {
            ...call("GET", `${jobId}/executions/@{body('Start_scheduler')?['name']}`),
            runAfter: { Wait: ["Succeeded"] },
          },
        },
      },
      If_it_failed: {
        type: "If",
        runAfter: { Until_it_ended: ["Succeeded", "Failed", "TimedOut"] },
        expression: { not: { equals: [`@${status}`, "Succeeded"] } },
        actions: {
          Fail: {
            type: "Terminate",
            runAfter: {},
            inputs: {
              runStatus: "Failed",
              runError: { code: "TickFailed", message: `The scheduler's run ended as @{${status}}.` },
            },
          },
        },
      },
    },
    outputs: {},
  };
}
