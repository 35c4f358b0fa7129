import { expect, test } from 'vitest';
import { seedProject } from './seed-project.ts';

const properties = (mapping: string): string => `
models:
  - name: fct_payments
    description: Payments, recomputed by order.
    config:
      materialized: incremental
      unique_key: payment_id
      meta:
        touch_key: order_id
        touched_by:
          payments: order_id
          orders: ${mapping}
`;

const files = {
  'seeds/payments.csv': 'payment_id,order_id\n1,10\n2,20\n',
  'seeds/orders.csv': 'order_id,channel\n10,web\n20,app\n',
  'models/marts/fct_payments.sql': `select p.payment_id, p.order_id, o.channel from {{ ref('payments') }} as p
join {{ ref('orders') }} as o on o.order_id = p.order_id where {{ touched('p.order_id') }}`,
};

const fault = {
  code: 'TRANSFORM_MAPPING_FAILED',
  where: expect.stringContaining('_marts.yml:12') as string,
  message: expect.stringMatching(
    /fct_payments: the mapping of orders .*"order_idd".*did you mean order_id\?/s,
  ) as string,
};

test('a mapping that cannot be bound is found by the first build, which reads none, and by a dry run', async () => {
  await using project = await seedProject({ ...files, 'models/marts/_marts.yml': properties('order_idd') });
  const transforms = await project.open();
  const previewed = await transforms.build({ dryRun: true });
  expect(previewed.held[0]?.reasons[0]).toContain('the mapping of orders');
  await expect(transforms.build()).rejects.toMatchObject(fault);
});

test('a mapping that fails on changed rows is named, and holds its model back alone', async () => {
  await using project = await seedProject({ ...files, 'models/marts/_marts.yml': properties('order_id') });
  await (await project.open()).build();
  // Its mappings alone make no model outdated.
  await project.write({
    'models/marts/_marts.yml': properties('select order_idd as touch_key from {{ changed() }}'),
    'seeds/orders.csv': 'order_id,channel\n10,web\n20,web\n',
  });
  const { held } = await (await project.open()).build();
  expect(held[0]?.reasons[0]).toMatch(/the mapping of orders .*"order_idd".*did you mean order_id\?/);
});
