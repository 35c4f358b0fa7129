import { expect, test } from 'vitest';
import { readArtifact } from '../../../transforms/engine/artifacts/files.ts';
import { orderRow } from '../../support/shop-rows.ts';
import { openTransformRig } from '../../support/transform-rig.ts';
import { writeProject } from '../../unit/transforms/project/temporary-project.ts';
import { smallShop } from './small-shop.ts';

const equal = `select s.order_id from {{ ref('stg_orders') }} as s
full outer join {{ ref('fct_orders') }} as o on o.order_id = s.order_id
where o.order_id is distinct from s.order_id
`;

test('while staging is ahead, checks that compare with it are named as not run, and nobody takes that for passed', async () => {
  await using rig = await openTransformRig(
    await writeProject({ ...smallShop, 'tests/assert_orders_equal_staging.sql': equal }),
  );
  const { ask, take, transforms, paths } = rig;
  await take([orderRow(1, '1')]);
  await ask('transform.run');
  const whole = await ask('transform.test');
  expect(whole.failure).toBeUndefined();

  await take([orderRow(2, '2')]);
  await transforms.stage();
  const ahead = await ask('transform.test');
  expect(ahead.rows).toHaveLength(whole.rows.length);
  const why = 'it compares with staging, and fct_orders has not read step 2 of it yet';
  expect(ahead.rows.filter(({ status }) => status !== 'pass')).toEqual([
    {
      model: 'fct_orders',
      check: 'assert_orders_equal_staging',
      status: 'skipped',
      failures: null,
      message: why,
    },
  ]);
  expect(ahead.failure).toMatchObject({
    code: 'QUALITY_BEHIND_STAGING',
    message: `1 of ${whole.rows.length} checks were not run; assert_orders_equal_staging: ${why}`,
    remedy: expect.stringContaining('shopwave transform build') as string,
  });
  const { results } = await readArtifact(paths.target, 'runResults');
  expect(results.find(({ unique_id }) => unique_id.includes('assert_orders_equal_staging'))).toMatchObject({
    status: 'skipped',
    message: why,
  });

  await ask('transform.run');
  expect((await ask('transform.retry')).rows).toEqual([]);
  expect((await ask('transform.test')).failure).toBeUndefined();
});

test('a check of one mart with staging is run though another mart lags behind', async () => {
  await using rig = await openTransformRig(
    await writeProject({ ...smallShop, 'tests/assert_orders_equal_staging.sql': equal }),
  );
  const { ask, take } = rig;
  await take([orderRow(1, '1')]);
  await ask('transform.run');
  await take([orderRow(2, '2')]);
  await ask('transform.run', { select: ['fct_orders'] });
  expect((await ask('transform.test')).failure).toBeUndefined();
});
