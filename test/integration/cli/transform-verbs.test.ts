import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readArtifact } from '../../../transforms/engine/artifacts/files.ts';
import { orderRow } from '../../support/shop-rows.ts';
import { openTransformRig } from '../../support/transform-rig.ts';
import type { TransformRig } from '../../support/transform-rig.ts';
import { writeProject } from '../../unit/transforms/project/temporary-project.ts';
import { smallShop } from './small-shop.ts';

const orders = 'models/marts/fct_orders.sql';

async function openShop(): Promise<TransformRig> {
  const rig = await openTransformRig(await writeProject(smallShop));
  await rig.take([
    orderRow(1, '1', { shipping_amount: '1.00' }),
    orderRow(2, '2', { channel: 'app', shipping_amount: '2.00' }),
    orderRow(3, '3', { shipping_amount: '3.00', placed_at: '2026-03-05 12:00:00+00' }),
  ]);
  return rig;
}

test('run publishes and leaves results; show, test and held look at what is published', async () => {
  await using rig = await openShop();
  const { ask, paths } = rig;
  const first = await ask('transform.run');
  // The files were read twice by now: settings of unchanged models do not count as unused then.
  expect(first.notes).toBeUndefined();
  expect(first.rows).toMatchObject([
    { model: 'channels', status: 'published', added: 2, published: 1 },
    { model: 'fct_orders', status: 'published', added: 3, published: 1 },
    { model: 'agg_channels', status: 'published', added: 2, published: 1 },
  ]);
  const results = await readArtifact(paths.target, 'runResults');
  expect(results.args['which']).toBe('run');
  expect(results.results.find((each) => each.unique_id === 'model.shop.fct_orders')).toMatchObject({
    status: 'success',
  });
  const manifest = await readArtifact(paths.target, 'manifest');
  expect(Object.keys(manifest.nodes)).toContain('model.shop.agg_channels');

  expect((await ask('transform.show', { select: ['agg_channels'], limit: 1 })).rows).toHaveLength(1);
  const inline = "select count(*) as n from {{ ref('fct_orders') }} where channel = 'web'";
  expect((await ask('transform.show', { inline, limit: 5 })).rows).toEqual([{ n: 2 }]);
  expect((await ask('transform.show', { select: ['channels'], limit: 5 })).rows).toEqual([
    { channel: 'web', label: 'Web' },
    { channel: 'app', label: 'App' },
  ]);
  const tests = await ask('transform.test', { select: ['fct_orders'] });
  expect(tests.failure).toBeUndefined();
  expect(tests.rows.map(({ check }) => check)).toEqual(
    expect.arrayContaining(['shipping_is_in_cents', 'not_null_order_id', 'accepted_values_channel']),
  );
  const unit = await ask('transform.test', { select: ['test_type:unit'] });
  expect(unit.rows).toMatchObject([{ check: 'shipping_is_in_cents', status: 'pass' }]);
  expect((await ask('transform.held')).rows).toEqual([]);
});

test('diff tells column by column what an edit would change, and publishes nothing', async () => {
  await using rig = await openShop();
  const { ask, edit, warehouse } = rig;
  await ask('transform.run');
  expect((await ask('transform.diff')).rows).toEqual([]);
  await edit(
    orders,
    `select order_id, channel, cast(case when order_id = 2 then shipping_minor + 1 else shipping_minor end as varchar) as shipping_minor,
      placed_at, 1 as extra from {{ ref('int_orders') }} as o where order_id <> 3`,
  );
  const { rows } = await ask('transform.diff', { select: ['fct_orders'] });
  expect(rows).toEqual([
    expect.objectContaining({ difference: 'column added, INTEGER', column: 'extra' }),
    expect.objectContaining({ difference: 'column retyped, BIGINT to VARCHAR', column: 'shipping_minor' }),
    expect.objectContaining({ difference: 'rows removed', rows: 1, sample: 'order_id=3' }),
    expect.objectContaining({ difference: 'rows changed', rows: 1, sample: 'order_id=2' }),
    expect.objectContaining({ column: 'shipping_minor', rows: 1, sample: 'order_id=2: 200 -> 201' }),
  ]);
  expect(await warehouse.query('select count(*) as n from marts.fct_orders')).toEqual([{ n: 3n }]);
  const left = "select table_name from information_schema.tables where table_schema like 'delta%'";
  expect(await warehouse.query(left)).toEqual([]);
});

