import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../../lib/clock.ts';
import { ShopwaveError, messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { semanticErrors } from '../errors.ts';
import type { Caller } from './access/caller.ts';
import type { ServedModel } from './model-files.ts';

/** Where an answer came from. Who waits for the same statement as somebody else has it from the warehouse, too. */
export type Origin = 'cache' | 'rollup' | 'warehouse';

/** What is told to whoever asked, beside the rows. */
export interface Served {
  /** The publication whose marts the answer is of. */
  readonly publication: number;
  readonly origin: Origin;
  readonly rows: number;
  /** The marts that were read, and since which publication they are what was read. */
  readonly marts: readonly string[];
  readonly stamp: number;
}

/** A query on its way: who asks, by which door, and what for. */
export interface Visit {
  readonly caller: Caller;
  /** What the query is for, in the words of whoever asks: a dashboard, a report. */
  readonly tag?: string | undefined;
  /** Nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined;
  /** Rollups may stand at another publication than the warehouse; what must be of one is not answered from them. */
  readonly withoutRollups?: boolean | undefined;
  readonly onServed?: ((served: Served) => void) | undefined;
}

/** A visit with the model that it is answered by. */
export interface ModelVisit extends Visit {
  readonly model: ServedModel;
}

/** Of Cube's answer what is looked at here. */
interface Answer {
  readonly data?: unknown;
  readonly usedPreAggregations?: object;
}

/** Cube's answer, and what it is of. */
export type Answered = Pick<Served, 'publication' | 'marts' | 'stamp'> & { readonly answer: unknown };

/** Keeps each query within its caller's limits, and writes it down. */
export interface QueryWatch {
  /** Runs one query. Throws SEMANTIC_QUERIES_TOO_MANY or SEMANTIC_RESULT_TOO_LARGE when it exceeds a limit. */
  readonly run: (visit: Visit, query: () => Promise<Answered>) => Promise<unknown>;
  /** Writes down a query that was answered without Cube. */
  readonly found: (visit: Visit, publication: number, rows: number) => void;
  /** To be called when the result cache was asked, within `run`: the first time tells whether it had the answer. */
  readonly lookedUp: (found: boolean) => void;
}

export function createQueryWatch(logger: Logger, clock: Clock): QueryWatch {
  const running = new Map<string, number>();
  const lookups = new AsyncLocalStorage<{ found?: boolean }>();

  const log = ({ caller, tag }: Visit, durationMs: number, fields: object): void =>
    logger.info('metric query', { user: caller.name, tag, durationMs: Math.round(durationMs), ...fields });

  const within = async (visit: Visit, query: () => Promise<Answered>): Promise<unknown> => {
    const { caller, onServed } = visit;
    const startMs = clock.monotonicMs();
    const lookup: { found?: boolean } = {};
    const told = (fields: object): void => log(visit, clock.monotonicMs() - startMs, fields);
    try {
      const { answer, ...of } = await lookups.run(lookup, query);
      const { data, usedPreAggregations } = Object(answer) as Answer;
      const rows = Array.isArray(data) ? data.length : 0;
      if (rows > caller.limits.rows) throw tooLarge(caller.limits.rows);
      const origin = originOf(usedPreAggregations, lookup.found === true);
      onServed?.({ ...of, origin, rows });
      told({ publication: of.publication, origin, rows });
      return answer;
    } catch (error) {
      told({ failed: failureOf(error) });
      throw error;
    }
  };
  return {
    lookedUp: (found) => {
      const lookup = lookups.getStore();
      if (lookup !== undefined) lookup.found ??= found;
    },
    found: (visit, publication, rows) => log(visit, 0, { publication, origin: 'cache', rows }),
    run: async (visit, query) => {
      const { name, limits } = visit.caller;
      // What is asked again after a publication is nobody's query.
      if (limits.concurrentQueries === Number.POSITIVE_INFINITY) return within(visit, query);
      const count = running.get(name) ?? 0;
      if (count >= limits.concurrentQueries) throw tooMany(limits.concurrentQueries);
      running.set(name, count + 1);
      try {
        return await within(visit, query);
      } finally {
        const left = (running.get(name) ?? 1) - 1;
        if (left === 0) running.delete(name);
        else running.set(name, left);
      }
    },
  };
}

function originOf(rollups: object = {}, cached: boolean): Origin {
  if (cached) return 'cache';
  return Object.keys(rollups).length > 0 ? 'rollup' : 'warehouse';
}

/** The code, or Cube's own word that the query is still running. Its texts hold values that were asked for. */
function failureOf(error: unknown): string {
  if (error instanceof ShopwaveError) return error.code;
  const text: unknown = Object(error).error ?? messageOf(error);
  return /^(?:SEMANTIC_[A-Z_]+|Continue wait)/.exec(String(text))?.[0] ?? 'unknown';
}

function tooMany(limit: number): Error {
  return semanticErrors.error('SEMANTIC_QUERIES_TOO_MANY', {
    message: `${limit} queries of yours are running, as many as may at once`,
  });
}

function tooLarge(limit: number): Error {
  return semanticErrors.error('SEMANTIC_RESULT_TOO_LARGE', {
    message: `the answer has more than the ${limit} rows that you may get at once`,
  });
}
