import type { QueueDriverInterface, QueueDriverOptions, QueryKeyHash } from '@cubejs-backend/base-driver';
import type { CubeModules } from './cube-modules.ts';

/** Makes Cube's queue of statements; see {@link memoryQueueFactory}. */
export type QueueDriverFactory = (kind: string, options: QueueDriverOptions) => QueueDriverInterface;

/**
 * Cube's queue in memory, with two differences. Its state belongs to this server, not to the process. And the timer
 * that bounds the wait for an answer is cleared when the answer is there: Cube lets it run out, which keeps the
 * process alive for ten seconds after the last query.
 */
export function memoryQueueFactory(cube: CubeModules): QueueDriverFactory {
  return (_kind, options) => {
    const state = new cube.LocalQueueState();

    class Connection extends cube.LocalQueueConnection {
      override async getResultBlocking(queryKeyHash: QueryKeyHash): Promise<unknown> {
        const key = this.resultListKey(queryKeyHash);
        const pending = state.resultPromises as Record<string, unknown>;
        if (state.queryDef[queryKeyHash] === undefined && pending[key] === undefined) return null;
        const result = await withinSec(options.continueWaitTimeout, this.getResultPromise(key));
        if (result !== null) delete pending[key];
        return result;
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
