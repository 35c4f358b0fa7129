import type { Clock } from './clock.ts';

/** How often something was heard of a warehouse that may have made wrong what was known of it. */
const heard = new WeakMap<object, number>();

/**
 * To be called wherever this process changes what a warehouse holds of batches or of holds, finds that somebody else has,
 * or gets an error instead of an answer: what was remembered of it counts no more.
 */
export function forgetWarehouse(warehouse: object): void {
  heard.set(warehouse, (heard.get(warehouse) ?? 0) + 1);
}

/** When a question was put. */
export type Moment = string;

/**
 * An answer of the warehouse, kept so that it is not woken to say the same again. The truth stays in the warehouse: an
 * answer counts in this process alone, and only while nothing was heard since the question that could change it. What
 * another process does is not heard of: an answer that it may make wrong, and that no news of this process would correct,
 * must be given a time after which the question is put again.
 */
export interface Memory<T> {
  readonly recall: () => T | undefined;
  /** To be taken before the question, for `remember`. */
  readonly now: () => Moment;
  readonly remember: (answer: T, asked: Moment) => void;
  /** Forgets this answer alone, and one that is being given. */
  readonly forget: () => void;
}

/** How long an answer counts that other processes may make wrong unheard. */
export interface Lasting {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly ms: number;
}

/** A memory of one answer of one warehouse; without `lasting` for as long as nothing is heard. */
export function memoryOf<T>(warehouse: object, lasting?: Lasting): Memory<T> {
  let known: { readonly answer: T; readonly asked: Moment; readonly sinceMs: number } | undefined;
  let forgotten = 0;
  const now = (): Moment => `${heard.get(warehouse) ?? 0}/${forgotten}`;
  const nowMs = (): number => lasting?.clock.monotonicMs() ?? 0;
  const isOver = (sinceMs: number): boolean => lasting !== undefined && nowMs() - sinceMs >= lasting.ms;
  return {
    now,
    recall: () => (known?.asked === now() && !isOver(known.sinceMs) ? known.answer : undefined),
    remember: (answer, asked) => {
      known = { answer, asked, sinceMs: nowMs() };
    },
    forget: () => {
      forgotten += 1;
    },
  };
}
