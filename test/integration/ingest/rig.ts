import { tmpdir } from 'node:os';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Knex } from 'knex';
import { systemClock } from '../../../lib/clock.ts';
import { openControlStore } from '../../../lib/control-store.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { openFolderStore } from '../../../ingest/landing/folder-store.ts';
import { createLoader } from '../../../ingest/landing/load.ts';
import type { Loader } from '../../../ingest/landing/load.ts';
import type { ObjectStore } from '../../../ingest/landing/object-store.ts';
import { createShopCapture, shopSource, snapshotChain } from '../../../ingest/postgres/capture.ts';
import type { ShopCapture, ShopCaptureOptions } from '../../../ingest/postgres/capture.ts';
import type { CapturedTable } from '../../../ingest/postgres/shop-tables.ts';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import type { TestDatabase } from '../../support/postgres.ts';

/** A shop, a control store and an archive of their own, all real. */
export interface Rig {
  readonly shop: TestDatabase;
  readonly control: Knex;
  readonly store: ObjectStore;
  readonly dir: string;
  readonly slot: string;
  readonly capture: (options?: Partial<ShopCaptureOptions>) => ShopCapture;
  readonly loader: (warehouse: Warehouse) => Loader;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** Builds a rig on a schema; everything in it goes with it. */
export async function openRig(schemaSql: string, tables: readonly CapturedTable[]): Promise<Rig> {
  const shop = await createTestDatabase();
  const controlDatabase = await createTestDatabase();
  const control = openControlStore(controlDatabase.url);
  const dir = await mkdtemp(path.join(os.tmpdir(), 'shopwave-ingest-'));
  const store = await openFolderStore(dir);
  await shop.pool.query(schemaSql);
  const common = { control, store, clock: systemClock, logger: silentLogger, onProgress: ignoreProgress };
  return {
    shop,
    control,
    store,
    dir,
    slot: shop.name,
    capture: (options) =>
      createShopCapture({
        ...common,
        sourceUrl: shop.url,
        tables,
        slotName: shop.name,
        publicationName: shop.name,
        ...options,
      }),
    loader: (warehouse) =>
      createLoader({
        spoolDir: tmpdir(),
        ...common,
        warehouse,
        source: shopSource,
        sideChains: [snapshotChain],
        tables: tables.map((each) => each.table),
      }),
    [Symbol.asyncDispose]: async () => {
      await control.destroy();
      await shop[Symbol.asyncDispose]();
      await controlDatabase[Symbol.asyncDispose]();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
