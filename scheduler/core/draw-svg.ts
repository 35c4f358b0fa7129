import type { TaskEdge } from '../authoring/definition.ts';
import type { DagGraph } from './graph.ts';

/** Pixels; a letter of the font is about seven wide. */
const letter = 7.3;
const size = { height: 30, padding: 12, gapX: 56, gapY: 16, margin: 20 } as const;

interface Box {
  readonly taskId: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/**
 * A graph as an SVG: a column for each step of the longest way from a root, in which tasks stand where what is before
 * them stands, so that few edges cross. Texts are escaped; nothing is loaded from elsewhere.
 */
export function drawSvg(
  title: string,
  graph: DagGraph,
  label: (taskId: string) => string = (taskId) => taskId,
  edges: readonly TaskEdge[] = [],
): string {
  const boxes = layOut(columnsOf(graph), label);
  const placed = new Map(boxes.map((box) => [box.taskId, box]));
  const words = new Map(edges.map((edge) => [`${edge.from} ${edge.to}`, edge.label]));
  const lines = graph.order.flatMap((from) =>
    (graph.downstream.get(from) ?? []).map((to) =>
      drawEdge(placed.get(from), placed.get(to), words.get(`${from} ${to}`)),
    ),
  );
  const width = Math.max(...boxes.map((box) => box.x + box.width)) + size.margin;
  const height = Math.max(...boxes.map((box) => box.y)) + size.height + size.margin;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}" font-family="ui-monospace, monospace" font-size="12">`,
    `<title>${escape(title)}</title>`,
    '<defs><marker id="to" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#64748b"/></marker></defs>',
    '<rect width="100%" height="100%" fill="#fff"/>',
    ...lines,
    ...boxes.map((box) => drawBox(box, label(box.taskId))),
    '</svg>',
    '',
  ].join('\n');
}

/** Tasks by how many steps they are from a root at most, each column ordered by where its upstreams are. */
function columnsOf(graph: DagGraph): readonly (readonly string[])[] {
  const column = new Map<string, number>();
  const columns: string[][] = [];
  for (const taskId of graph.order) {
    const before = (graph.upstream.get(taskId) ?? []).map((id) => column.get(id) ?? 0);
    const at = before.length === 0 ? 0 : Math.max(...before) + 1;
    column.set(taskId, at);
    (columns[at] ??= []).push(taskId);
  }
  const row = new Map<string, number>();
  return columns.map((tasks) => {
    const middle = (taskId: string): number => {
      const rows = (graph.upstream.get(taskId) ?? []).map((id) => row.get(id) ?? 0);
      return rows.length === 0 ? 0 : rows.reduce((sum, each) => sum + each, 0) / rows.length;
    };
    const ordered = tasks.toSorted((a, b) => middle(a) - middle(b));
    for (const [index, taskId] of ordered.entries()) row.set(taskId, index);
    return ordered;
  });
}

function layOut(columns: readonly (readonly string[])[], label: (taskId: string) => string): readonly Box[] {
  const tallest = Math.max(...columns.map((tasks) => tasks.length));
  const step = size.height + size.gapY;
  let x: number = size.margin;
  return columns.flatMap((tasks) => {
    const width = Math.max(...tasks.map((taskId) => label(taskId).length)) * letter + 2 * size.padding;
    const top = size.margin + ((tallest - tasks.length) * step) / 2;
    const boxes = tasks.map((taskId, index) => ({ taskId, x, y: top + index * step, width }));
    x += width + size.gapX;
    return boxes;
  });
}

function drawEdge(from: Box | undefined, to: Box | undefined, word: string | undefined): string {
  if (from === undefined || to === undefined) return '';
  const [x1, y1] = [from.x + from.width, from.y + size.height / 2];
  const [x2, y2] = [to.x, to.y + size.height / 2];
  const half = (x2 - x1) / 2;
  const path = `M${round(x1)} ${round(y1)}C${round(x1 + half)} ${round(y1)} ${round(x2 - half)} ${round(y2)} ${round(x2)} ${round(y2)}`;
  const line = `<path d="${path}" fill="none" stroke="#64748b" marker-end="url(#to)"/>`;
  if (word === undefined) return line;
  const [x, y] = [round((x1 + x2) / 2), round((y1 + y2) / 2 - 4)];
  return `${line}<text x="${x}" y="${y}" text-anchor="middle" fill="#475569" font-size="10">${escape(word)}</text>`;
}

function drawBox({ x, y, width }: Box, text: string): string {
  const box = `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${size.height}" rx="6" fill="#f1f5f9" stroke="#334155"/>`;
  return `${box}<text x="${round(x + width / 2)}" y="${round(y + size.height / 2 + 4)}" text-anchor="middle" fill="#0f172a">${escape(text)}</text>`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