test('diff blames the line of a seed that its column does not take', async () => {
  await using rig = await openShop();
  const { ask, edit } = rig;
  await ask('transform.run');
  await edit(
    'seeds/_seeds.yml',
    'version: 2\nseeds: [{ name: channels, config: { column_types: { label: bigint } } }]\n',
  );
  await expect(ask('transform.diff', { select: ['channels'] })).rejects.toMatchObject({
    code: 'TRANSFORM_SEED_INVALID',
    where: expect.stringMatching(/channels\.csv:2$/) as string,
  });
});

test('diff says what it cannot show: an edited staging model', async () => {
  await using rig = await openShop();
  const { ask, edit } = rig;
  await ask('transform.run');
  await edit(
    'models/staging/stg_orders.sql',
    smallShop['models/staging/stg_orders.sql']?.replace("'money'", "'price'") ?? '',
  );
  const { rows, notes } = await ask('transform.diff');
  expect(rows).toEqual([]);
  expect(notes).toContainEqual(expect.stringMatching(/not yet staged.*: stg_orders$/));
});

test('diff --against compares with another folder, and descendants follow what was edited', async () => {
  await using rig = await openShop();
  const { ask, edit } = rig;
  await ask('transform.run');
  const other = await writeProject(smallShop);
  expect((await ask('transform.diff', { against: other })).rows).toEqual([]);
  await edit(
    orders,
    "select order_id, channel, shipping_minor * 2 as shipping_minor, placed_at from {{ ref('int_orders') }} as o",
  );
  const { rows } = await ask('transform.diff', { against: other });
  expect(rows).toEqual([
    expect.objectContaining({ model: 'fct_orders', difference: 'rows changed', rows: 3 }),
    expect.objectContaining({ model: 'fct_orders', column: 'shipping_minor', rows: 3 }),
    expect.objectContaining({ model: 'agg_channels', difference: 'rows changed', rows: 2 }),
    expect.objectContaining({ model: 'agg_channels', column: 'shipping_minor', rows: 2 }),
  ]);
});

test('build refuses a failing unit test before anything is computed; run goes by the files as they are', async () => {
  await using rig = await openShop();
  const { ask, edit, transforms, paths } = rig;
  await ask('transform.build');
  await edit(
    orders,
    "select order_id, channel, shipping_minor + 1 as shipping_minor, placed_at from {{ ref('int_orders') }} as o",
  );
  await expect(ask('transform.build')).rejects.toMatchObject({
    code: 'CLI_UNIT_TEST_FAILED',
    where: 'unit test shipping_is_in_cents of fct_orders',
  });
  expect((await transforms.publication())?.version).toBe(1);
  expect((await readArtifact(paths.target, 'runResults')).results).toMatchObject([{ status: 'fail' }]);
  const dry = await ask('transform.run', { dryRun: true });
  expect(dry.rows).toMatchObject([
    { model: 'fct_orders', removed: 3, added: 3 },
    { model: 'agg_channels', removed: 2, added: 2 },
  ]);
  expect((await transforms.publication())?.version).toBe(1);
  expect((await ask('transform.run')).rows).toMatchObject([
    { model: 'channels', status: 'skipped' },
    { model: 'fct_orders', published: 2 },
    { model: 'agg_channels', published: 2 },
  ]);
  // The builds of the schedule go by the same files, else they would turn the rows back.
  expect(await transforms.build()).toMatchObject({ published: false });
});

