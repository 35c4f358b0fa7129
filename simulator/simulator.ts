import type pg from 'pg';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { OnProgress } from '../lib/progress.ts';
import { writeBacklog } from './backlog/backlog.ts';
import { inTransaction, withClient } from './database.ts';
import { simulatorErrors } from './errors.ts';
import { createTruthLedger } from './ledger/truth-ledger.ts';
import { createTraffic } from './live/traffic.ts';
import type { TrafficStats } from './live/traffic.ts';
import type { Truth } from './order/truth.ts';
import { firstReplayId } from './replay/id-offset.ts';
import { createOwnTruth } from './shopify/own-truth.ts';
import type { OwnVersions } from './shopify/own-truth.ts';
import { ensureShopSchema, ensureSimulatorSchema } from './schema/shop-schema.ts';

export interface SimulatorOptions {
  /** The shop's database. The role must be allowed to create tables, publications and replication slots. */
  readonly url: string;
  /** The same seed gives the same past; live traffic also depends on how its writers interleave. */
  readonly seed: number;
  /** Order lines of history to begin with; 0 for a shop that has sold nothing yet. */
  readonly backlogLines: number;
  /** Orders placed a second by live traffic; about six times as many transactions. */
  readonly ordersPerSecond?: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onProgress: OnProgress;
}

/** A shop that lives: with a past, with traffic, and with a record of what every metric should be. */
export interface Simulator {
  /** Creates schema, history and truth ledger; does nothing where they exist, and is safe to repeat after a crash. */
  readonly prepare: () => Promise<void>;
  /** Starts live traffic, which goes on until stop(), through restarts of the server too. */
  readonly start: () => void;
  /** Lets open transactions finish. start() may follow. */
  readonly stop: () => Promise<void>;
  /**
   * The metrics over everything committed at or below a log position (16 hex digits, the end of a commit record,
   * as publications state it). Works before, during and after live traffic.
   */
  readonly truthAsOf: (position: string) => Promise<Truth>;
  /** The metrics over orders that exist on Shopify alone, each as it was in the version that was seen of it. */
  readonly ownTruthOf: (versions: OwnVersions) => Promise<Truth>;
  readonly stats: () => TrafficStats;
}

const defaultOrdersPerSecond = 5;
const catchUpEveryMs = 3000;

/** A simulated shop in the database at `url`. All its state is there: a new process goes on where one was killed. */
export function createSimulator(options: SimulatorOptions): Simulator {
  const { url, clock, logger } = options;
  const ledger = createTruthLedger({ url, clock });
  const ownTruth = createOwnTruth(options.seed);
  const traffic = createTraffic({
    ...options,
    ordersPerSecond: options.ordersPerSecond ?? defaultOrdersPerSecond,
    // Another start is another day: the same choices again would only repeat it.
    seed: options.seed + clock.now().getTime(),
  });
  let running: { readonly abort: AbortController; readonly ended: Promise<void> } | undefined;
  const keepCaughtUp = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await clock.sleep(catchUpEveryMs, signal);
      await ledger.catchUp().catch((error: unknown) => {
        logger.warn('truth could not be placed yet', { reason: messageOf(error) });
      });
    }
  };
  return {
    prepare: async () => {
      await withClient(url, (client) => prepareShop(client, options));
      await ledger.open();
    },
    start: () => {
      if (running !== undefined) return;
      const abort = new AbortController();
      traffic.start();
      running = { abort, ended: keepCaughtUp(abort.signal) };
    },
    stop: async () => {
      running?.abort.abort();
      await traffic.stop();
      await running?.ended;
      running = undefined;
    },
    truthAsOf: ledger.asOf,
    ownTruthOf: (versions) => withClient(url, (client) => ownTruth.at(client, versions)),
    stats: traffic.stats,
  };
}

async function prepareShop(client: pg.Client, options: SimulatorOptions): Promise<void> {
  await inTransaction(client, async () => {
    const tablesAreNew = await ensureShopSchema(client);
    await ensureSimulatorSchema(client);
    const marker = await client.query("select from simulator.state where key = 'backlog'");
    if (marker.rows.length > 0) return;
    if (!tablesAreNew) await mustBeVacant(client);
    await writeBacklog(client, {
      seed: options.seed,
      orderLines: options.backlogLines,
      clock: options.clock,
      onProgress: options.onProgress,
      tablesAreNew,
    });
    await client.query("insert into simulator.state (key, value) values ('backlog', $1)", [
      JSON.stringify({ seed: options.seed, orderLines: options.backlogLines }),
    ]);
  });
}

/** A replayed data set may be there already, under keys of its own; anything else is someone's real shop. */
async function mustBeVacant(client: pg.Client): Promise<void> {
  for (const table of ['orders', 'products', 'customers', 'sellers']) {
    const { rows } = await client.query(`select from ${table} where id < $1 limit 1`, [firstReplayId]);
    if (rows.length > 0) {
      throw simulatorErrors.error('SHOP_NOT_EMPTY', {
        message: `table ${table} holds rows that the simulator did not write`,
        where: 'schema public',
      });
    }
  }
}
