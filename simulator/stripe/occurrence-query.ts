import type pg from 'pg';
import { rowSources } from './occurrence.ts';
import type { Occurrence, OccurrenceKind } from './occurrence.ts';

/** Which part of a list is read. Times are microseconds since 1970. */
export interface ListWindow {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** Only what is older (`after`) or newer (`before`) than this. */
  readonly cursor?: { readonly side: 'after' | 'before'; readonly place: Occurrence };
  readonly limit: number;
  readonly now: number;
  readonly currency?: string;
  /** Only what happened to the row with this key. */
  readonly key?: number;
  /** Of payouts only the one with this key, whatever the times say. */
  readonly payoutKey?: number;
  /** Only what happened to one payment. */
  readonly purchase?: { readonly orderId: number; readonly reference: string };
}

/**
 * Up to `limit` occurrences, in the order of reading: away from the cursor, newest first where there is none. One
 * statement with a branch for each kind, each an index range, so a page costs the same however long the list is.
 */
export async function queryOccurrences(
  pool: pg.Pool,
  kinds: readonly OccurrenceKind[],
  window: ListWindow,
): Promise<readonly Occurrence[]> {
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const branches = kinds.flatMap((kind) => branchSql(kind, window, bind));
  if (branches.length === 0) return [];
  const order = window.cursor?.side === 'before' ? 'asc' : 'desc';
  const { rows } = await pool.query<Occurrence>(
    `select code, key::float8 as key, at::float8 as at from (${branches.join(' union all ')}) every
     order by at ${order}, code collate "C" ${order}, key ${order} limit ${bind(window.limit)}`,
    values,
  );
  return rows;
}

function branchSql(
  kind: OccurrenceKind,
  window: ListWindow,
  bind: (value: unknown) => string,
): readonly string[] {
  if (kind.rows === 'payout') return [];
  const { table, where, at } = rowSources[kind.rows];
  const later = (kind.laterSeconds ?? 0) * 1e6;
  const time = (micros: number): string => timeSql(micros - later);
  const conditions = [where, `${at} >= ${time(window.from)}`, `${at} < ${time(window.to)}`];
  if (kind.where !== undefined) conditions.push(kind.where(timeSql(window.now)));
  if (window.key !== undefined) conditions.push(`id = ${bind(window.key)}`);
  if (window.currency !== undefined) conditions.push(`currency = ${bind(window.currency)}`);
  if (window.purchase !== undefined) {
    const { orderId, reference } = window.purchase;
    conditions.push(`order_id = ${bind(orderId)}`, `processor_ref = ${bind(reference)}`);
  }
  const isUp = window.cursor?.side === 'before';
  if (window.cursor !== undefined) {
    const { place } = window.cursor;
    conditions.push(
      `(${at}, id) ${isUp ? '>' : '<'} (${time(place.at)}, ${bind(keyBound(kind, place))}::bigint)`,
    );
  }
  const order = isUp ? 'asc' : 'desc';
  return [
    `(select '${kind.code}' as code, id as key, (extract(epoch from ${at}) * 1000000)::bigint + ${later} as at
      from ${table} where ${conditions.join(' and ')}
      order by ${at} ${order}, id ${order} limit ${bind(window.limit)})`,
  ];
}

/** A moment, exact to the microsecond. */
export function timeSql(micros: number): string {
  return `('epoch'::timestamptz + '${micros}'::float8 * interval '1 microsecond')`;
}

/** The thing that an id names, with the time that it happens at; nothing when it never does. */
export async function findOccurrence(
  pool: pg.Pool,
  kind: OccurrenceKind,
  key: number,
): Promise<Occurrence | undefined> {
  if (kind.rows === 'payout') return undefined;
  const { table, where, at } = rowSources[kind.rows];
  const later = (kind.laterSeconds ?? 0) * 1e6;
  const { rows } = await pool.query<{ at: number }>(
    `select ((extract(epoch from ${at}) * 1000000)::bigint + ${later})::float8 as at
     from ${table} where id = $1 and ${where} and ${kind.where?.('now()') ?? 'true'}`,
    [key],
  );
  return rows[0] === undefined ? undefined : { code: kind.code, key, at: rows[0].at };
}

// At the cursor's own moment, kinds with a smaller code lie before it as a whole, those with a larger one after it.
function keyBound(kind: OccurrenceKind, place: Occurrence): string {
  if (kind.code === place.code) return String(place.key);
  return kind.code < place.code ? '9223372036854775807' : '-1';
}
