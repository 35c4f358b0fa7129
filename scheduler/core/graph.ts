/** The dependency graph of one DAG; task ids in, task ids out. */
export interface DagGraph {
  /** Every task after all of its upstreams; ties in order of declaration. */
  readonly order: readonly string[];
  readonly upstream: ReadonlyMap<string, readonly string[]>;
  readonly downstream: ReadonlyMap<string, readonly string[]>;
  /** Tasks nothing depends on: they decide the result of a run. */
  readonly leaves: readonly string[];
}

/** One task and what it depends on. */
export interface GraphNode {
  readonly taskId: string;
  readonly dependsOn: readonly string[];
}

/** The graph, or the first cycle found as a closed path: a, b, c, a. Dependencies must exist. */
export type GraphResult =
  | { readonly graph: DagGraph; readonly cycle?: undefined }
  | { readonly graph?: undefined; readonly cycle: readonly string[] };

/** Orders the tasks, or finds the cycle that forbids it. */
export function buildGraph(nodes: readonly GraphNode[]): GraphResult {
  const upstream = new Map(nodes.map((node) => [node.taskId, node.dependsOn]));
  const downstream = new Map(
    nodes.map(({ taskId }) => [
      taskId,
      nodes.filter((node) => node.dependsOn.includes(taskId)).map((node) => node.taskId),
    ]),
  );
  const order: string[] = [];
  const placed = new Set<string>();
  let waiting = nodes;
  while (waiting.length > 0) {
    const ready = waiting.find((node) => node.dependsOn.every((id) => placed.has(id)));
    if (ready === undefined) return { cycle: findCycle(waiting) };
    order.push(ready.taskId);
    placed.add(ready.taskId);
    waiting = waiting.filter((node) => node !== ready);
  }
  const leaves = order.filter((taskId) => (downstream.get(taskId) ?? []).length === 0);
  return { graph: { order, upstream, downstream, leaves } };
}

/** The given tasks and everything reachable from them along `edges`. */
export function closure(
  edges: ReadonlyMap<string, readonly string[]>,
  from: readonly string[],
): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = [...from];
  for (let taskId = open.pop(); taskId !== undefined; taskId = open.pop()) {
    if (reached.has(taskId)) continue;
    reached.add(taskId);
    open.push(...(edges.get(taskId) ?? []));
  }
  return reached;
}

/** Every waiting node has a waiting upstream, so walking upstream must meet a node twice; shown in running order. */
function findCycle(waiting: readonly GraphNode[]): readonly string[] {
  const blocked = new Map(waiting.map((node) => [node.taskId, node]));
  const path: string[] = [];
  let at = waiting[0]?.taskId;
  while (at !== undefined && !path.includes(at)) {
    path.push(at);
    at = blocked.get(at)?.dependsOn.find((id) => blocked.has(id));
  }
  const circle = at === undefined ? path : path.slice(path.indexOf(at)).toReversed();
  // Start with the task declared first, so that the same mistake always reads the same.
  const first = waiting.find((node) => circle.includes(node.taskId))?.taskId ?? '';
  const start = circle.indexOf(first);
  return [...circle.slice(start), ...circle.slice(0, start), first];
}
