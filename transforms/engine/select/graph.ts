import { basename } from 'node:path';
import { projectResources } from '../artifacts/manifest.ts';
import type { ProjectResources } from '../artifacts/manifest.ts';
import type { Resource } from '../artifacts/resource.ts';
import { topologicalOrder } from '../project/graph.ts';
import type { Project } from '../project/model.ts';

/** Everything that can be selected, and what reads what. */
export interface SelectionGraph {
  readonly projectName: string;
  /** Last name of the project's folder: people type paths from above it too. */
  readonly folderName: string;
  readonly entries: ProjectResources;
  /** By unique id, each after all it reads. */
  readonly resources: ReadonlyMap<string, Resource>;
  readonly parents: ReadonlyMap<string, readonly string[]>;
  readonly children: ReadonlyMap<string, readonly string[]>;
}

// A project never changes once it is loaded, and a command selects in it more than once.
const graphs = new WeakMap<Project, SelectionGraph>();

/** The graph of a project's models, seeds, sources, tests, unit tests and exposures. */
export function selectionGraph(project: Project): SelectionGraph {
  const known = graphs.get(project);
  if (known !== undefined) return known;
  const graph = buildGraph(project);
  graphs.set(project, graph);
  return graph;
}

function buildGraph(project: Project): SelectionGraph {
  const entries = projectResources(project, { relation: () => undefined, createdAt: 0 });
  const { sources, nodes, unit_tests, exposures } = entries;
  const all = new Map(Object.entries({ ...sources, ...nodes, ...unit_tests, ...exposures }));
  const parents = new Map(
    [...all].map(([id, each]) => [id, (each.depends_on?.nodes ?? []).filter((parent) => all.has(parent))]),
  );
  const order = topologicalOrder(all.keys(), (id) => parents.get(id) ?? []);
  return {
    projectName: project.name,
    folderName: basename(project.folder),
    entries,
    resources: new Map(order.map((id) => [id, mustGet(all, id)])),
    parents,
    children: reversed(parents),
  };
}

function mustGet(all: ReadonlyMap<string, Resource>, id: string): Resource {
  const resource = all.get(id);
  if (resource === undefined) throw new Error(`${id} was ordered and is not there`);
  return resource;
}

function reversed(parents: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const children = new Map<string, string[]>([...parents.keys()].map((id) => [id, []]));
  for (const [id, above] of parents) for (const parent of above) children.get(parent)?.push(id);
  return children;
}

/** All that is reached from `start` in at most `steps` steps along `edges`; `start` itself only if it is met again. */
export function reached(
  edges: ReadonlyMap<string, readonly string[]>,
  start: Iterable<string>,
  steps: number,
): Set<string> {
  const found = new Set<string>();
  let layer: Iterable<string> = start;
  for (let step = 0; step < steps; step += 1) {
    const next = new Set<string>();
    for (const id of layer) {
      for (const neighbour of edges.get(id) ?? []) if (!found.has(neighbour)) next.add(neighbour);
    }
    if (next.size === 0) break;
    for (const id of next) found.add(id);
    layer = next;
  }
  return found;
}
