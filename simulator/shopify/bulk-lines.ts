import { createRandom } from '../world/random.ts';

type Json = Readonly<Record<string, unknown>>;

/** Lines of one page: what a bulk operation writes, and how many objects are at the root. */
export interface BulkLines {
  readonly lines: readonly string[];
  readonly roots: number;
}

/**
 * The lines of JSONL for a page of a root connection: one a node, nested connections taken out of it and written as
 * lines that name their parent. Ungrouped lines come in any order, children before their parents too.
 */
export function bulkLines(connection: unknown, isGrouped: boolean, seed: number): BulkLines {
  const roots = nodesOf(connection) ?? [];
  const lines: string[] = [];
  for (const root of roots) addLines(root, undefined, lines);
  return { lines: isGrouped ? lines : shuffled(lines, seed), roots: roots.length };
}

function addLines(node: Json, parentId: unknown, lines: string[]): void {
  const nested: (readonly Json[])[] = [];
  const own: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) {
    const nodes = nodesOf(value);
    if (nodes === undefined) own[key] = value;
    else nested.push(nodes);
  }
  lines.push(`${JSON.stringify(parentId === undefined ? own : { ...own, __parentId: parentId })}\n`);
  for (const child of nested.flat()) addLines(child, node['id'], lines);
}

/** The nodes of a connection; nothing for any other value. */
function nodesOf(value: unknown): readonly Json[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('nodes' in value && Array.isArray(value.nodes)) return value.nodes as readonly Json[];
  if (!('edges' in value) || !Array.isArray(value.edges)) return undefined;
  return (value.edges as readonly { readonly node: Json }[]).map((edge) => edge.node);
}

function shuffled(lines: readonly string[], seed: number): readonly string[] {
  const random = createRandom(seed);
  const mixed = [...lines];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = random.integer(0, last);
    [mixed[last], mixed[other]] = [mixed[other] ?? '', mixed[last] ?? ''];
  }
  return mixed;
}
