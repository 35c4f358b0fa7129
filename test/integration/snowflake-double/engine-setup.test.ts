import { expect, test } from 'vitest';
import { establish } from '../../../warehouse/snowflake/setup/statements.ts';
import { planSetup } from '../../../warehouse/snowflake/setup/plan/plan.ts';
import { setupSettings } from '../../../warehouse/snowflake/setup/settings.ts';
import { accountRig } from '../../support/snowflake-double/engine/account-rig.ts';

const plan = planSetup(
  setupSettings.parse({
    database: 'SHOPWAVE',
    prefix: 'SHOPWAVE',
    edition: 'enterprise',
    monthlyCredits: 100,
    archive: { url: 's3://landing/shop', roleArn: 'arn:aws:iam::123456789012:role/archive' },
    pipeline: { workloadArn: 'arn:aws:iam::123456789012:role/pipeline' },
    semantic: { workloadArn: 'arn:aws:iam::123456789012:role/semantic' },
    allowedIps: ['10.0.0.0/8'],
  }),
);

test('an account takes every statement of the set-up, twice, without a warehouse at work', async () => {
  await using rig = await accountRig();
  const session = await rig.open({ role: 'ACCOUNTADMIN' });
  const statements = plan.sections.flatMap(({ items }) => items.flatMap(establish));
  expect(statements.length).toBeGreaterThan(100);
  const refused: string[] = [];
  for (const sql of [...statements, ...statements]) {
    const code = await session.refusal(sql);
    if (code !== undefined) refused.push(`${code} ${sql}`);
  }
  expect(refused).toEqual([]);
  expect(await session.rows("show schemas like 'MARTS' in database shopwave")).toMatchObject([
    { owner: 'SHOPWAVE_ADMIN' },
  ]);
});
