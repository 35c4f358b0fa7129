import { createHash } from 'node:crypto';
import { martsIn } from '../publications.ts';

/** A mart whose changes a rollup follows; transforms/engine/run/mart-changes.ts is told this. */
export interface WatchedMart {
  readonly mart: string;
  readonly day: string;
  readonly joined: readonly {
    readonly mart: string;
    readonly on: string;
    readonly key: string;
    readonly columns: readonly string[];
  }[];
}

/** One rollup of the model: how it is read from the warehouse, and where it is kept. */
export interface Rollup {
  /** `order_events.finance_daily`. */
  readonly id: string;
  /** The table that Cube's plans name, and the store has: `prod_pre_aggregations.order_events_finance_daily`. */
  readonly table: string;
  /** Reads the rows of some days from the warehouse; two parameters, the first and the last of them. */
  readonly sql: string;
  /** The column of the day among those that `sql` selects. */
  readonly dayColumn: string;
  readonly marts: readonly string[];
  /** What to ask for, to be told which months have changed; undefined: all may have when any of the marts has. */
  readonly watched: WatchedMart | undefined;
  /** Changes with everything that its rows are computed by. */
  readonly definition: string;
}

/** Of Cube's description of a pre-aggregation what is needed here. */
export interface PlannedRollup {
  readonly preAggregationId: string;
  readonly tableName: string;
  readonly sql: readonly [string, readonly unknown[]];
}

const fromRange = '__FROM_PARTITION_RANGE';
const toRange = '__TO_PARTITION_RANGE';

/**
 * Reads Cube's plan of a rollup by month. Undefined where it is not partitioned: what cannot be rebuilt in part is not
 * kept.
 */
export function rollupOf({
  preAggregationId: id,
  tableName,
  sql: [sql, values],
}: PlannedRollup): Rollup | undefined {
  if (values.length !== 2 || values[0] !== fromRange || values[1] !== toRange) return undefined;
  const day = /date_trunc\('day', "(\w+)"\.(\w+)\) "(\w+_day)"/i.exec(sql);
  if (day === null) return undefined;
  const [, base = '', dayOfMart = '', dayColumn = ''] = day;
  const definition = createHash('sha256').update(sql).digest('hex').slice(0, 16);
  return {
    id,
    table: tableName,
    sql,
    dayColumn,
    marts: martsIn(sql),
    watched: watchedIn(sql, base, dayOfMart),
    definition,
  };
}

const baseTable = /from\s+\(?(?:select \* from )?marts\.(\w+)[^()]*\)? as "(\w+)"/i;
const joinedTable =
  /left join marts\.(\w+) as "(\w+)" on "(\w+)"\.(\w+) = "(\w+)"\.(\w+)(?=\s*(?:left join|where|$))/gi;

/** How the statement joins what it reads; undefined where it does in a way that is not known here. */
function watchedIn(sql: string, base: string, day: string): WatchedMart | undefined {
  const flat = sql.replaceAll(/\s+/g, ' ');
  const [, mart, alias] = baseTable.exec(flat) ?? [];
  const joined = [...flat.matchAll(joinedTable)].map(
    ([, name = '', as = '', left, on = '', right, key = '']) => ({
      mart: name,
      on,
      key,
      columns: columnsOf(flat, as),
      isOfBase: left === base && right === as,
    }),
  );
  const named = new Set([mart, ...joined.map((each) => each.mart)]);
  const understood =
    alias === base &&
    joined.every(({ isOfBase }) => isOfBase) &&
    martsIn(sql).every((name) => named.has(name));
  if (mart === undefined || !understood) return undefined;
  return { mart, day, joined: joined.map(({ isOfBase: _isOfBase, ...each }) => each) };
}

function columnsOf(sql: string, alias: string): string[] {
  return [
    ...new Set([...sql.matchAll(new RegExp(`"${alias}"\\.(\\w+)`, 'g'))].map(([, name = '']) => name)),
  ].sort();
}
