import type { FaultAction, FaultRule } from '../../support/snowflake-double/faults.ts';

/** What an account does to its clients when it, or the way to it, is not well. */
const troubles: readonly FaultAction[] = [
  { kind: 'status', status: 503 },
  { kind: 'status', status: 429 },
  { kind: 'reset-before' },
  { kind: 'reset-after' },
  { kind: 'reset-midway' },
  { kind: 'token-expired' },
  { kind: 'session-gone' },
  { kind: 'gone-after' },
  { kind: 'slow', ms: 300 },
  { kind: 'slow-reply', ms: 700 },
];

const endpoints = ['query', 'query', 'query', 'query', 'query', 'result', 'status', 'login'] as const;

/** How many requests of a kind pass before the last trouble: about as many as a small start sends. */
const spread = { query: 550, result: 60, status: 60, login: 6 };

/** Troubles at places that the seed alone decides. */
export function badWeather(seed: number, count: number): FaultRule[] {
  const random = randomOf(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  return Array.from({ length: count }, () => {
    const on = pick(endpoints);
    return { do: pick(troubles), on, after: Math.floor(random() * spread[on]), times: 1 };
  });
}

/** mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