test('--vars hold for one run, and a target of another engine is refused', async () => {
  await using rig = await openShop();
  const { ask, transforms } = rig;
  await ask('transform.run');
  const narrowed = await ask('transform.run', { vars: { least: 2 } });
  expect(narrowed.notes).toEqual([expect.stringContaining('--vars hold for this run only')]);
  expect(narrowed.rows).toContainEqual(
    expect.objectContaining({ model: 'fct_orders', removed: 1, added: 0 }),
  );
  expect(await transforms.build()).toMatchObject({ published: true });
  await expect(ask('transform.run', { target: 'production' })).rejects.toMatchObject({
    code: 'TRANSFORM_TARGET_MISMATCH',
  });
});

test('what failed is held back, told, and run again by retry', async () => {
  await using rig = await openShop();
  const { ask, edit, take } = rig;
  await ask('transform.run');
  await take([orderRow(4, '4', { channel: 'fax' })]);
  const failed = await ask('transform.run').then(
    ({ failure }) => failure?.code,
    (error: unknown) => error instanceof Error && 'code' in error && error.code,
  );
  expect(['TRANSFORM_HELD_BACK', 'TRANSFORM_CHECKS_FAILED']).toContain(failed);
  expect((await ask('transform.held')).rows).toMatchObject([
    { model: 'fct_orders', version: 1, reasons: expect.stringContaining('accepted_values_channel') },
    { model: 'agg_channels', version: 1 },
  ]);
  await edit(
    orders,
    "select order_id, replace(channel, 'fax', 'app') as channel, shipping_minor, placed_at from {{ ref('int_orders') }} as o",
  );
  const retried = await ask('transform.retry');
  expect(retried.failure).toBeUndefined();
  expect(retried.rows).toMatchObject([
    { model: 'fct_orders', status: 'published' },
    { model: 'agg_channels', status: 'published' },
  ]);
  expect((await ask('transform.retry')).notes).toEqual(['the last command left nothing undone']);
});

test('seed, rerun and backfill publish what differs and nothing else', async () => {
  await using rig = await openShop();
  const { ask, edit, take, warehouse } = rig;
  await ask('transform.run');
  await edit('seeds/channels.csv', 'channel,label\nweb,Web\napp,Application\n');
  expect((await ask('transform.seed')).rows).toMatchObject([{ model: 'channels', removed: 1, added: 1 }]);
  await take([orderRow(4, '4')]);
  await ask('transform.run');
  await warehouse.execute('update marts.fct_orders set shipping_minor = 7');
  const rerun = await ask('transform.rerun', { runOrVersion: '3', dryRun: true });
  expect(rerun.notes).toContain('dry run: nothing was published');
  expect(rerun.rows).toContainEqual(
    expect.objectContaining({
      model: 'fct_orders',
      keys_touched: 1,
      sample: 'order_id=4: shipping_minor 7 -> 0',
    }),
  );
  expect(rerun.json).toContainEqual({
    model: 'fct_orders',
    keys_touched: 1,
    removed: 1,
    added: 1,
    sample: [
      {
        change: 'changed',
        key: { order_id: '4' },
        before: { shipping_minor: '7' },
        after: { shipping_minor: '0' },
      },
    ],
  });
  expect((await ask('transform.rerun', { runOrVersion: '3' })).rows).toMatchObject([
    { model: 'channels', status: 'skipped' },
    { model: 'fct_orders', removed: 1, added: 1, published: 4 },
    { model: 'agg_channels', published: 4 },
  ]);
  const range = { select: ['fct_orders+'], from: '2026-03-01', to: '2026-03-06', chunk: '1d' };
  const preview = await ask('transform.backfill', { ...range, dryRun: true });
  expect(preview.rows).toContainEqual(expect.objectContaining({ model: 'fct_orders', removed: 3, added: 3 }));
  // A table that is built whole shows rows, too.
  expect(preview.rows).toContainEqual(
    expect.objectContaining({ model: 'agg_channels', sample: expect.stringContaining('channel=') as string }),
  );
  expect(preview.notes).toEqual(
    expect.arrayContaining([
      '5 chunks',
      'chunk 1: 2026-03-01 00:00:00.000 to 2026-03-02 00:00:00.000',
      'chunk 5: 2026-03-05 00:00:00.000 to 2026-03-06 00:00:00.000',
    ]),
  );
  const done = await ask('transform.backfill', range);
  expect(done.rows).toContainEqual(expect.objectContaining({ model: 'fct_orders', removed: 3, added: 3 }));
  expect(done.notes).toEqual([expect.stringMatching(/^backfill b\w+: 5 chunks; versions 5, 6$/)]);
  const [listed] = (await ask('transform.backfill-list')).rows;
  expect(listed).toMatchObject({ status: 'done', done: 5, chunks: 5 });
  expect((await ask('transform.backfill-cancel', { id: listed?.['id'] })).rows).toMatchObject([
    { cancelled: false },
  ]);
});

