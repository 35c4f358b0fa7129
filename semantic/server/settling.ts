import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Answers } from './answers/answers.ts';
import type { Publications } from './publications.ts';
import type { Rollups } from './rollups/rollups.ts';

/** Brings what is kept outside the warehouse to a publication. */
export interface Settling {
  /** Brings rollups to the newest publication, then the most used answers; resolves when that is done, or takes long. */
  readonly settle: () => Promise<void>;
  /** Somebody looks: what was left for later is brought along now. */
  readonly asked: () => void;
  /** Nobody has looked for a while, so that nothing is brought along until somebody does. */
  readonly isLeft: () => boolean;
  /** Resolves once nothing is being brought along, and never rejects. */
  readonly settled: () => Promise<void>;
  readonly stop: () => void;
}

export interface SettlingOptions {
  readonly publications: Publications;
  readonly rollups: Pick<Rollups, 'follow'>;
  readonly answers: Pick<Answers, 'warm'>;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** After this long without a question the warehouse is left alone: at night nobody looks at what is published. */
const idleAfterMs = 30 * 60_000;
/** Whoever publishes does not wait longer. */
const longestWaitMs = 10_000;
/** Warming ends after this long: by then every other question is answered from the older publication too long. */
const warmMs = 5_000;
/** So many of the most used answers: a dozen dashboards of a dozen tiles. */
const warmedAnswers = 150;
/** A warehouse that is away is asked again after this long. */
const retryMs = 30_000;

export function createSettling({ publications, rollups, answers, logger, clock }: SettlingOptions): Settling {
  const stopped = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let due = 0;
  let retrying = false;
  let askedMs = Number.NEGATIVE_INFINITY;
  let isLeft = false;

  const warm = async (): Promise<void> => {
    const end = new AbortController();
    const over = AbortSignal.any([end.signal, stopped.signal]);
    const timeout = clock.sleep(warmMs, over).then(() => end.abort());
    const startMs = clock.monotonicMs();
    const count = await answers.warm(warmedAnswers, over);
    end.abort();
    await timeout;
    if (count > 0)
      logger.debug('answers were asked for again', {
        publication: publications.newest().version,
        count,
        durationMs: Math.round(clock.monotonicMs() - startMs),
      });
  };

  const retryLater = async (): Promise<void> => {
    if (retrying) return;
    retrying = true;
    await clock.sleep(retryMs, stopped.signal);
    retrying = false;
    if (!stopped.signal.aborted) await settle();
  };

  const bringAlong = async (turn: number): Promise<void> => {
    // A newer publication is waiting: what is done for this one would be done again.
    if (turn !== due || stopped.signal.aborted) return;
    try {
      await rollups.follow();
    } catch (error) {
      logger.warn('rollups stay at an older publication, and say so', { reason: messageOf(error) });
      void retryLater();
    }
    if (turn === due) await warm().catch((error: unknown) => logger.warn(`warming: ${messageOf(error)}`));
    publications.settle();
  };

  const settle = async (): Promise<void> => {
    isLeft = clock.monotonicMs() - askedMs > idleAfterMs;
    if (isLeft) return publications.settle();
    due += 1;
    const turn = due;
    const done = running.then(() => bringAlong(turn));
    running = done;
    const end = new AbortController();
    await Promise.race([done, clock.sleep(longestWaitMs, AbortSignal.any([end.signal, stopped.signal]))]);
    end.abort();
  };
  return {
    settle,
    asked: () => {
      askedMs = clock.monotonicMs();
      if (isLeft && !stopped.signal.aborted) void settle();
    },
    isLeft: () => isLeft,
    settled: () => running,
    stop: () => stopped.abort(),
  };
}
