import fc from 'fast-check';
import type { LogEntry } from './raw-log.ts';

/** Two columns of a table whose rows come and go; undefined is a value that nothing in the log says. */
type Values = readonly [a: string | undefined, b: string | undefined];

/** One line of the log of such a table, or of a snapshot of it. */
export interface Event {
  readonly op: LogEntry['op'];
  readonly position: number;
  readonly ordinal: number;
  readonly key: string | undefined;
  /** undefined where the line leaves the value out. */
  readonly values: Values;
}

/** A row as staging is to have it. */
export interface StagedRow {
  readonly key: string;
  readonly op: string;
  readonly position: number;
  readonly ordinal: number;
  readonly a: string | null;
  readonly b: string | null;
}

/** The log of a table, and snapshots of it taken beside the log, each with its position. */
export interface History {
  readonly transactions: ReadonlyArray<readonly Event[]>;
  readonly snapshots: ReadonlyArray<readonly Event[]>;
  readonly end: number;
}

interface Row {
  readonly values: Values;
  readonly isLost: boolean;
}

/** What staging is to hold of a log: every version, by the plain rules and one event after the other. */
export function foldHistory({ transactions, snapshots }: History): StagedRow[] {
  const events = [...transactions.flat(), ...snapshots.flat()].toSorted(
    (left, right) =>
      left.position - right.position ||
      left.ordinal - right.ordinal ||
      // The head of a snapshot is judged by the rows that follow it.
      Number(left.op === 's') - Number(right.op === 's'),
  );
  const alive = new Map<string, Row>();
  const versions: StagedRow[] = [];
  let moved:
    | { readonly position: number; readonly ordinal: number; readonly row: Row | undefined }
    | undefined;
  for (const event of events) {
    const { op, position, ordinal, key } = event;
    const end = (each: string): void => {
      alive.delete(each);
      versions.push({ key: each, op: 'd', position, ordinal, a: null, b: null });
    };
    if (key === undefined) {
      const named = op === 't' ? new Set<string>() : namedBy(events, position);
      for (const each of [...alive.keys()].filter((one) => !named.has(one))) end(each);
    } else if (op === 'd') {
      moved = { position, ordinal, row: alive.get(key) };
      end(key);
    } else {
      const isMoved =
        op === 'c' && moved?.position === position && moved.ordinal + 1 === ordinal && isPartial(event);
      const before = isMoved ? moved?.row : alive.get(key);
      const row = filled(event, before);
      const isRepeated =
        op === 'r' && before !== undefined && !before.isLost && isAlike(before.values, row.values);
      alive.set(key, isRepeated ? before : row);
      const [a = null, b = null] = row.values;
      if (!isRepeated && !row.isLost) versions.push({ key, op, position, ordinal, a, b });
    }
  }
  return versions;
}

/** The newest version of each key, deleted ones too. */
export function foldLatest(history: History): StagedRow[] {
  const newest = new Map<string, StagedRow>();
  for (const version of foldHistory(history)) newest.set(version.key, version);
  return [...newest.values()];
}

function namedBy(events: readonly Event[], position: number): Set<string> {
  return new Set(
    events.flatMap((each) => (each.op === 'r' && each.position === position ? (each.key ?? []) : [])),
  );
}

function isPartial({ values }: Event): boolean {
  return values.includes(undefined);
}

function filled({ values }: Event, before: Row | undefined): Row {
  const [a, b] = [values[0] ?? before?.values[0], values[1] ?? before?.values[1]];
  return { values: [a, b], isLost: a === undefined || b === undefined };
}

function isAlike(left: Values, right: Values): boolean {
  return left[0] === right[0] && left[1] === right[1];
}

/** One thing that happens to the table. `hidden`: what the log lost, and only a snapshot tells of. */
type Happening =
  | {
      readonly what: 'put';
      readonly key: number;
      readonly a: number;
      readonly b: number;
      readonly out: number;
    }
  | {
      readonly what: 'move';
      readonly from: number;
      readonly to: number;
      readonly b: number;
      readonly out: number;
    }
  | { readonly what: 'remove'; readonly key: number }
  | { readonly what: 'truncate' }
  | { readonly what: 'snapshot'; readonly hidden: ReadonlyArray<readonly [number, number]> };

const keys = fc.integer({ min: 1, max: 4 });
const letters = fc.integer({ min: 0, max: 2 });
const out = fc.integer({ min: 0, max: 2 });

