import type { Window } from '../extract/stream.ts';

/**
 * A window in Shopify's search syntax. Times are written to the second, the finest the search is documented for: the
 * lower bound is rounded down and the upper one up, so that what is read twice at an edge is never read never.
 */
export function changedWithin({ fromMs, toMs }: Window): string {
  return between('updated_at', fromMs, toMs);
}

/** Deletions within a window. */
export function destroyedWithin({ fromMs, toMs }: Window): string {
  return `action:destroy ${between('created_at', fromMs, toMs)}`;
}

function between(field: string, fromMs: number, toMs: number): string {
  return `${field}:>='${second(Math.floor(fromMs / 1000))}' ${field}:<'${second(Math.ceil(toMs / 1000))}'`;
}

function second(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
