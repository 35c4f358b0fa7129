import type { ColumnRef, LineageKind, ModelLineage } from './column-lineage.ts';

/** One step of a column's way through the project. */
export interface LineageEdge {
  readonly from: ColumnRef;
  readonly to: ColumnRef;
  readonly kind: LineageKind;
}

/** Every edge between columns. */
export function edgesOf(lineage: readonly ModelLineage[]): LineageEdge[] {
  return lineage.flatMap(({ model, columns }) =>
    columns.flatMap(({ column, upstream }) =>
      upstream.map(({ kind, ...from }) => ({ from, to: { relation: model, column }, kind })),
    ),
  );
}

/** Every edge on a way that ends in `start` (upstream) or begins there (downstream); nearest first. */
export function trace(
  edges: readonly LineageEdge[],
  start: ColumnRef,
  direction: 'upstream' | 'downstream',
): LineageEdge[] {
  const [near, far] = direction === 'upstream' ? (['to', 'from'] as const) : (['from', 'to'] as const);
  const byNear = new Map<string, LineageEdge[]>();
  for (const edge of edges) {
    const key = keyOf(edge[near]);
    byNear.set(key, [...(byNear.get(key) ?? []), edge]);
  }
  const seen = new Set([keyOf(start)]);
  const found: LineageEdge[] = [];
  for (let front = [keyOf(start)]; front.length > 0;) {
    const next: string[] = [];
    for (const edge of front.flatMap((key) => byNear.get(key) ?? [])) {
      found.push(edge);
      const key = keyOf(edge[far]);
      if (seen.has(key)) continue;
      seen.add(key);
      next.push(key);
    }
    front = next;
  }
  return found;
}

function keyOf({ relation, column }: ColumnRef): string {
  return `${relation}.${column}`.toLowerCase();
}
