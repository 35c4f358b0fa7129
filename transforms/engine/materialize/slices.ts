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
  const inputs = rowInputs(context.project, model.name);
  if (inputs.length === 0) return [whole];
  const counts = inputs.map((input) => `select count(*) as n from ${relation(input)}`);
  const [count] = await context.warehouse.query(
    `select max(n) as n from (${counts.join(' union all ')}) as inputs`,
  );
  const parts = Math.ceil(Number(count?.['n'] ?? 0) / (context.sliceRows ?? usualSliceRows));
  if (parts <= 1) return [whole];
  const ranges = inputs.flatMap((input) => {
    const column = keying.touchedBy[input]?.trim() ?? '';
    return /^[a-z_][a-z0-9_]*$/.test(column) && column !== 'never'
      ? [`select min(${column}) as low, max(${column}) as high from ${relation(input)}`]
      : [];
  });
  if (ranges.length === 0) return [whole];
  const [range] = await context.warehouse.query(
    `select min(low) as low, max(high) as high from (${ranges.join(' union all ')}) as inputs`,
  );
  return cutRange(range?.['low'], range?.['high'], parts);
}

/** Cuts a range of whole numbers into about `parts` slices that join; whatever lies outside is in the outer ones. */
export function cutRange(low: unknown, high: unknown, parts: number): readonly KeySlice[] {
  if (!isWhole(low) || !isWhole(high)) return [whole];
  const [start, width] = [BigInt(low), BigInt(high) - BigInt(low) + 1n];
  const edges = Array.from({ length: parts - 1 }, (_, index) =>
    String(start + (width * BigInt(index + 1)) / BigInt(parts)),
  );
  const distinct = [...new Set(edges)];
  return [...distinct, undefined].map((below, index) => ({ from: distinct[index - 1], below }));
}

function isWhole(value: unknown): value is bigint | number {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value));
}
