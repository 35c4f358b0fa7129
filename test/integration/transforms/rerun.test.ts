import { expect, test } from 'vitest';
import { withStatementHook } from '../../support/faulty-warehouse.ts';
import { seedProject } from './seed-project.ts';
import type { SeedProject } from './seed-project.ts';

const keyed = `
    config:
      materialized: incremental
      incremental_strategy: keys_touched
      unique_key: currency
      meta: { touch_key: currency, touched_by: { rates: currency } }`;
const files = {
  'seeds/rates.csv': 'currency,rate\nEUR,1.1\nGBP,1.3\n',
  'models/marts/rate_keyed.sql':
    "select currency, rate from {{ ref('rates') }} where {{ touched('currency') }}",
  'models/marts/rate_other.sql':
    "select currency, rate from {{ ref('rates') }} where {{ touched('currency') }}",
  'models/marts/rate_log.sql': "select currency, rate from {{ ref('rates') }}",
  'models/models.yml': `
models:
  - name: rate_keyed
    description: 'By touched key.'${keyed}
  - name: rate_other
    description: 'By touched key, too.'${keyed}
  - name: rate_log
    description: 'Appended; what it has seen is seen nowhere else.'
    config: { materialized: incremental, incremental_strategy: append, full_refresh: false }
`,
};

/** Two versions; of the second everything but rate_other is part. */
async function twoVersions(): Promise<SeedProject> {
  const project = await seedProject(files);
  await (await project.open()).build();
  await project.write({ 'seeds/rates.csv': 'currency,rate\nEUR,1.2\nGBP,1.3\n' });
  await (await project.open()).build({ select: new Set(['rates', 'rate_keyed', 'rate_log']) });
  return project;
}

test('a rerun leaves a log alone whose history cannot be made again, and mends the rest', async () => {
  await using project = await twoVersions();
  const history = await project.rows('select currency, rate from marts.rate_log order by all');
  expect(history).toEqual(['EUR 1.1', 'EUR 1.2', 'GBP 1.3', 'GBP 1.3']);
  await project.warehouse.execute("update marts.rate_keyed set rate = 9 where currency = 'EUR'");
  const transforms = await project.open();
  expect(await transforms.rerun(2)).toMatchObject({ published: true, held: [] });
  expect(await project.rows('select currency, rate from marts.rate_log order by all')).toEqual(history);
  expect(await project.rows('select currency, rate from marts.rate_keyed order by all')).toEqual([
    'EUR 1.2',
    'GBP 1.3',
  ]);
  await expect(transforms.backfill({ models: ['rate_log'], fullRebuild: true })).rejects.toMatchObject({
    code: 'TRANSFORM_FULL_REFRESH_FORBIDDEN',
  });
});

test.each([
  ['while it waited for its turn', 'update _meta.build_lease set holder = ?, lease_until', false],
  ['while a dry run read them', '.rate_keyed__asked as', true],
])('changes that were pruned %s are missed, and not taken for none', async (_, at, dryRun) => {
  await using project = await twoVersions();
  const { warehouse } = project;
  await warehouse.execute("update marts.rate_keyed set rate = 9 where currency = 'EUR'");
  let isPruned = false;
  const hooked = withStatementHook(warehouse, async (sql) => {
    if (isPruned || !sql.includes(at)) return;
    isPruned = true;
    await warehouse.execute('update _meta.pruned set version = 2');
    await warehouse.execute('delete from feed.rates');
  });
  const transforms = await project.open({}, hooked);
  await expect(transforms.rerun(2, { dryRun, models: ['rate_keyed'] })).rejects.toMatchObject({
    code: 'TRANSFORM_INPUTS_PRUNED',
  });
  expect(isPruned).toBe(true);
});

test('a model for which a run consumed nothing is refused, with those for which it did', async () => {
  await using project = await twoVersions();
  const transforms = await project.open();
  await expect(transforms.rerun(2, { models: ['rate_keyed', 'rate_other'] })).rejects.toMatchObject({
    code: 'TRANSFORM_MODEL_NOT_IN_RUN',
    message: 'version 2 consumed nothing for rate_other, it did for rate_keyed, rate_log',
  });
  // A seed consumes nothing in any run, and comes along with a selection such as `+rate_keyed`. What has not read the
  // seed yet comes along by itself: no version holds marts at different positions.
  const again = await transforms.rerun(2, { models: ['rates', 'rate_keyed'] });
  expect(again).toMatchObject({ published: true, behind: { models: [], readers: [] } });
  expect(again.models).toContainEqual(expect.objectContaining({ model: 'rate_other', removed: 1, added: 1 }));
  expect(await transforms.rerun(2, { models: ['rates', 'rate_keyed'] })).toMatchObject({ published: false });
});

test('a first build cannot be run again, and is not said to have been rebuilt since', async () => {
  await using project = await twoVersions();
  await expect((await project.open()).rerun(1)).rejects.toMatchObject({
    code: 'TRANSFORM_INPUTS_PRUNED',
    message: 'it read rates whole, as a first build does, and not changes that could be read again',
  });
});
