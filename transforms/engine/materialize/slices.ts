import type { KeySlice } from '../compile/restriction.ts';
import { rowInputs } from '../project/laws.ts';
import { keyingOf } from '../project/model.ts';
import { runScope } from './delta.ts';
import type { Work } from './work.ts';

/**
 * Rows of the largest input that one slice reads: a slice of an order fact then takes about 2 GB, and the dimensions
 * that every slice looks its rows up in are read seldom enough.
 */
const usualSliceRows = 2_000_000;

/** So many keys of a slice are looked at to find where it ends: the ends are then wrong by a percent or two. */
const sampledKeys = 20_000;

const whole: KeySlice = { from: undefined, below: undefined };

/**
 * The parts in which a model is built whole: one after the other, in the order of its touch key, so that memory does not
 * grow with the model and its rows lie in that order. One part where the model has no touch key, or is small. The parts
 * only have to be about equal, so they come from the inputs that have the touch key as a column.
 */
export async function slicesOf({ context, run, model }: Work): Promise<readonly KeySlice[]> {
  const keying = keyingOf(model);
  if (keying === undefined) return [whole];
  const { relation } = runScope(context, run);
  const sliceRows = context.sliceRows ?? usualSliceRows;
  const inputs = rowInputs(context.project, model.name);
  if (inputs.length === 0) return [whole];
  const counts = inputs.map((input) => `select count(*) as n from ${relation(input)}`);
  const [count] = await context.warehouse.query(
    `select max(n) as n from (${counts.join(' union all ')}) as inputs`,
  );
  const parts = Math.ceil(Number(count?.['n'] ?? 0) / sliceRows);
  if (parts <= 1) return [whole];
  const keys = inputs.flatMap((input) => {
    const column = keying.touchedBy[input]?.trim() ?? '';
    return /^[a-z_][a-z0-9_]*$/.test(column) && column !== 'never' ? [{ column, from: relation(input) }] : [];
  });
  if (keys.length === 0) return [whole];
  const ranges = keys.map(({ column, from }) => `select min(${column}) as low from ${from}`);
  const [range] = await context.warehouse.query(
    `select min(low) as low from (${ranges.join(' union all ')}) as inputs`,
  );
  if (!isWhole(range?.['low'])) return [whole];
  const every = Math.floor(sliceRows / sampledKeys) | 1;
  const sampled = keys.map(
    ({ column, from }) => `select ${column} as k from ${from} where mod(${column}, ${every}) = 0`,
  );
  const ends = await context.warehouse.query(
    `select max(k) as k
       from (select k, ntile(${parts}) over (order by k) as part from (${sampled.join(' union all ')}) as keys) as parts
      group by part order by k`,
  );
  return cutAt(ends.map(({ k }) => k));
}

/**
 * The column that holds the touch key of a row of an input, if it has one: named as such, or what the mapping begins with.
 * Rows that the mapping then leaves out, or keys that it adds, shift an end a little.
 */
export function keyColumnOf(mapping: string): string | undefined {
  const named = /^([a-z_][a-z0-9_]*)$/.exec(mapping.trim())?.[1];
  if (named !== undefined) return named === 'never' ? undefined : named;
  return /^select (?:changed\.)?([a-z_][a-z0-9_]*) as touch_key from \{\{ changed\(\) \}\}/.exec(
    mapping.trim(),
  )?.[1];
}

/**
 * Slices that end at these keys, the last of which is left to lie where it may: whatever is outside is in the outer ones.
 * Not of equal width: ids of two sources lie far apart, and a width that holds both would put each into one slice.
 */
export function cutAt(keys: readonly unknown[]): readonly KeySlice[] {
  const edges = [...new Set(keys.filter(isWhole).slice(0, -1).map(String))];
  return [...edges, undefined].map((below, index) => ({ from: edges[index - 1], below }));
}

function isWhole(value: unknown): value is bigint | number {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value));
}
