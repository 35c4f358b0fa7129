import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { compact } from '../../../ingest/archive/compact.ts';
import { rebuildFromArchive } from '../../../ingest/archive/rebuild.ts';
import { removeOriginals } from '../../../ingest/archive/remove-originals.ts';
import { verifyArchive } from '../../../ingest/archive/verify.ts';
import { openS3Janitor, openS3Store } from '../../../ingest/landing/s3-store.ts';
import { openControlStore } from '../../../lib/control-store.ts';
import { systemClock } from '../../../lib/clock.ts';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import { openArchiveWorld } from '../../support/archive-world.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { useTestCredentials } from '../../support/s3-credentials.ts';
import { startS3Double } from '../../support/s3-double.ts';

useTestCredentials();

test('an archive in S3 is compacted, verified and loaded by a warehouse that reads local files alone', async () => {
  await using double = await startS3Double();
  const spoolDir = await mkdtemp(path.join(os.tmpdir(), 'shopwave-spool-'));
  const options = {
    bucket: double.bucket,
    prefix: 'shopwave',
    region: 'eu-central-1',
    endpoint: double.url,
    forcePathStyle: true,
    spoolDir,
    clock: systemClock,
  };
  const store = await openS3Store(options);
  await using world = await openArchiveWorld({ store, janitor: openS3Janitor(options) });
  const columns = [{ name: 'id', typeOid: 20, typeModifier: -1 }];
  const line = (id: number): string =>
    `{"op":"c","pos":"0000000000000001","ord":${id},"at":"2026-03-01T12:00:00.000000Z","schema":"orders","data":{"id":"${id}"}}`;
  await world.land('shop', '2026-03-01', { orders: { lines: [line(1), line(2)], columns } });
  await world.land('shop', '2026-03-02', { orders: { lines: [line(3)], columns } });
  // A failure here and there is part of the day.
  double.inject({ on: 'PutObject', code: 'SlowDown', status: 503 });
  double.inject({ on: 'PutObject', code: 'InternalError', status: 500 });
  expect(await compact(world.deps, { day: '2026-03-01' })).toMatchObject([{ files: 1, rows: 2 }]);
  const loaded = new Set(['shop-000000000001']);
  expect(await removeOriginals(world.deps, world.janitor, { graceDays: 0, loaded })).toMatchObject({
    files: 1,
  });
  expect(await verifyArchive(world.deps)).toMatchObject({ files: 1, compacted: 1, rows: 3, findings: [] });

  await using database = await createTestDatabase();
  const control = openControlStore(database.url);
  const warehouse = await openDuckdbWarehouse({ path: ':memory:' });
  expect(await rebuildFromArchive({ ...world.deps, control, warehouse })).toMatchObject([
    { chain: 'shop', recorded: 2, loaded: 2, rows: 3 },
  ]);
  expect(
    await warehouse.query("select data ->> 'id' as id, _batch_id from raw.shop__orders order by 1"),
  ).toEqual([
    { id: '1', _batch_id: 'shop-000000000001' },
    { id: '2', _batch_id: 'shop-000000000001' },
    { id: '3', _batch_id: 'shop-000000000002' },
  ]);
  // Nothing that passed through is left on this machine.
  expect(await readdir(spoolDir)).toEqual([]);
  expect(await readdir(world.deps.spoolDir)).toEqual([]);
  expect(double.refused).toEqual([]);
  await warehouse.close();
  await control.destroy();
  store.close();
  await rm(spoolDir, { recursive: true });
});
