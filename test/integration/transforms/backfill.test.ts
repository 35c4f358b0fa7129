import fc from 'fast-check';
import { expect, test } from 'vitest';
import { silentLogger } from '../../../lib/logger.ts';
import { takeLease } from '../../../transforms/engine/warehouse/lease.ts';
import type { Transforms } from '../../../transforms/engine/transforms.ts';
import type { DuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import { withStatementHook } from '../../support/faulty-warehouse.ts';
import { engineOn, martContents } from '../../support/platform-parts.ts';
import { buildShop, publishedShop } from '../../support/published-shop.ts';
import { appendBatch } from '../../support/raw-log.ts';
import type { LogEntry } from '../../support/raw-log.ts';
import { shopLog } from '../../support/shop-log.ts';
import { lineRow, orderRow, paymentRow, productRow } from '../../support/shop-rows.ts';

/** Orders on the first three days of March, one a day, each with a line and a payment. */
const log: LogEntry[] = [
  productRow(1, '1'),
  ...['1', '2', '3'].flatMap((id, index) => {
    const at = `2026-03-0${id} 12:00:00+00`;
    const place = 2 + index * 3;
    return [
      orderRow(place, id, { placed_at: at }),
      lineRow(place + 1, id, id, { created_at: at }),
      paymentRow(place + 2, id, id, { created_at: at }),
    ];
  }),
];

/** What a defect once did to published rows, and nobody noticed: a row is lost, one is wrong, one should not be. */
async function damage(warehouse: DuckdbWarehouse, day: string): Promise<void> {
  await warehouse.execute(`delete from marts.fct_payments where created_at >= timestamp '2026-03-0${day}'`);
  await warehouse.execute(
    `update marts.fct_orders set gross_minor = 7 where placed_at >= timestamp '2026-03-0${day}'`,
  );
  await warehouse.execute(
    `insert into marts.fct_shipments by name
     select -99 as shipment_key, 99 as shipment_id, order_key, order_id, 'dhl' as carrier, 'shipped' as status, channel, is_test,
       1 as quantity, false as is_late, placed_at as shipped_at from marts.fct_orders where placed_at >= timestamp '2026-03-0${day}' limit 1`,
  );
}

test('a range is computed again in chunks: what is missing comes, what should not be there goes', async () => {
  const { warehouse, transforms } = await publishedShop(log);
  const good = await martContents(warehouse);
  await damage(warehouse, '2');
  const models = ['fct_orders', 'fct_payments', 'fct_shipments'];
  const preview = await transforms.backfill({ models, from: '2026-03-01', to: '2026-03-04', dryRun: true });
  expect(preview.preview.find(({ model }) => model === 'fct_payments')).toMatchObject({
    added: 2,
    removed: 0,
    keysTouched: 3,
  });
  const [sample] = preview.preview.find(({ model }) => model === 'fct_orders')?.sample ?? [];
  expect(sample).toMatchObject({
    key: { order_id: '2' },
    before: { gross_minor: '7' },
    after: { gross_minor: '500' },
  });
  expect(await transforms.publication()).toMatchObject({ version: 1 });

  const result = await transforms.backfill({ models, from: '2026-03-01', to: '2026-03-04', chunk: '1d' });
  expect(result).toMatchObject({ chunks: 3, resumedAt: 0, versions: [2, 3] });
  expect(result.models).toContainEqual({ model: 'fct_payments', removed: 0, added: 2 });
  expect(await martContents(warehouse)).toEqual(good);
  // Nothing differs any more, so that nothing is published.
  expect(await transforms.backfill({ models, from: '2026-03-01', to: '2026-03-04' })).toMatchObject({
    versions: [],
  });
  await warehouse.close();
});

test('cut off between chunks, the same arguments go on after the chunks that are done', async () => {
  const { warehouse, transforms } = await publishedShop(log);
  const good = await martContents(warehouse);
  await damage(warehouse, '1');
  const abort = new AbortController();
  const notes: string[] = [];
  let during: Promise<readonly { readonly status: string }[]> | undefined;
  const cut = await engineOn(warehouse, {
    onProgress: ({ step, done, note = '' }) => {
      if (step !== 'backfill' || done !== 1) return;
      notes.push(note);
      during = transforms.backfills();
      abort.abort();
    },
  });
  const options = {
    models: ['fct_orders', 'fct_payments', 'fct_shipments'],
    from: '2026-03-01',
    chunk: '1d',
    to: '2026-03-04',
  };
  expect(await cut.backfills()).toEqual([]);
  await expect(cut.backfill({ ...options, signal: abort.signal })).rejects.toMatchObject({
    code: 'TRANSFORM_BACKFILL_INTERRUPTED',
    message: expect.stringContaining('after 1 of 3 chunks, which stay published') as string,
    remedy: expect.stringContaining('same arguments') as string,
  });
  // Asked while it runs; a busy machine answers only once it has stopped.
  expect((await during)?.map(({ status }) => status)).toEqual([expect.stringMatching(/^(running|stopped)$/)]);
  expect(await transforms.backfills()).toMatchObject([{ status: 'stopped', chunksDone: 1 }]);
  // The display knows how long the rest takes; said twice, the two would differ.
  expect(notes).toEqual([expect.stringMatching(/^\d+ rows changed$/)]);
  expect(await transforms.publication()).toMatchObject({ version: 2 });
  expect(await transforms.backfill({ ...options, maxActive: 2 })).toMatchObject({
    resumedAt: 1,
    versions: [3],
  });
  expect(await martContents(warehouse)).toEqual(good);
  expect(await warehouse.query('select status, next_chunk, chunks from _meta.backfill')).toEqual([
    { status: 'done', next_chunk: 3n, chunks: 3n },
  ]);
  await warehouse.close();
});

test('a chunk between two steps takes along what has something new to read: one version, one position', async () => {
  const { warehouse, transforms } = await publishedShop(log);
  await warehouse.execute(
    `update marts.fct_orders set gross_minor = 7 where placed_at >= timestamp '2026-03-03'`,
  );
  const next = [orderRow(11, '4'), lineRow(12, '4', '4'), paymentRow(13, '4', '4')];
  await appendBatch(warehouse, { id: 'b2', from: 10, to: 13, entries: next });
  await transforms.stage();
  const options = { models: ['fct_orders+'], from: '2026-03-03', to: '2026-03-04' };
  expect(await transforms.backfill(options)).toMatchObject({ versions: [2], held: [] });
  const positions = await warehouse.query('select distinct stage_step from _meta.model_version');
  expect(positions).toEqual([{ stage_step: 2n }]);
  expect(await transforms.build()).toMatchObject({ published: false });
  const counts = await warehouse.query(
    `select (select count(*) from marts.fct_orders where gross_minor <> 7) as orders,
       (select count(*) from marts.fct_payments) as payments`,
  );
  expect(counts).toEqual([{ orders: 4n, payments: 4n }]);
  await warehouse.close();
});

test('keys, and a full rebuild, bring back the same rows; descendants follow when asked for', async () => {
  const { warehouse, transforms } = await publishedShop(log);
  const good = await martContents(warehouse);
  await warehouse.execute(
    'update marts.fct_order_lines set gross_minor = 9, net_minor = 9 where order_id <> 2',
  );
  await warehouse.execute('update marts.fct_orders set gross_minor = 9 where order_id <> 2');
  const byKey = await transforms.backfill({ models: ['fct_order_lines+'], keys: ['1', '3', '3'] });
  expect(byKey.models).toContainEqual({ model: 'fct_order_lines', removed: 2, added: 2 });
  expect(byKey.models).toContainEqual({ model: 'fct_orders', removed: 2, added: 2 });
  await transforms.backfill({ models: ['fct_order_lines', 'fct_orders'], fullRebuild: true });
  expect(await martContents(warehouse)).toEqual(good);
  await warehouse.close();
});

test('a key of another type is refused, and nothing changes', async () => {
  const { warehouse, transforms } = await publishedShop(log);
  await expect(transforms.backfill({ models: ['fct_orders'], keys: ['abc'] })).rejects.toMatchObject({
    code: 'TRANSFORM_BACKFILL_INVALID',
    message: expect.stringContaining('a key is no order_id of fct_orders (BIGINT)') as string,
  });
  expect(await transforms.publication()).toMatchObject({ version: 1 });
  await warehouse.close();
});

test('a backfill and a live build that meet publish the rows of one after the other', async () => {
  const { warehouse, transforms } = await publishedShop(log);
  await damage(warehouse, '1');
  const next = [orderRow(11, '4'), lineRow(12, '4', '4'), lineRow(13, '1', '2')];
  await appendBatch(warehouse, { id: 'b2', from: 10, to: 13, entries: next });
  let isStaged = false;
  const warnings: string[] = [];
  const live = await engineOn(
    withStatementHook(warehouse, async (sql) => {
      // In the middle of a chunk staging moves on, so that the chunk computed from what is no longer the newest.
      if (isStaged || !sql.includes('update _meta.head set version')) return;
      isStaged = true;
      await transforms.stage();
    }),
    { logger: { ...silentLogger, warn: (message) => void warnings.push(message) } },
  );
  const options = {
    models: ['fct_orders', 'fct_payments', 'fct_shipments'],
    from: '2026-03-01',
    to: '2026-03-04',
    chunk: '2d',
  };
  await Promise.all([live.backfill(options), transforms.build()]);
  expect(isStaged).toBe(true);
  expect(warnings).toMatchObject([expect.stringContaining('computed again')]);
  await transforms.build();
  const contents = await martContents(warehouse);
  await warehouse.close();
  const reference = await buildShop([...log, ...next]);
  expect(contents).toEqual(await martContents(reference.warehouse));
  await reference.warehouse.close();
});

test.each([
  ['new batches were staged', (transforms: Transforms) => transforms.stage()],
  [
    'its lease went to another',
    async (_: Transforms, warehouse: DuckdbWarehouse) => {
      await warehouse.execute("update _meta.build_lease set lease_until = timestamp '2000-01-01 00:00:00'");
      expect(await takeLease(warehouse, 'rshort')).toBeDefined();
    },
  ],
])('a chunk in which nothing differs is not noted as done when %s meanwhile', async (_, meanwhile) => {
  const { warehouse, transforms } = await publishedShop(log);
  await appendBatch(warehouse, { id: 'b2', from: 10, to: 11, entries: [lineRow(11, '1', '2')] });
  let isDone = false;
  const warnings: string[] = [];
  const live = await engineOn(
    withStatementHook(warehouse, async (sql) => {
      // The last thing before the chunk is noted.
      if (isDone || !sql.includes('update _meta.head set version')) return;
      isDone = true;
      await meanwhile(transforms, warehouse);
    }),
    { logger: { ...silentLogger, warn: (message) => void warnings.push(message) } },
  );
  const options = { models: ['fct_orders'], from: '2026-03-01', to: '2026-03-04', chunk: '3d' };
  expect(await live.backfill(options)).toMatchObject({ chunks: 1 });
  expect(isDone).toBe(true);
  expect(warnings).toMatchObject([expect.stringContaining('computed again')]);
  expect(await warehouse.query('select status, next_chunk from _meta.backfill')).toEqual([
    { status: 'done', next_chunk: 1n },
  ]);
  await warehouse.close();
});

test('a run that is run again changes nothing that is newer, and mends what was damaged', async () => {
  const { warehouse, transforms } = await publishedShop(log);
  await appendBatch(warehouse, {
    id: 'b2',
    from: 10,
    to: 11,
    entries: [orderRow(11, '1', { status: 'paid' })],
  });
  await transforms.stage();
  const second = await transforms.build();
  await appendBatch(warehouse, {
    id: 'b3',
    from: 11,
    to: 12,
    entries: [orderRow(12, '1', { status: 'shipped' })],
  });
  await transforms.stage();
  await transforms.build();
  const good = await martContents(warehouse);
  expect(
    await warehouse.query('select distinct batch_id from _meta.publication_batch where version = 2'),
  ).toEqual([{ batch_id: 'b2' }]);
  expect(await transforms.rerun(2)).toMatchObject({ published: false, publication: { version: 3 } });
  await warehouse.execute("update marts.fct_orders set order_status = 'lost' where order_id = 1");
  const again = await transforms.rerun(second.publication?.runId ?? '', { models: ['fct_orders'] });
  expect(again).toMatchObject({ published: true, publication: { version: 4 } });
  expect(await martContents(warehouse)).toEqual(good);
  await expect(transforms.rerun(99)).rejects.toMatchObject({ code: 'TRANSFORM_RUN_UNKNOWN' });
  await expect(transforms.rerun(1)).rejects.toMatchObject({ code: 'TRANSFORM_INPUTS_PRUNED' });
  await warehouse.execute('update _meta.pruned set version = 2, stage_step = 2');
  await expect(transforms.rerun(2)).rejects.toMatchObject({ code: 'TRANSFORM_INPUTS_PRUNED' });
  await warehouse.close();
});

test('consumed changes are kept for their time, and what a held-back mart has not consumed for longer', async () => {
  const { warehouse, transforms } = await publishedShop(log);
  const feed = (model: string): Promise<unknown> =>
    warehouse.query(`select distinct _step from feed.${model} order by _step`);
  const take = async (position: number, entry: LogEntry, vars: Record<string, string>): Promise<void> => {
    await appendBatch(warehouse, { id: `p${position}`, from: position - 1, to: position, entries: [entry] });
    await transforms.stage();
    await transforms.build({ vars });
  };
  await take(11, orderRow(11, '1', { status: 'paid' }), {});
  expect(await feed('fct_order_lines')).toEqual([{ _step: 2n }]);
  // From here on nothing is kept longer than needed, and payments are held back; what is made from them as well, dim_currency
  // for one, which reads orders too. Nothing of these reads lines.
  const brief = { feed_retention: '0d' };
  await take(12, paymentRow(12, '1', '1', { kind: 'mystery' }), brief).catch(() => {});
  await take(13, orderRow(13, '1', { status: 'shipped' }), brief);
  expect(await feed('fct_order_lines')).toEqual([]);
  expect(await feed('stg_shop__payments')).toEqual([{ _step: 3n }]);
  await expect(transforms.rerun(2)).rejects.toMatchObject({ code: 'TRANSFORM_INPUTS_PRUNED' });
  await take(14, paymentRow(14, '1', '1'), brief);
  expect(await transforms.heldBack()).toEqual([]);
  expect(await feed('stg_shop__payments')).toEqual([]);
  await warehouse.close();
});

test('a backfill of everything gives the rows that live processing gave, whatever happened to them', async () => {
  await fc.assert(
    fc.asyncProperty(
      shopLog({ min: 10, max: 50 }),
      fc.array(fc.nat({ max: 4 }), { maxLength: 4 }),
      async (entries, hurt) => {
        const { warehouse, transforms } = await buildShop(entries);
        const good = await martContents(warehouse);
        const marts = ['fct_orders', 'fct_order_lines', 'fct_order_events', 'fct_payments', 'fct_shipments'];
        for (const index of hurt)
          await warehouse.execute(`delete from marts.${marts[index]} where order_id = ${index + 1}`);
        await transforms.backfill({
          models: marts,
          from: '2026-01-01',
          to: '2027-01-01',
          chunk: 'month',
          maxActive: 12,
        });
        expect(await martContents(warehouse)).toEqual(good);
        await warehouse.close();
      },
    ),
    { numRuns: 5, endOnFailure: true },
  );
});
