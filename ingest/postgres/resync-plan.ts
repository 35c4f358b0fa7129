import { shopTablesOf } from './capture-state.ts';
import type { CaptureState } from './capture-state.ts';
import type { Gap } from './gaps.ts';
import type { CapturedTable } from './shop-tables.ts';

/** What resync is decided by. */
export interface ResyncFacts {
  readonly state: CaptureState;
  /** The allow-list as it is configured now. */
  readonly wanted: readonly CapturedTable[];
  /** Code of what breaks the stream now; undefined when nothing does. */
  readonly brokenBy: string | undefined;
  /** Those that an unfinished snapshot heals already need no other one. */
  readonly gaps: readonly Gap[];
  /** Tables that were out of the publication for a while, where that is all that is wrong with it. */
  readonly readded: readonly string[];
  /** Tables whose partitions came or went with their rows. */
  readonly repartitioned: readonly string[];
  /** Tables that were asked for. */
  readonly asked: readonly string[] | undefined;
}

/** What resync does. */
export interface ResyncPlan {
  /** Why, for people; empty when there is nothing to do. */
  readonly reasons: readonly string[];
  /** The stream is of no use any more: another slot takes over, and every table is read. */
  readonly needsSlot: boolean;
  /** Tables to read, with the columns that the stream may still show of those whose allow-list has changed. */
  readonly tables: ReadonlyArray<{ readonly table: string; readonly previousColumns?: readonly string[] }>;
  /** Tables that are no longer captured, with the columns that were. */
  readonly retired: ReadonlyArray<{ readonly table: string; readonly columns: readonly string[] }>;
}

/** Decides what brings raw back to what the source is; pure. */
export function planResync(facts: ResyncFacts): ResyncPlan {
  const { state, wanted, brokenBy, readded, repartitioned, asked } = facts;
  const gaps = facts.gaps.filter((each) => !each.isHealing);
  const before = new Map(shopTablesOf(state).map((each) => [each.table, each]));
  const changed = wanted.flatMap(({ table, columns }) => {
    const old = before.get(table);
    if (old === undefined) return [{ table }];
    return sameNames(old.columns, columns) ? [] : [{ table, previousColumns: old.columns }];
  });
  const retired = [...before.values()].filter((old) => !wanted.some((each) => each.table === old.table));
  // What is wrong with these tables alone needs no other slot: the stream of the others is whole.
  const alone = new Set([
    ...(readded.length > 0 ? ['CAPTURE_PUBLICATION_CHANGED'] : []),
    ...(repartitioned.length > 0 ? ['CAPTURE_PARTITIONS_CHANGED'] : []),
  ]);
  const isMendable = (code: string): boolean => alone.has(code);
  const needsSlot =
    (brokenBy !== undefined && !isMendable(brokenBy)) || gaps.some((gap) => !isMendable(gap.code));
  const single = new Set([...readded, ...repartitioned]);
  const reasons = [
    ...(brokenBy === undefined ? [] : [`the stream is broken: ${brokenBy}`]),
    ...gaps.filter((gap) => gap.code !== brokenBy).map((gap) => `open gap of ${gap.foundAt}: ${gap.code}`),
    ...(changed.length === 0
      ? []
      : [`added to the allow-list: ${changed.map((each) => each.table).join(', ')}`]),
    ...(retired.length === 0
      ? []
      : [`no longer on the allow-list: ${retired.map((each) => each.table).join(', ')}`]),
    ...(repartitioned.length === 0 ? [] : [`partitions have changed of: ${repartitioned.join(', ')}`]),
    ...(asked === undefined ? [] : [`asked for: ${asked.join(', ')}`]),
  ];
  const previous = new Map(changed.map((each) => [each.table, each]));
  const names = needsSlot
    ? wanted.map((each) => each.table)
    : wanted
        .map((each) => each.table)
        .filter((table) => previous.has(table) || single.has(table) || asked?.includes(table) === true);
  return {
    reasons,
    needsSlot,
    tables: names.map((table) => previous.get(table) ?? { table }),
    retired: retired.map(({ table, columns }) => ({ table, columns })),
  };
}

function sameNames(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name) => right.includes(name));
}
