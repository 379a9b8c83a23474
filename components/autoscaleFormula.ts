/** What a pool may grow to. */
export interface AutoscaleArgs {
  /** Most Spot nodes. */
  maxSpotNodes: number;
  /** Most dedicated nodes; they are asked for only when the Spot nodes do not suffice. */
  maxDedicatedNodes: number;
  /** Tasks that share one node. */
  taskSlotsPerNode: number;
}

/**
 * A Batch autoscale formula that follows the tasks, down to no node at all.
 *
 * `$PendingTasks` counts waiting and running tasks. The larger of its last sample and its three-minute mean is used:
 * the mean alone would keep one short task below one node, the last sample alone would let go of nodes between two
 * tasks. Where samples are late, the last one stands alone. `taskcompletion` lets a running task end before its node
 * goes; Batch's default is to start it over.
 * Source: azure-docs, batch-automatic-scaling.md.
 */
export function autoscaleFormula({ maxSpotNodes, maxDedicatedNodes, taskSlotsPerNode }: AutoscaleArgs): string {
  return [
    `maxSpot = ${maxSpotNodes};`,
    `maxDedicated = ${maxDedicatedNodes};`,
    `slots = ${taskSlotsPerNode};`,
    "known = $PendingTasks.GetSamplePercent(180 * TimeInterval_Second);",
    "last = max(0, $PendingTasks.GetSample(1));",
    "tasks = known < 70 ? last : max(last, avg($PendingTasks.GetSample(180 * TimeInterval_Second)));",
    // Rounds up, without a function to do it: a part of a node is at least 1/256, so 0.4999 makes it a whole one.
    "nodes = round(tasks / slots + 0.4999);",
    "$TargetLowPriorityNodes = min(maxSpot, nodes);",
    "$TargetDedicatedNodes = min(maxDedicated, max(0, nodes - maxSpot));",
    "$NodeDeallocationOption = taskcompletion;",
  ].join("\n");
}
