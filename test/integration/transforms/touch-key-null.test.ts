import { expect, test } from 'vitest';
import { seedProject } from './seed-project.ts';

const keyed = (tests: string): string => `
models:
  - name: fct_payments
    description: Payments, recomputed by order.
    columns: [{ name: order_id, description: Order.${tests} }]
    config:
      materialized: incremental
      unique_key: payment_id
      meta: { touch_key: order_id, touched_by: { payments: order_id } }
`;

const files = {
  'seeds/payments.csv': 'payment_id,order_id\n1,10\n2,20\n',
  'models/marts/fct_payments.sql':
    "select payment_id, order_id from {{ ref('payments') }} where {{ touched('order_id') }}",
  'models/marts/_marts.yml': keyed(''),
};

/** No change of its inputs would ever find a row without touch key again, so none may be published by a full build. */
test.each([
  ['by a check of the engine', '', 'touch_key_not_null'],
  ['by the declared one alone', ', data_tests: [not_null]', 'not_null_order_id'],
])('a row without touch key is held back, %s', async (_, declared, name) => {
  await using project = await seedProject({ ...files, 'models/marts/_marts.yml': keyed(declared) });
  await (await project.open()).build();
  await project.write({ 'seeds/payments.csv': 'payment_id,order_id\n1,10\n2,20\n3,\n' });
  const transforms = await project.open();
  const result = await transforms.build({ fullRefresh: true });
  expect(result.held).toMatchObject([{ model: 'fct_payments', version: 1 }]);
  const { reasons } = result.held[0] ?? { reasons: [] };
  expect(reasons).toHaveLength(1);
  expect(reasons[0]).toContain(name);
  expect(await project.rows('select payment_id from marts.fct_payments order by 1')).toEqual(['1', '2']);
});
