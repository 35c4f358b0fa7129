import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { holdingDrifted } from '../../../cli/hold-drifted.ts';
import { rawShop, rawStripe } from '../../../dags/assets.ts';
import { apiFreshness } from '../../../dags/operators/api-freshness.ts';
import { buildMarts } from '../../../dags/operators/build-marts.ts';
import { captureShop } from '../../../dags/operators/capture-shop.ts';
import { extractApi } from '../../../dags/operators/extract-api.ts';
import { loadApi } from '../../../dags/operators/load-api.ts';
import { loadRaw } from '../../../dags/operators/load-raw.ts';
import { stageBatches } from '../../../dags/operators/stage-batches.ts';
import { watchSchema } from '../../../dags/operators/watch-schema.ts';
import type { PipelineServices } from '../../../dags/services.ts';
import { createLoader } from '../../../ingest/landing/load.ts';

import { shopTables } from '../../../ingest/postgres/shop-tables.ts';
import { systemClock } from '../../../lib/clock.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import type { FunctionTask } from '../../../scheduler/index.ts';
import { contextOf, runTask } from '../../support/task-context.ts';
import { ensureShopSchema } from '../../../simulator/schema/shop-schema.ts';
import { withClient } from '../../../simulator/database.ts';
import { holdSource } from '../../../transforms/engine/warehouse/source-hold.ts';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import type { DuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import { withStatementHook } from '../../support/faulty-warehouse.ts';
import { engineOn } from '../../support/platform-parts.ts';
import { openRig } from './rig.ts';
import type { Rig } from './rig.ts';

type Task<T> = FunctionTask<PipelineServices, T>;

/** The tasks of one process over one warehouse, and what it has sent there. */
interface Process {
  readonly warehouse: Warehouse;
  readonly sent: string[];
  readonly services: PipelineServices;
  /** What a task returned; 'skipped' where it was. */
  readonly run: <T>(task: Task<T>) => Promise<T | 'skipped'>;
  /** Looks, captures and loads, as shop_ingest does; resolves to what became of the load. */
  readonly tick: () => Promise<unknown>;
  readonly publish: () => Promise<void>;
  /** Makes the next statement fail. */
  readonly breakNext: () => void;
}

const idle = { batches: 0, objects: 0, requests: 1, streams: [] };

let processes = 0;

async function startProcess(rig: Rig, duckdb: DuckdbWarehouse): Promise<Process> {
  const sent: string[] = [];
  let isBroken = false;
  const warehouse = withStatementHook<Warehouse>(duckdb, (sql) => {
    sent.push(sql);
    if (!isBroken) return;
    isBroken = false;
    throw new Error('the warehouse is away');
  });
  const transforms = await engineOn(warehouse);
  await transforms.setup();
  const capture = rig.capture({ tables: shopTables });
  await capture.setup();
  const common = {
    control: rig.control,
    store: rig.store,
    spoolDir: tmpdir(),
    warehouse,
    clock: systemClock,
    logger: silentLogger,
    onProgress: ignoreProgress,
  };
  const tables = shopTables.map(({ table }) => table);
  const loader = createLoader({ ...common, source: 'shop', sideChains: ['shop_snapshots'], tables });
  const stripe = createLoader({ ...common, source: 'stripe', tables: ['charges'] });
  const stream = {
    stream: 's',
    freshTo: systemClock.now().toISOString(),
    ageMs: 0,
    lastBatch: undefined,
    gaps: [],
  };
  const services: PipelineServices = {
    capture: () => Promise.resolve(capture),
    loader: () => Promise.resolve(loader),
    landingStatus: () => Promise.reject(new Error('no sensor waits here')),
    watchShop: holdingDrifted(systemClock, {
      control: () => Promise.resolve(rig.control),
      warehouse: () => Promise.resolve(warehouse),
      transforms: () => Promise.resolve(transforms),
      watchShop: () => Promise.resolve([]),
    }),
    extractor: () =>
      Promise.resolve({ extract: () => Promise.resolve(idle), status: () => Promise.resolve([stream]) }),
    apiLoader: () => Promise.resolve(stripe),
    restoreTouched: () => Promise.resolve({ keys: 0, rows: 0 }),
    archiveUpkeep: () => Promise.reject(new Error('not at night')),
    transforms: () => Promise.resolve(transforms),
    metrics: () => Promise.reject(new Error('nobody asks for metrics here')),
  };
  const context = contextOf(services);
  processes += 1;
  const name = `p${processes}`;
  let runs = 0;
  const run = async <T>(task: Task<T>): Promise<T | 'skipped'> => {
    runs += 1;
    try {
      return await runTask(task, { ...context, runId: `${name}-${runs}` });
    } catch (error) {
      if (error instanceof Error && error.name === 'TaskSkip') return 'skipped';
      throw error;
    }
  };
  return {
    warehouse,
    sent,
    services,
    run,
    tick: async () => {
      await run(watchSchema(rawShop));
      await run(captureShop());
      return await run(loadRaw(rawShop));
    },
    publish: async () => {
      await run(stageBatches());
      await run(buildMarts());
    },
    breakNext: () => {
      isBroken = true;
    },
  };
}

async function openShop(): Promise<{ readonly rig: Rig; readonly duckdb: DuckdbWarehouse }> {
  const rig = await openRig('select 1', shopTables);
  await withClient(rig.shop.url, (client) => ensureShopSchema(client));
  await rig.shop.pool.query("insert into sellers values (1, 'S', 'DE', 0.1, now(), now())");
  return { rig, duckdb: await openDuckdbWarehouse({ path: ':memory:' }) };
}

/**
 * Publishes until a tick brings nothing. What other tests write into this server's log moves the slot on, by a batch without
 * rows, once it is a segment.
 */
async function settle(own: Process): Promise<void> {
  await own.tick();
  await own.publish();
  for (let left = 5; left > 0 && (await own.tick()) !== 'skipped'; left -= 1) await own.publish();
  expect(await own.tick()).toBe('skipped');
}

const customer = (id: number): string =>
  `insert into customers values (${id}, 'a${id}@example.com', 'A', 'DE', null, null, 'new', now(), now())`;

test('ticks without news send the warehouse nothing, of the shop and of an API', async () => {
  const { rig, duckdb } = await openShop();
  await using _ = rig;
  const own = await startProcess(rig, duckdb);
  expect(await own.tick()).not.toBe('skipped');
  // The first load of each source asks the warehouse, and what was known of it before does not count any more.
  await own.run(loadApi('stripe', rawStripe));
  await own.tick();
  await own.publish();
  own.sent.length = 0;
  for (let tick = 0; tick < 3; tick += 1) {
    expect(await own.tick()).toBe('skipped');
    await own.run(extractApi('stripe', 'incremental'));
    expect(await own.run(loadApi('stripe', rawStripe))).toBe('skipped');
    await own.run(apiFreshness('stripe', '2h'));
    expect(own.sent, `tick ${tick}`).toEqual([]);
  }
  // News once more, and rest after it.
  await rig.shop.pool.query(customer(1));
  expect(await own.tick()).toMatchObject({ batches: 1, rows: 1 });
  await own.publish();
  own.sent.length = 0;
  expect(await own.tick()).toBe('skipped');
  expect(own.sent).toEqual([]);
  await duckdb.close();
});

test('what was loaded without a word of it is told by the same process, and by the next', async () => {
  const { rig, duckdb } = await openShop();
  await using _ = rig;
  const own = await startProcess(rig, duckdb);
  await settle(own);
  // Committed, and its event was lost.
  await rig.shop.pool.query(customer(1));
  await own.run(captureShop());
  await (await own.services.loader()).load();
  expect(await own.tick()).toMatchObject({ batches: 0 });
  // The next process knows nothing, and asks.
  const next = await startProcess(rig, duckdb);
  expect(await next.tick()).toMatchObject({ batches: 0 });
  await next.publish();
  expect(await next.tick()).toBe('skipped');
  await duckdb.close();
});

test('what another process loads is seen by one that knew of nothing to do', async () => {
  const { rig, duckdb } = await openShop();
  await using _ = rig;
  const own = await startProcess(rig, duckdb);
  await settle(own);
  const rival = await startProcess(rig, duckdb);
  await rig.shop.pool.query(customer(1));
  await rival.run(captureShop());
  // It loads, and dies before anybody hears of it.
  await (await rival.services.loader()).load();
  expect(await own.run(loadRaw(rawShop))).toMatchObject({ batches: 0 });
  await duckdb.close();
});

test('a hold, a stage by hand and an error are reasons to ask again', async () => {
  const { rig, duckdb } = await openShop();
  await using _ = rig;
  const own = await startProcess(rig, duckdb);
  await settle(own);
  const transforms = await own.services.transforms();
  own.sent.length = 0;
  await transforms.stage();
  own.sent.length = 0;
  expect(await transforms.isBehind()).toBe(false);
  expect(own.sent).toHaveLength(1);
  await holdSource(own.warehouse, systemClock, { source: 'shop', table: 'orders', reason: 'gone' });
  expect(await transforms.isBehind()).toBe(true);
  // A load that fails does not know any more up to where it has come.
  await rig.shop.pool.query(customer(1));
  await own.run(captureShop());
  own.breakNext();
  const loader = await own.services.loader();
  await expect(loader.load()).rejects.toThrow('away');
  expect(await loader.load()).toMatchObject({ batchIds: [expect.any(String)], rows: 1 });
  own.sent.length = 0;
  expect(await loader.load()).toMatchObject({ batchIds: [], rows: 0 });
  expect(own.sent).toEqual([]);
  await duckdb.close();
});
