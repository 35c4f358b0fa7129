import type { Row, SqlValue } from '../../../warehouse/warehouse.ts';

/** How the rows that came differ from those that were expected, as multisets. */
export interface RowDifference {
  readonly missing: readonly Row[];
  readonly surplus: readonly Row[];
}

/** Rows compare by all their columns; three equal ones against two leave one. */
export function rowDifference(expected: readonly Row[], actual: readonly Row[]): RowDifference {
  const left = new Map<string, Row[]>();
  for (const row of actual) left.set(keyOf(row), [...(left.get(keyOf(row)) ?? []), row]);
  const missing = expected.filter((row) => left.get(keyOf(row))?.pop() === undefined);
  return { missing, surplus: [...left.values()].flat() };
}

function keyOf(row: Row): string {
  return JSON.stringify(Object.values(row));
}

const shownRows = 10;

/** A difference for people: what was expected (-), what came (+), and in which columns the nearest of them differ. */
export function describeDifference(
  columns: readonly string[],
  expected: readonly Row[],
  actual: readonly Row[],
): string | undefined {
  const { missing, surplus } = rowDifference(expected, actual);
  if (missing.length + surplus.length === 0) return undefined;
  const { pairs, alone } = pairUp(columns, missing, surplus);
  const widths = columns.map((column) =>
    Math.max(
      column.length,
      ...[...missing, ...surplus].slice(0, 2 * shownRows).map((row) => text(row[column]).length),
    ),
  );
  const line = (sign: string, cells: readonly string[]): string =>
    `${sign} ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')}`.trimEnd();
  const rowLine = (sign: string, row: Row): string =>
    line(
      sign,
      columns.map((column) => text(row[column])),
    );
  const lines = [
    `expected ${expected.length} row(s), got ${actual.length}; ${missing.length} missing (-), ${surplus.length} not expected (+)`,
    line(' ', columns),
    ...pairs.slice(0, shownRows).flatMap(({ before, after }) => [
      rowLine('-', before),
      rowLine('+', after),
      line(
        ' ',
        columns.map((column) =>
          before[column] === after[column] ? '' : '^'.repeat(Math.max(1, text(after[column]).length)),
        ),
      ),
    ]),
    ...missing
      .filter((row) => alone.has(row))
      .slice(0, shownRows)
      .map((row) => rowLine('-', row)),
    ...surplus
      .filter((row) => alone.has(row))
      .slice(0, shownRows)
      .map((row) => rowLine('+', row)),
  ];
  const differing = columns.filter((column) =>
    pairs.some(({ before, after }) => before[column] !== after[column]),
  );
  return [...lines, ...(differing.length === 0 ? [] : [`columns that differ: ${differing.join(', ')}`])].join(
    '\n',
  );
}

/** Each missing row with the surplus row most like it, where they have anything in common. */
function pairUp(
  columns: readonly string[],
  missing: readonly Row[],
  surplus: readonly Row[],
): {
  readonly pairs: ReadonlyArray<{ readonly before: Row; readonly after: Row }>;
  readonly alone: ReadonlySet<Row>;
} {
  const free = new Set(surplus);
  const alone = new Set<Row>();
  const pairs: Array<{ before: Row; after: Row }> = [];
  for (const before of missing) {
    let best: { row: Row; same: number } | undefined;
    for (const row of free) {
      const same = columns.filter((column) => row[column] === before[column]).length;
      if (same > (best?.same ?? 0)) best = { row, same };
    }
    if (best === undefined) alone.add(before);
    else {
      free.delete(best.row);
      pairs.push({ before, after: best.row });
    }
  }
  for (const row of free) alone.add(row);
  return { pairs, alone };
}

function text(value: SqlValue | undefined): string {
  return value === null || value === undefined ? 'null' : String(value);
}
