import type { TaskEdge } from '../authoring/definition.ts';
import type { DagGraph } from './graph.ts';

/**
 * A graph as an indented tree, roots first. A task that waits for several is drawn below the last of them, and only
 * pointed at below the others: every task has exactly one line of its own.
 */
export function drawGraph(
  graph: DagGraph,
  label: (taskId: string) => string = (taskId) => taskId,
  edges: readonly TaskEdge[] = [],
): string {
  const words = new Map(edges.map((edge) => [`${edge.from} ${edge.to}`, edge.label]));
  const word = (from: string, to: string): string => {
    const text = words.get(`${from} ${to}`);
    return text === undefined ? '' : `(${text}) `;
  };
  const position = new Map(graph.order.map((taskId, index) => [taskId, index]));
  const home = (taskId: string): string | undefined =>
    [...(graph.upstream.get(taskId) ?? [])].sort(
      (a, b) => (position.get(b) ?? 0) - (position.get(a) ?? 0),
    )[0];
  const below = (taskId: string, indent: string): readonly string[] => {
    const children = graph.downstream.get(taskId) ?? [];
    return children.flatMap((child, index) => {
      const isLast = index === children.length - 1;
      const line = `${indent}${isLast ? '└─' : '├─'} ${word(taskId, child)}`;
      if (home(child) !== taskId) return [`${line}→ ${child}`];
      return [`${line}${label(child)}`, ...below(child, `${indent}${isLast ? '   ' : '│  '}`)];
    });
  };
  const roots = graph.order.filter((taskId) => home(taskId) === undefined);
  return roots.flatMap((root) => [label(root), ...below(root, '')]).join('\n');
}