test('a backfill that is cancelled ends before its next chunk, and the same arguments begin anew', async () => {
  await using rig = await openShop();
  const { ask, transforms } = rig;
  await ask('transform.run');
  const cancel = async (): Promise<void> => {
    const [running] = await transforms.backfills();
    await transforms.cancelBackfill(running?.id ?? '');
  };
  let cancelling: Promise<void> | undefined;
  const engine = await transforms.reading({
    onProgress: ({ step, done = 0 }) => {
      if (step === 'backfill' && done > 0) cancelling ??= cancel();
    },
  });
  const range = { models: ['fct_orders'], from: '2026-03-01', to: '2026-04-01', chunk: '1d' };
  await expect(engine.backfill(range)).rejects.toMatchObject({ code: 'TRANSFORM_CANCELLED' });
  await cancelling;
  const [first] = (await ask('transform.backfill-list')).rows;
  expect(first).toMatchObject({ status: 'cancelled', chunks: 31 });
  expect(Number(first?.['done'])).toBeLessThan(31);
  await transforms.backfill(range);
  const statuses = (await ask('transform.backfill-list')).rows.map(({ status }) => String(status));
  expect(new Set(statuses)).toEqual(new Set(['cancelled', 'done']));
  expect(statuses).toHaveLength(2);
});

test('a run of a selection says which marts it leaves behind, and which to add when a check compares with them', async () => {
  await using rig = await openShop();
  const { ask, edit, take } = rig;
  await edit(
    'models/marts/_related.yml',
    `version: 2
models:
  - name: fct_notes
    config: { materialized: table }
    columns:
      - name: order_id
        data_tests: [{ relationships: { arguments: { to: ref('fct_orders'), field: order_id } } }]
`,
  );
  await edit('models/marts/fct_notes.sql', "select order_id from {{ ref('int_orders') }} as o\n");
  await ask('transform.run');
  await take([orderRow(4, '4')]);
  await expect(ask('transform.run', { select: ['fct_notes'] })).rejects.toMatchObject({
    code: 'TRANSFORM_CHECKS_FAILED',
    where: expect.stringMatching(/_related\.yml:7$/) as string,
    remedy: expect.stringContaining('Add `fct_orders` to --select') as string,
  });
  const some = await ask('transform.run', { select: ['fct_orders', 'fct_notes'] });
  expect(some.notes).toEqual([
    '2 marts have not read step 2 yet: channels, agg_channels; the next build of all does',
  ]);
  expect((await ask('transform.run')).notes).toBeUndefined();
});

test('a dry run fails where something would be held back, and shows the rest', async () => {
  await using rig = await openShop();
  const { ask, take, transforms } = rig;
  await ask('transform.run');
  await take([orderRow(4, '4', { channel: 'fax' })]);
  await transforms.stage();
  for (const dry of [
    await ask('transform.build', { dryRun: true }),
    await ask('transform.backfill', { select: ['fct_orders'], from: '2026-03-01', dryRun: true }),
  ]) {
    expect(dry.failure).toMatchObject({
      code: 'TRANSFORM_HELD_BACK',
      message: expect.stringContaining('fct_orders: accepted_values_channel') as string,
    });
    expect(dry.notes).toContain('dry run: nothing was published');
  }
  expect((await ask('transform.held')).rows).toEqual([]);
});

