import type { QueueDriverInterface, QueueDriverOptions, QueryKeyHash } from '@cubejs-backend/base-driver';
import type { CubeModules } from './cube-modules.ts';

/** Makes Cube's queue of statements; see {@link memoryQueueFactory}. */
export type QueueDriverFactory = (kind: string, options: QueueDriverOptions) => QueueDriverInterface;

/** Answers to questions that were told to wait and have not come back yet. */
const mostUntaken = 16;

/**
 * Cube's queue in memory, with three differences. Its state belongs to this server, not to the process. The timer that
 * bounds the wait for an answer is cleared when the answer is there: Cube lets it run out, which keeps the process alive
 * for ten seconds after the last query. And of the answers that nobody has come back for, only the newest are kept: Cube
 * keeps all of them.
 */
export function memoryQueueFactory(cube: CubeModules): QueueDriverFactory {
  return (_kind, options) => {
    const state = new cube.LocalQueueState();
    const pending = state.resultPromises as Record<string, unknown>;
    const untaken = new Set<string>();

    class Connection extends cube.LocalQueueConnection {
      override async getResultBlocking(queryKeyHash: QueryKeyHash): Promise<unknown> {
        const key = this.resultListKey(queryKeyHash);
        if (state.queryDef[queryKeyHash] === undefined && pending[key] === undefined) return null;
        const result = await withinSec(options.continueWaitTimeout, this.getResultPromise(key));
        if (result !== null) {
          delete pending[key];
          untaken.delete(key);
        }
        return result;
      }

      override async setResultAndRemoveQuery(
        ...args: Parameters<InstanceType<CubeModules['LocalQueueConnection']>['setResultAndRemoveQuery']>
      ): Promise<boolean> {
        const isSet = await super.setResultAndRemoveQuery(...args);
        // Who waits at this moment has the promise, and takes it off when it is resolved.
        if (isSet) untaken.add(this.resultListKey(args[0]));
        for (const oldest of untaken) {
          if (untaken.size <= mostUntaken) break;
          delete pending[oldest];
          untaken.delete(oldest);
        }
        return isSet;
      }
    }

    class Queue extends cube.LocalQueueDriver {
      override async createConnection(): Promise<Connection> {
        return new Connection(this, state, options);
      }
    }

    return new Queue(options);
  };
}

/** The answer, or null when it takes longer. */
async function withinSec(seconds: number, answer: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), seconds * 1000);
  });
  try {
    return (await Promise.race([answer, tooLong])) ?? null;
  } finally {
    clearTimeout(timer);
  }
}
