import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { dayBounds, dayItems, isTimeType } from '../../../../transforms/engine/materialize/prune-by.ts';
import type { Model, Project } from '../../../../transforms/engine/project/model.ts';
import { edited, first, openRig, sqlModel } from '../../../support/materialize-rig.ts';
import type { Rig } from '../../../support/materialize-rig.ts';
import { load } from '../project/temporary-project.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
beforeEach(() => rig.warehouse.execute('drop table if exists marts.pruned'));
afterAll(() => rig.close());

/** Rows of raw.events by id, pruned by when they happened. */
function pruned(pruneBy: string, sql = "select * from raw.events where {{ touched('id') }}"): Model {
  return sqlModel('pruned', sql, {
    materialization: {
      kind: 'incremental',
      strategy: 'keys_touched',
      uniqueKey: 'id',
      touchKey: 'id',
      touchedBy: {},
      pruneBy,
    },
  });
}

const events = (happened: string): Promise<number> =>
  rig.warehouse.execute(
    `create or replace table raw.events as select id, happened, 'new' as state
     from (values (1, ${happened}), (2, timestamp '2026-01-01 00:00:00'), (3, timestamp '2026-02-01 12:00:00')) as v(id, happened)`,
  );

test.each([
  ['a date', "date '2026-01-09'", 'date'],
  ['a timestamp late in the day', "timestamp '2026-01-09 23:59:59.999999'", 'timestamp'],
  ['a timestamp with nanoseconds', "timestamp '2026-01-09 23:59:59.999999'", 'timestamp_ns'],
  ['a timestamp with a zone', "timestamp '2026-01-09 18:30:00'", 'timestamptz'],
  ['the last day there is', "timestamp '9999-12-31 00:00:00'", 'timestamp'],
  ['no day at all', 'cast(null as timestamp)', 'timestamp'],
  ['infinity', "timestamp 'infinity'", 'timestamp'],
])('a row whose prune_by is %s is replaced, and not doubled', async (_, value, type) => {
  await events(`cast(${value} as timestamp)`);
  const model = pruned(
    'moment',
    `select id, cast(happened as ${type}) as moment, state from raw.events where {{ touched('id') }}`,
  );
  await rig.build([model], 'pruned', first);
  await rig.warehouse.execute("update marts.pruned set state = 'old' where id < 3");
  await rig.warehouse.execute('create or replace table raw.keys as select unnest([1, 2]) as touch_key');
  const plan = { kind: 'incremental', changedInputs: [], extraKeys: 'raw.keys' } as const;
  expect(await rig.build([model], 'pruned', plan)).toMatchObject({ removed: 2, added: 2 });
  expect(await rig.rows('select id, state from marts.pruned order by id')).toEqual([
    { id: 1, state: 'new' },
    { id: 2, state: 'new' },
    { id: 3, state: 'new' },
  ]);
});

test('bounds are literals around the days of the rows', async () => {
  await events("timestamp '2026-01-09 18:30:00'");
  const [row] = await rig.rows(`select ${dayItems('(from raw.events where id < 3)', 'happened')}`);
  expect(dayBounds('happened', row)).toBe("happened >= date '2026-01-01' and happened < date '2026-01-10'");
});

test.each([
  ['of another type, on the first build', 'state', first, /prune_by state is VARCHAR/],
  ['of another type, on a later build', 'state', edited, /prune_by state is VARCHAR/],
  ['that the model does not have', 'hapened', first, /no column of it; did you mean happened\?/],
])('a prune_by %s is an error', async (_, pruneBy, plan, says) => {
  await events("timestamp '2026-01-09 18:30:00'");
  if (plan === edited) await rig.build([pruned('happened')], 'pruned', first);
  await expect(rig.build([pruned(pruneBy)], 'pruned', plan)).rejects.toMatchObject({
    code: 'TRANSFORM_PRUNE_BY_INVALID',
    message: expect.stringMatching(says) as string,
  });
});

test('a prune_by of another type is an error when touched keys are computed', async () => {
  await events("timestamp '2026-01-09 18:30:00'");
  await rig.build([pruned('happened')], 'pruned', first);
  await rig.warehouse.execute('create or replace table raw.keys as select 1 as touch_key');
  await expect(
    rig.build([pruned('id')], 'pruned', { kind: 'incremental', changedInputs: [], extraKeys: 'raw.keys' }),
  ).rejects.toMatchObject({ code: 'TRANSFORM_PRUNE_BY_INVALID' });
});

test.each([
  ['date', true],
  ['TIMESTAMP WITH TIME ZONE', true],
  ['timestamp_ntz(9)', true],
  ['timestamptz', true],
  ['datetime', true],
  ['varchar', false],
  ['bigint', false],
  ['time', false],
  ['daterange', false],
])('%s can be bounded by days: %s', (type, expected) => {
  expect(isTimeType(type)).toBe(expected);
});

function declaring(type: string): Promise<Project> {
  return load({
    'models/marts/_marts.yml': `version: 2
models:
  - { name: agg_orders, description: How many. }
  - name: fct_orders
    description: Orders.
    config:
      materialized: incremental
      incremental_strategy: keys_touched
      unique_key: order_id
      meta: { touch_key: order_id, prune_by: happened, touched_by: { stg_orders: order_id } }
    columns:
      - { name: happened, ${type} }
`,
  });
}

test('a prune_by whose declared type is none of time does not compile', async () => {
  await expect(declaring('data_type: varchar(20)')).rejects.toMatchObject({
    code: 'PROJECT_SETTING_INVALID',
    where: expect.stringContaining('_marts.yml:7') as string,
    message: expect.stringContaining('prune_by happened is declared varchar(20)') as string,
  });
  for (const fit of ['data_type: timestamp_ntz', 'description: No type.']) {
    expect((await declaring(fit)).models.get('fct_orders')?.materialization).toMatchObject({
      pruneBy: 'happened',
    });
  }
});