test.each([
  [
    'transform.run',
    'fct_*',
    '`fct_*` matches nothing: a pattern matches the whole name with its folders; write `*.fct_*`',
  ],
  [
    'transform.test',
    '+agg_*',
    '`+agg_*` matches nothing: a pattern matches the whole name with its folders; write `+*.agg_*`',
  ],
  ['transform.diff', 'tag:nightly*', '`tag:nightly*` matches nothing'],
])('%s says of %s that it matches nothing', async (verb, word, note) => {
  await using rig = await openShop();
  await rig.ask('transform.run');
  expect((await rig.ask(verb, { select: [word] })).notes).toContain(note);
});

test('freshness leaves sources.json and fails on what is stale; docs and their catalog are one page', async () => {
  await using rig = await openShop();
  const { ask, paths } = rig;
  await ask('transform.run');
  const { rows, failure } = await ask('transform.freshness');
  expect(rows).toMatchObject([{ source: 'shop.orders', status: 'error' }]);
  expect(failure?.code).toBe('CLI_SOURCES_STALE');
  expect((await readArtifact(paths.target, 'sources')).results).toMatchObject([{ status: 'error' }]);

  const [docs] = (await ask('transform.docs')).rows;
  expect(docs).toMatchObject({ page: `file://${paths.target}/index.html`, models: 5 });
  expect((await readArtifact(paths.target, 'catalog')).nodes['model.shop.fct_orders']?.columns).toMatchObject(
    {
      order_id: { type: 'BIGINT' },
    },
  );
  const html = await readFile(join(paths.target, 'index.html'), 'utf8');
  const data = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
  const { manifest, lineage } = JSON.parse(data);
  expect(manifest.nodes['model.shop.fct_orders'].description).toContain('</script><b>');
  expect(manifest.nodes['model.shop.agg_channels'].compiled_code).toContain('marts.fct_orders');
  expect(
    lineage.fct_orders.find((each: { column: string }) => each.column === 'shipping_minor').upstream,
  ).toEqual([{ relation: 'int_orders', column: 'shipping_minor', kind: 'direct' }]);
});

test.each([
  ['transform.run', { select: ['fct_ordrs'] }, 'SELECT_NO_MATCH', 'did you mean fct_orders?'],
  ['transform.run', { selector: 'nightly' }, 'SELECT_NO_MATCH', 'there is no selector nightly'],
  ['transform.run', { state: '/nowhere', select: ['state:new'] }, 'CLI_NOT_FOUND', 'there is no such folder'],
  ['transform.run', { target: 'prod' }, 'PROJECT_TARGET_UNKNOWN', 'there is no target prod'],
  ['transform.show', { limit: 5 }, 'CLI_OPERATION_INPUT', 'none is selected'],
  ['transform.show', { select: ['fct_orders+'], limit: 5 }, 'CLI_OPERATION_INPUT', '2 are selected'],
  ['transform.show', { inline: '{{ ref("nix") }}', limit: 5 }, 'TRANSFORM_UNKNOWN_REF', 'nix'],
  ['transform.retry', {}, 'ARTIFACT_MISSING', 'run_results.json'],
  ['transform.test', {}, 'TRANSFORM_NOTHING_PUBLISHED', 'no marts to check'],
  ['transform.rerun', { runOrVersion: '7' }, 'TRANSFORM_RUN_UNKNOWN', 'version 7'],
  ['transform.backfill', { select: ['fct_orders'] }, 'TRANSFORM_BACKFILL_INVALID', '0 of range, keys'],
  [
    'transform.backfill',
    { select: ['fct_ordrs'], keys: ['1'] },
    'TRANSFORM_UNKNOWN_REF',
    'did you mean fct_orders?',
  ],
  ['transform.backfill-cancel', { id: 'b0' }, 'TRANSFORM_RUN_UNKNOWN', 'there is no backfill b0'],
])('%s %j is refused with %s', async (name, input, code, words) => {
  await using rig = await openTransformRig(await writeProject(smallShop));
  await expect(rig.ask(name, input)).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
});
