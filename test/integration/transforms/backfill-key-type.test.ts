import { expect, test } from 'vitest';
import { seedProject } from './seed-project.ts';

const files = {
  'seeds/payments.csv': 'payment_id,order_id\n1,10\n2,20\n',
  'models/marts/fct_payments.sql':
    "select payment_id, order_id from {{ ref('payments') }} where {{ touched('order_id') }}",
  'models/marts/_marts.yml': `
models:
  - name: fct_payments
    description: Payments, recomputed by order.
    columns: [{ name: order_id, description: Order. }]
    config:
      schema: Finance
      materialized: incremental
      unique_key: payment_id
      meta: { touch_key: order_id, touched_by: { payments: order_id } }
`,
};

/** Taken as text, no key could be compared with its column, and neither what is wrong nor what is right would be known. */
test('a key that is none of the type of its column is refused, in a schema written with capitals, too', async () => {
  await using project = await seedProject(files);
  const transforms = await project.open();
  await transforms.build();
  const backfill = (keys: readonly string[]): Promise<unknown> =>
    transforms.backfill({ models: ['fct_payments'], keys });
  await expect(backfill(['ten'])).rejects.toMatchObject({ code: 'TRANSFORM_BACKFILL_INVALID' });
  await expect(backfill(['10'])).resolves.toBeDefined();
});
