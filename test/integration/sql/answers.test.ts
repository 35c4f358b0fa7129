import { afterAll, beforeAll, expect, it } from 'vitest';
import type pg from 'pg';
import { startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

let gateway: Gateway;
let client: pg.Client;
beforeAll(async () => {
  gateway = await startGateway();
  client = await gateway.connect();
}, 60_000);
afterAll(() => gateway.stop());

/** Rows as arrays. */
async function rows(sql: string): Promise<unknown[][]> {
  const { rows: found } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
  return found;
}

it('answers measures by dimensions as they are defined', async () => {
  expect(await rows('select country, measure(gmv), measure(aov) from finance group by 1 order by 1')).toEqual(
    [
      ['DE', '201.10', '67.03'],
      ['FR', '100.10', '100.10'],
    ],
  );
});

it('adds what adds up over what is finer, and refuses what does not', async () => {
  expect(
    await rows('select extract(month from event_date) m, sum(gmv) from finance group by 1 order by 1'),
  ).toEqual([
    ['1', '220.40'],
    ['2', '80.80'],
  ]);
  await expect(
    rows('select extract(month from event_date) m, measure(aov) from finance group by 1'),
  ).rejects.toMatchObject({
    code: '0A000',
    message: expect.stringContaining('aov does not add up'),
  });
  await expect(
    rows("select case when category = 'books' then 1 end c, measure(orders) from operations group by 1"),
  ).rejects.toMatchObject({ code: '0A000' });
});

it('flattens what tools wrap around a view', async () => {
  expect(await rows(`select sum(q.gmv) from (select * from finance where country = 'DE') q`)).toEqual([
    ['201.10'],
  ]);
  expect(
    await rows(
      'with w as (select gmv as g, country c from finance) select c, sum(g) from w group by c order by c',
    ),
  ).toEqual([
    ['DE', '201.10'],
    ['FR', '100.10'],
  ]);
});

it('does the rest after aggregation', async () => {
  const joined = `
    with a as (select country, measure(gmv) g from finance group by 1),
         b as (select country, measure(orders) o from operations group by 1)
    select a.country, round(g / o, 2), rank() over (order by g desc) from a join b using (country) order by 1`;
  expect(await rows(joined)).toEqual([
    ['DE', '67.03', '1'],
    ['FR', '100.10', '2'],
  ]);
});

it('judges conditions that Cube has no filter for over the values that there are', async () => {
  expect(await rows(`select measure(aov) from finance where lower(country) like 'd%'`)).toEqual([['67.03']]);
  expect(
    await rows(
      'select measure(aov) from finance where country = (select country from finance group by 1 order by measure(gmv) desc limit 1)',
    ),
  ).toEqual([['67.03']]);
});

it('words errors as PostgreSQL does, with the position', async () => {
  await expect(rows('select nope from finance')).rejects.toMatchObject({ code: '42703', position: '8' });
  await expect(rows('select pg_sleep(1)')).rejects.toMatchObject({ code: '42501' });
  await expect(rows('selekt 1')).rejects.toMatchObject({ code: '42601', position: '1' });
});

it('has a catalogue that tells of nobody else', async () => {
  expect(await rows(`select rolname from pg_roles where rolname !~ '^pg_' order by 1`)).toEqual([
    ['local'],
    ['shopwave_owner'],
  ]);
  expect(
    await rows(
      `select data_type from information_schema.columns where table_name = 'finance' and column_name = 'gmv'`,
    ),
  ).toEqual([['numeric']]);
});

it('drills across views that are joined by __cubeJoinField', async () => {
  const joined = `
    select finance.country, measure(finance.gmv), measure(operations.orders)
    from finance join operations on finance.__cubeJoinField = operations.__cubeJoinField
    where finance.country in ('DE', 'FR') and finance.event_type = 'sale'
    group by 1 having measure(operations.orders) > 0 order by 1`;
  const apart = `
    select coalesce(f.country, o.country), g, n
    from (select country, measure(gmv) g from finance where country in ('DE', 'FR') and event_type = 'sale' group by 1) f
    full join (select country, measure(orders) n from operations where country in ('DE', 'FR') group by 1) o
      on f.country = o.country
    where n > 0 order by 1`;
  const answer = await rows(joined);
  expect(answer).toHaveLength(2);
  expect(answer).toEqual(await rows(apart));
  await expect(
    rows(
      'select event_type, measure(gmv), measure(orders) from finance join operations on finance.__cubeJoinField = operations.__cubeJoinField group by 1',
    ),
  ).rejects.toMatchObject({ code: '0A000', message: 'operations does not have what is grouped by' });
});

it('refuses an answer of gigabytes, and answers whoever comes next', async () => {
  await expect(rows("select repeat('x', 1000000) from generate_series(1, 2000)")).rejects.toMatchObject({
    code: '54000',
    message: 'the answer has more than 64 MB',
  });
  expect(await rows('select country from finance group by 1 order by 1')).toEqual([['DE'], ['FR']]);
});
