import { expect, test } from 'vitest';
import { sourcesOperations } from '../../../cli/operations/sources.ts';
import { checkSourceUrl } from '../../../cli/operations/sources-check-url.ts';
import { ensureShop } from '../../../cli/local/empty-shop.ts';
import type { OperationContext, OperationResult } from '../../../cli/operations/operation.ts';
import { createShopCapture } from '../../../ingest/postgres/capture.ts';
import type { ShopCaptureOptions } from '../../../ingest/postgres/capture.ts';
import { shopTables } from '../../../ingest/postgres/shop-tables.ts';
import { systemClock } from '../../../lib/clock.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { openRig } from './rig.ts';
import type { Rig } from './rig.ts';

type Rows = Extract<OperationResult, { kind: 'rows' }>;

function verbs(rig: Rig): (name: string, input?: object) => Promise<Rows> {
  const platform = {
    source: (tables = shopTables, how: Partial<ShopCaptureOptions> = {}) =>
      Promise.resolve(
        createShopCapture({
          sourceUrl: rig.shop.url,
          control: rig.control,
          store: rig.store,
          tables,
          clock: systemClock,
          logger: silentLogger,
          onProgress: ignoreProgress,
          ...how,
        }),
      ),
    clock: systemClock,
    logger: silentLogger,
  } as unknown as OperationContext['platform'];
  return async (name, input = {}) => {
    const operation = sourcesOperations.find((each) => each.name === `sources.postgres.${name}`);
    const context = { platform, onProgress: ignoreProgress, signal: new AbortController().signal };
    const result = await operation?.invoke(input, context);
    if (result?.kind !== 'rows') throw new Error(`${name} has no rows`);
    return result;
  };
}

const text = (result: Rows): string => JSON.stringify([result.rows, result.notes, result.failure]);

test('from a look at an unfit shop to its teardown', async () => {
  await using rig = await openRig('select 1', []);
  const run = verbs(rig);
  const made = async (): Promise<unknown> =>
    (
      await rig.shop.pool.query(
        `select (select count(*)::int from pg_publication) as publications,
           (select count(*)::int from pg_replication_slots where database = current_database()) as slots,
           to_regclass('public.shopwave_heartbeat')::text as heartbeat`,
      )
    ).rows[0];
  const nothing = { publications: 0, slots: 0, heartbeat: null };
  await ensureShop(rig.shop.url);
  await rig.shop.pool.query(`
    alter table orders replica identity full; alter table refunds drop constraint refunds_pkey cascade;
    comment on column customers.segment is 'deprecated: goes with the next release'`);

  const unfit = await run('check');
  expect(unfit.failure).toMatchObject({ code: 'CAPTURE_NOT_READY' });
  for (const part of [
    'alter table public.orders replica identity default;',
    'alter table public.refunds add primary key (id);',
    'deprecated or to be dropped: public.customers.segment',
    'max_slot_wal_keep_size',
    'create publication',
    'CREATE_REPLICATION_SLOT',
  ]) {
    expect(text(unfit)).toContain(part);
  }
  expect(text((await checkSourceUrl(rig.shop.url, false)) as Rows)).not.toContain('shopwave_heartbeat');
  expect(await made()).toEqual(nothing);

  await rig.shop.pool.query(
    'alter table orders replica identity default; alter table refunds add primary key (id)',
  );
  expect((await run('check')).failure).toBeUndefined();
  await run('setup', { dryRun: true });
  expect(await made()).toEqual(nothing);
  expect(text(await run('status'))).toContain('sources postgres setup');
  expect((await run('setup')).rows).toMatchObject([{ snapshot: 'taken', rows: 0 }]);
  expect(await made()).toEqual({ publications: 1, slots: 1, heartbeat: 'shopwave_heartbeat' });
  expect((await run('snapshot')).rows).toMatchObject([{ rows: 0, finished: true }]);
  expect(text(await run('check'))).toContain('nothing would be run');

  const status = await run('status');
  expect(status.rows.map((row) => row['what'])).toEqual(
    expect.arrayContaining(['landed to', 'slot', 'lag', 'log budget']),
  );
  expect(text(await run('resync', { dryRun: true }))).toContain('nothing is wrong');
  await rig.shop.pool.query(`select pg_drop_replication_slot('shopwave_shop')`);
  expect(text(await run('status'))).toContain('missing');
  expect(text(await run('resync', { dryRun: true }))).toMatch(
    /CAPTURE_SLOT_MISSING.*would run: CREATE_REPLICATION_SLOT/,
  );
  expect(await made()).toMatchObject({ slots: 0 });
  expect(text(await run('resync'))).toContain('ran: CREATE_REPLICATION_SLOT');

  expect(text(await run('teardown', { dryRun: true }))).toContain('drop publication');
  expect(await made()).toMatchObject({ publications: 1, slots: 1 });
  await run('teardown');
  expect(await made()).toEqual(nothing);
  expect((await run('teardown')).rows).toEqual([]);
});
