import { expect, test } from 'vitest';
import { orderRow } from '../../support/shop-rows.ts';
import { openTransformRig } from '../../support/transform-rig.ts';
import type { TransformRig } from '../../support/transform-rig.ts';
import { writeProject } from '../../unit/transforms/project/temporary-project.ts';
import { smallShop } from './small-shop.ts';

const marts = 'models/marts/_marts.yml';
const orders = 'models/marts/fct_orders.sql';

/** agg_channels promises its columns; `type` is that of orders. */
function promised(type: string): string {
  return `version: 2
models:
  - name: fct_orders
    config:
      materialized: incremental
      incremental_strategy: keys_touched
      unique_key: order_id
      on_schema_change: sync_all_columns
      meta: { touch_key: order_id, touched_by: { stg_orders: order_id } }
  - name: agg_channels
    config: { materialized: table, contract: { enforced: true } }
    columns:
      - { name: channel, data_type: varchar }
      - { name: label, data_type: varchar }
      - { name: orders, data_type: ${type} }
      - { name: shipping_minor, data_type: hugeint }
`;
}

async function openShop(): Promise<TransformRig> {
  const rig = await openTransformRig(await writeProject({ ...smallShop, [marts]: promised('bigint') }));
  await rig.take([orderRow(1, '1', { shipping_amount: '1.00' })]);
  await rig.ask('transform.run');
  return rig;
}

test('a contract that was edited alone is enforced although there is nothing to compute', async () => {
  await using rig = await openShop();
  const { ask, edit, transforms } = rig;
  await edit(marts, promised('varchar'));
  await expect(ask('transform.build')).rejects.toMatchObject({
    code: 'TRANSFORM_CONTRACT_BROKEN',
    message: expect.stringContaining('orders is declared VARCHAR and selected BIGINT') as string,
    where: expect.stringMatching(/_marts\.yml:15$/) as string,
  });
  expect((await transforms.publication())?.version).toBe(1);
  await edit(marts, promised('bigint'));
  expect((await ask('transform.build')).failure).toBeUndefined();
});

test('a breach refuses the run before the first delta: the models that are right are not published either', async () => {
  await using rig = await openShop();
  const { ask, edit, take, transforms, warehouse } = rig;
  await take([orderRow(2, '2', { shipping_amount: '2.00' })]);
  // What breaks the contract is an edit of what the model reads, whose new column it reads already.
  await edit(
    orders,
    "select order_id, channel, shipping_minor as minor, placed_at from {{ ref('int_orders') }} as o\n",
  );
  await edit(
    'models/marts/agg_channels.sql',
    `select o.channel, max(c.label) as label, count(*) as orders, sum(o.minor) as shipping
from {{ ref('fct_orders') }} as o left join {{ ref('channels') }} as c on c.channel = o.channel group by o.channel
`,
  );
  await expect(ask('transform.run')).rejects.toMatchObject({
    code: 'TRANSFORM_CONTRACT_BROKEN',
    message: expect.stringContaining('shipping_minor is declared and not selected') as string,
  });
  expect((await transforms.publication())?.version).toBe(1);
  expect(await transforms.heldBack()).toEqual([]);
  expect(
    await warehouse.query(
      "select table_name from information_schema.tables where table_schema like 'delta%'",
    ),
  ).toEqual([]);
  // Over the edited input the same contract is kept, although the published one lacks the column.
  await edit(
    'models/marts/agg_channels.sql',
    `select o.channel, max(c.label) as label, count(*) as orders, sum(o.minor) as shipping_minor
from {{ ref('fct_orders') }} as o left join {{ ref('channels') }} as c on c.channel = o.channel group by o.channel
`,
  );
  expect((await ask('transform.run')).rows).toContainEqual(
    expect.objectContaining({ model: 'agg_channels', published: 2 }),
  );
});

test('a contract is judged by the inputs that the run will read: an edited one that is not selected is as published', async () => {
  await using rig = await openShop();
  const { ask, edit } = rig;
  await edit(
    orders,
    "select order_id, channel, cast(shipping_minor as double) as shipping_minor, placed_at from {{ ref('int_orders') }} as o\n",
  );
  const alone = await ask('transform.run', { select: ['agg_channels'] });
  expect(alone.failure).toBeUndefined();
  await expect(ask('transform.run', { select: ['fct_orders+'] })).rejects.toMatchObject({
    code: 'TRANSFORM_CONTRACT_BROKEN',
    message: expect.stringContaining('shipping_minor is declared HUGEINT and selected DOUBLE') as string,
  });
});
