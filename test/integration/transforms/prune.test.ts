import { expect, test } from 'vitest';
import { silentLogger } from '../../../lib/logger.ts';
import { systemClock } from '../../../lib/clock.ts';
import type { Clock } from '../../../lib/clock.ts';
import { ShopwaveError } from '../../../lib/errors.ts';
import type { Transforms, TransformsOptions } from '../../../transforms/engine/transforms.ts';
import { withStatementHook } from '../../support/faulty-warehouse.ts';
import { seedProject } from './seed-project.ts';
import type { SeedProject } from './seed-project.ts';

const properties = (config = ''): string => `
models:
  - name: rate_keyed
    description: 'By touched key.'
    config:
      materialized: incremental
      incremental_strategy: keys_touched
      unique_key: currency
      meta: { touch_key: currency, touched_by: { rates: currency } }
${config}`;
const sql = "select currency, rate from {{ ref('rates') }} where {{ touched('currency') }}";
const files = {
  'seeds/rates.csv': 'currency,rate\nEUR,1.1\nGBP,1.3\n',
  'models/marts/rate_keyed.sql': sql,
  'models/marts/rate_all.sql': "select currency, rate from {{ ref('rates') }}",
  'models/models.yml': properties(),
  'models/all.yml': "models: [{ name: rate_all, description: 'All.', config: { materialized: table } }]\n",
};
const brief = { vars: { feed_retention: '0d' } };
const without = { 'models/marts/rate_keyed.sql': null, 'models/models.yml': null };

/** The seed at another rate, built with what was consumed pruned at once. */
async function take(
  project: SeedProject,
  rate: string,
  change?: Partial<TransformsOptions>,
): Promise<Transforms> {
  await project.write({ 'seeds/rates.csv': `currency,rate\nEUR,${rate}\nGBP,1.3\n` });
  const transforms = await project.open(change);
  await transforms.build(brief);
  return transforms;
}

/** A model that was there at first, and is not while what it has not read is pruned. */
async function removedMeanwhile(): Promise<SeedProject> {
  const project = await seedProject(files);
  await (await project.open()).build();
  await project.write(without);
  await take(project, '1.2');
  // What goes is older than the publication before: two of them, and the change to 1.2 is gone.
  await take(project, '1.2001');
  await take(project, '1.2002');
  return project;
}

test('a model that comes back is made whole, because what it has missed is gone', async () => {
  await using project = await removedMeanwhile();
  await project.write({ 'models/marts/rate_keyed.sql': sql, 'models/models.yml': properties() });
  const result = await (await project.open()).build();
  expect(result.models.find(({ model }) => model === 'rate_keyed')).toMatchObject({ kind: 'full' });
  expect(await project.rows('select currency, rate from marts.rate_keyed order by all')).toEqual([
    'EUR 1.2002',
    'GBP 1.3',
  ]);
});

test('one that may not be rebuilt is held back instead, and says why', async () => {
  await using project = await removedMeanwhile();
  await project.write({
    'seeds/rates.csv': 'currency,rate\nEUR,1.5\nGBP,1.3\n',
    'models/marts/rate_keyed.sql': sql,
    'models/models.yml': properties('      full_refresh: false\n'),
  });
  const result = await (await project.open()).build();
  expect(result).toMatchObject({
    published: true,
    held: [{ model: 'rate_keyed', reasons: [expect.stringContaining('FULL_REFRESH_FORBIDDEN')] }],
  });
});

test('what everybody has read goes after its time by the clock of the engine', async () => {
  await using project = await seedProject(files);
  let now = new Date('2020-01-01T00:00:00Z');
  const clock: Clock = { ...systemClock, now: () => now };
  const built = async (rate: string, days: number): Promise<void> => {
    now = new Date(now.getTime() + days * 86_400_000);
    await project.write({ 'seeds/rates.csv': `currency,rate\nEUR,${rate}\nGBP,1.3\n` });
    await (await project.open({ clock })).build();
  };
  const steps = (): Promise<string[]> => project.rows('select distinct _step from feed.rates order by all');
  await built('1.1', 0);
  await built('1.2', 1);
  expect(await steps()).toEqual(['2']);
  await built('1.3', 2.5);
  expect(await steps()).toEqual(['2', '3']);
  await built('1.4', 2);
  expect(await steps()).toEqual(['3', '4']);
  await built('1.5', 27);
  expect(await steps()).toEqual(['5']);
});

test('a retention that is no duration is refused before anything is computed or noted', async () => {
  await using project = await seedProject(files);
  const transforms = await project.open();
  const refused = {
    code: 'TRANSFORM_RETENTION_INVALID',
    message: expect.stringContaining('3 days') as string,
  };
  await expect(transforms.build({ vars: { feed_retention: '3 days' } })).rejects.toMatchObject(refused);
  expect(await transforms.publication()).toBeUndefined();
  await project.write({
    'dbt_project.yml':
      'name: shopwave\nversion: 1.0.0\nconfig-version: 2\nprofile: shopwave\nvars: { feed_retention: 3 days }\n',
  });
  const edited = await project.open();
  await expect(edited.backfill({ models: ['rate_keyed'], keys: ['EUR'] })).rejects.toMatchObject(refused);
  expect(await edited.backfills()).toEqual([]);
});

test('what fails after the commit is told, and takes neither the version back nor a chunk again', async () => {
  await using project = await seedProject(files);
  await (await project.open()).build();
  await project.warehouse.execute('update marts.rate_keyed set rate = 9');
  const errors: string[] = [];
  const hooked = withStatementHook(project.warehouse, (statement) => {
    if (!statement.includes('update _meta.pruned')) return;
    throw new ShopwaveError(
      'WAREHOUSE_CONFLICT',
      { summary: '', remedy: '', retryable: true },
      { message: 'busy' },
    );
  });
  await project.write({
    'dbt_project.yml':
      'name: shopwave\nversion: 1.0.0\nconfig-version: 2\nprofile: shopwave\nvars: { feed_retention: 0d }\n',
  });
  const logger = { ...silentLogger, error: (message: string) => void errors.push(message) };
  const transforms = await project.open({ logger }, hooked);
  expect(await transforms.backfill({ models: ['rate_keyed'], keys: ['EUR', 'GBP'] })).toMatchObject({
    versions: [2],
    models: expect.arrayContaining([{ model: 'rate_keyed', removed: 2, added: 2 }]) as unknown,
  });
  expect(errors).toEqual(['what was consumed long ago could not be pruned: busy']);
});