const happenings: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ what: fc.constant('put' as const), key: keys, a: letters, b: letters, out }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ what: fc.constant('move' as const), from: keys, to: keys, b: letters, out }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('remove' as const), key: keys }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('truncate' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('snapshot' as const),
      hidden: fc.array(fc.tuple(keys, letters), { maxLength: 2 }),
    }),
  },
);

/** Histories of a table that had rows before anybody looked. */
export const histories: fc.Arbitrary<History> = fc
  .tuple(fc.array(fc.tuple(keys, letters), { maxLength: 3 }), fc.array(happenings, { maxLength: 18 }))
  .map(([before, all]) => historyOf([{ what: 'snapshot', hidden: before }, ...all]));

function historyOf(all: readonly Happening[]): History {
  const table = new Map<string, readonly [string, string]>();
  const [transactions, snapshots]: [Event[][], Event[][]] = [[], []];
  let position = 0;
  for (const happening of all) {
    position += 1;
    if (happening.what === 'snapshot') {
      for (const [key, letter] of happening.hidden) {
        if (letter === 0) table.delete(String(key));
        else table.set(String(key), [`a${letter}`, `h${letter}`]);
      }
      snapshots.push(snapshotOf(table, position));
    } else {
      const events = eventsOf(happening, table, position);
      if (events.length > 0) transactions.push(events);
    }
  }
  return { transactions, snapshots, end: position };
}

function snapshotOf(table: ReadonlyMap<string, Values>, position: number): Event[] {
  const at = { position, ordinal: 0 };
  return [
    { op: 's', ...at, key: undefined, values: ['', ''] },
    ...[...table].map(([key, values]) => ({ op: 'r' as const, ...at, key, values })),
  ];
}

function eventsOf(
  happening: Exclude<Happening, { what: 'snapshot' }>,
  table: Map<string, readonly [string, string]>,
  position: number,
): Event[] {
  const none: Values = ['', ''];
  if (happening.what === 'truncate') {
    table.clear();
    return [{ op: 't', position, ordinal: 1, key: undefined, values: none }];
  }
  if (happening.what === 'remove') {
    const key = String(happening.key);
    return table.delete(key) ? [{ op: 'd', position, ordinal: 1, key, values: none }] : [];
  }
  if (happening.what === 'move') return movedTo(happening, table, position);
  const key = String(happening.key);
  const old = table.get(key);
  const row = [`a${happening.a}`, `b${happening.b}`] as const;
  const after = old === undefined ? row : keeping(row, old, happening.out);
  table.set(key, after);
  const values = old === undefined ? after : leftOut(after, happening.out);
  return [{ op: old === undefined ? 'c' : 'u', position, ordinal: 1, key, values }];
}

function movedTo(
  { from, to, b, out: left }: Happening & { what: 'move' },
  table: Map<string, readonly [string, string]>,
  position: number,
): Event[] {
  const old = table.get(String(from));
  if (old === undefined || table.has(String(to))) return [];
  const after = keeping([old[0], `b${b}`], old, left);
  table.delete(String(from));
  table.set(String(to), after);
  return [
    { op: 'd', position, ordinal: 1, key: String(from), values: ['', ''] },
    { op: 'c', position, ordinal: 2, key: String(to), values: leftOut(after, left) },
  ];
}

/** A row that keeps what its line is going to leave out: nothing, the first or the second value. */
function keeping(
  row: readonly [string, string],
  old: readonly [string, string],
  left: number,
): readonly [string, string] {
  return [left === 1 ? old[0] : row[0], left === 2 ? old[1] : row[1]];
}

function leftOut(row: readonly [string, string], left: number): Values {
  return [left === 1 ? undefined : row[0], left === 2 ? undefined : row[1]];
}

/** The events as lines of two of the shop's tables; `a` and `b` are columns of either. */
export function linesOf(events: readonly Event[]): LogEntry[] {
  const shapes = [
    { table: 'customers', names: ['city', 'segment'] },
    { table: 'orders', names: ['channel', 'status'] },
  ] as const;
  return shapes.flatMap(({ table, names }) =>
    events.map(({ op, position, ordinal, key, values }) => {
      const has = op !== 'd' && key !== undefined;
      const said = names.flatMap((name, index) => {
        const value = values[index];
        return has && value !== undefined ? [[name, value] as const] : [];
      });
      const unchanged = names.filter((_, index) => has && values[index] === undefined);
      const data = { ...(key === undefined ? {} : { id: key }), ...Object.fromEntries(said) };
      return { table, op, position, ordinal, data, ...(unchanged.length > 0 ? { unchanged } : {}) };
    }),
  );
}
