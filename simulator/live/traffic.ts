import type pg from 'pg';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { connect } from '../database.ts';
import { createRandom } from '../world/random.ts';
import type { Random } from '../world/random.ts';
import { createIdSource } from './id-source.ts';
import type { IdSource } from './id-source.ts';
import { masterDataJob } from './master-data-jobs.ts';
import { orderActionJob, placeOrderJob } from './order-jobs.ts';
import type { Job } from './order-jobs.ts';

/** What the writers have done since they were started. */
export interface TrafficStats {
  readonly ordersPlaced: number;
  readonly committed: number;
  readonly rolledBack: number;
  /** Transactions that failed; each was rolled back by the server and the writer went on. */
  readonly failed: number;
}

export interface TrafficOptions {
  readonly url: string;
  readonly seed: number;
  readonly ordersPerSecond: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Writers that never stop by themselves. */
export interface Traffic {
  readonly start: () => void;
  /** Lets open transactions finish. */
  readonly stop: () => Promise<void>;
  readonly stats: () => TrafficStats;
}

interface JobKind {
  readonly job: Job;
  /** Transactions of this kind for each order placed. */
  readonly perOrder: number;
}

const placing: JobKind = { job: placeOrderJob, perOrder: 1 };
const jobKinds: readonly JobKind[] = [
  placing,
  { job: orderActionJob, perOrder: 4.5 },
  { job: masterDataJob, perOrder: 0.5 },
];
const transactionsPerOrder = jobKinds.reduce((sum, kind) => sum + kind.perOrder, 0);

const writerCount = 4;
const rollbackChance = 0.04;
// Held open while others commit, so that commit order and start order differ.
const lingerChance = 0.02;
const lingerMs = { min: 100, max: 1000 } as const;
const backoffMs = { first: 100, most: 5000 } as const;

type Tally = { -readonly [Key in keyof TrafficStats]: TrafficStats[Key] };

/** Live traffic of a prepared shop over four connections. */
export function createTraffic(options: TrafficOptions): Traffic {
  const tally: Tally = { ordersPlaced: 0, committed: 0, rolledBack: 0, failed: 0 };
  const ids = createIdSource();
  let stopping: AbortController | undefined;
  let writers: readonly Promise<void>[] = [];
  return {
    start: () => {
      if (stopping !== undefined) return;
      stopping = new AbortController();
      const { signal } = stopping;
      writers = Array.from({ length: writerCount }, (_, index) =>
        runWriter({ ...options, ids, tally, signal, random: createRandom(options.seed, 10 + index) }),
      );
    },
    stop: async () => {
      stopping?.abort();
      await Promise.all(writers);
      stopping = undefined;
    },
    stats: () => ({ ...tally }),
  };
}

interface Writer extends TrafficOptions {
  readonly ids: IdSource;
  readonly tally: Tally;
  readonly signal: AbortSignal;
  readonly random: Random;
}

/** One writer: paced transactions on one connection, a new connection after a failure, later and later. */
async function runWriter(writer: Writer): Promise<void> {
  const { clock, random, signal, ordersPerSecond, tally } = writer;
  const meanGapMs = (1000 * writerCount) / (ordersPerSecond * transactionsPerOrder);
  let client: pg.Client | undefined;
  let failures = 0;
  for (let due = clock.monotonicMs(); ;) {
    // Time lost to a long transaction is made up for, but not an outage.
    due = Math.max(due + random.exponential(meanGapMs), clock.monotonicMs() - 5000);
    await clock.sleep(Math.max(0, due - clock.monotonicMs()), signal);
    if (signal.aborted) break;
    try {
      client ??= await connect(writer.url);
      await runTransaction(writer, client);
      failures = 0;
    } catch (error) {
      tally.failed += 1;
      await client?.end().catch(() => {});
      client = undefined;
      const waitMs = Math.min(backoffMs.first * 2 ** failures, backoffMs.most);
      if (failures === 0)
        writer.logger.warn('simulated traffic failed', { reason: messageOf(error), waitMs });
      failures += 1;
      await clock.sleep(waitMs * (0.5 + random.next()), signal);
    }
  }
  await client?.end().catch(() => {});
}

async function runTransaction(writer: Writer, client: pg.Client): Promise<void> {
  const { clock, random, ids, tally, signal } = writer;
  await ids.refill(client);
  const kind = random.weighted(jobKinds, (each) => each.perOrder) ?? placing;
  await client.query('begin');
  const didSomething = await kind.job({ client, random, ids, now: clock.now().getTime() });
  if (random.chance(lingerChance)) {
    await clock.sleep(random.integer(lingerMs.min, lingerMs.max), signal);
  }
  if (!didSomething || random.chance(rollbackChance)) {
    await client.query('rollback');
    if (didSomething) tally.rolledBack += 1;
    return;
  }
  await client.query('commit');
  tally.committed += 1;
  if (kind === placing) tally.ordersPlaced += 1;
}
