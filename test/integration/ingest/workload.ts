import type { CapturedTable } from '../../../ingest/postgres/shop-tables.ts';
import type { TestDatabase } from '../../support/postgres.ts';

/** Stands in every column that must not leave the shop. */
export const canary = 'CANARY-4242424242424242';

export const workloadSchema = `
  create type mood as enum ('sad', 'ok', 'happy');
  create domain cents as numeric(20, 4) check (value > -1e15);
  create type place as (x numeric, label text);
  create table items (
    id bigint primary key, n numeric, f float8, r real, d date, ts timestamp, tz timestamptz, tod time,
    arr int[], words text[], js jsonb, b bytea, dom cents, nr numrange, tr tstzmultirange, moods mood[], pl place,
    money numeric(38, 10), ttz timetz, bits bit varying, net inet, tsv tsvector, j json, iv interval, flag boolean, ch char(6), m mood, big text,
    hidden text default '${canary}',
    twice bigint generated always as (id * 2) stored
  );
  create table "Pairs" (a int, b text, v text, hidden text default '${canary}', primary key (b, a));
  create table logs (id int primary key, msg text);
  create table secrets (id int primary key, card text);
  create table logs_child () inherits (logs);`;

export const workloadTables: readonly CapturedTable[] = [
  {
    table: 'items',
    key: ['id'],
    columns: [
      'id',
      'n',
      'f',
      'r',
      'd',
      'ts',
      'tz',
      'tod',
      'arr',
      'words',
      'js',
      'b',
      'iv',
      'flag',
      'ch',
      'm',
      'big',
      'dom',
      'nr',
      'tr',
      'moods',
      'pl',
      'money',
      'ttz',
      'bits',
      'net',
      'tsv',
      'j',
    ],
  },
  { table: 'Pairs', key: ['a', 'b'], columns: ['a', 'b', 'v'] },
  { table: 'logs', key: ['id'], columns: ['id', 'msg'] },
];

const special = {
  n: ['NaN', 'Infinity', '-Infinity', '123456789012345678901234567890123456789', '0.10', '-0', null],
  f: ['NaN', '-Infinity', '1e-300', '0.1', '-0', null],
  r: ['3.4028235e38', '0.1', null],
  d: ['infinity', '-infinity', '4713-01-01 BC', '5874897-12-31', '2024-02-29', null],
  ts: ['infinity', '0044-03-15 12:00:00 BC', '2024-01-01 00:00:00.000001', null],
  tz: ['-infinity', '294276-12-31 23:59:59+00', '2024-01-01 00:00:00.123456+05', null],
  tod: ['24:00:00', '00:00:00.000001', null],
  arr: ['{1,NULL,3}', '{}', '{{1,2},{3,4}}', null],
  words: ['{"a,b","",NULL,"\\"q\\"",\\\\x}', null],
  js: ['{"b":1,"a":{"x":[1,2.50,null]},"b":2}', '"\\u20ac \\n"', 'null', null],
  b: ['\\xdeadbeef00', '\\x', null],
  iv: ['1 mon -2 days +03:00:00', '0', null],
  flag: ['t', 'f', null],
  ch: ['ab', '', null],
  m: ['sad', 'happy', null],
  dom: ['0.10', '-99999999999999.9999', null],
  nr: ['[1.50,2)', '(,)', 'empty', null],
  tr: ['{[2024-01-01 00:00:00+00,2024-01-02 00:00:00.000001+00),[infinity,)}', '{}', null],
  moods: ['{sad,NULL,happy}', null],
  pl: ['(1.50,"a,b")', '(,)', null],
  money: ['1234567890123456789012345678.0123456789', '0', null],
  ttz: ['24:00:00+05:30', '00:00:00.000001-12', null],
  bits: ['101', '', null],
  net: ['2001:db8::1/64', '10.0.0.1', null],
  tsv: ["'a':1A 'b c':2", null],
  j: ['{"b" : 1,\n "a":1, "a":2}', null],
} as const;

type Random = (below: number) => number;

/** A small seeded generator: the numbers of a seed are the same everywhere. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

interface Statement {
  readonly sql: string;
  readonly values: ReadonlyArray<string | number | null>;
}

const texts = ['', 'tab\there', 'line\nbreak', 'back\\slash \\N', '"quoted"', 'ünï 😀', '\u0001\u001f', null];

/** Larger than a page and hard to compress, so that PostgreSQL stores it out of line. */
const large = (random: Random): string =>
  Array.from({ length: 900 }, () => random(2 ** 30).toString(36)).join('');

function insertItem(random: Random): Statement {
  const columns = Object.entries(special);
  const values = columns.map(([, choices]) => choices[random(choices.length)] ?? null);
  const names = columns.map(([name]) => name).join(', ');
  const marks = columns.map((_, index) => `$${index + 3}`).join(', ');
  const big = random(3) === 0 ? large(random) : (texts[random(texts.length)] ?? null);
  return {
    sql: `insert into items (id, big, ${names}) values ($1, $2, ${marks}) on conflict do nothing`,
    values: [random(60), big, ...values],
  };
}

/** What a transaction may do; drawn evenly. */
const statements: ReadonlyArray<(random: Random) => Statement> = [
  insertItem,
  insertItem,
  (random) => ({
    sql: 'update items set flag = not flag, ch = $2 where id = $1',
    values: [random(60), `c${random(99)}`],
  }),
  (random) => ({ sql: 'update items set hidden = hidden where id = $1', values: [random(60)] }),
  (random) => ({ sql: 'update items set id = $2 where id = $1', values: [random(60), random(60)] }),
  (random) => ({
    sql: 'update items set id = $2, n = 1 where id = $1',
    values: [random(60), 60 + random(60)],
  }),
  (random) => ({ sql: 'update items set big = $2 where id = $1', values: [random(60), large(random)] }),
  (random) => ({ sql: 'delete from items where id = $1', values: [random(60)] }),
  (random) => ({
    sql: 'insert into "Pairs" values ($1, $2, $3) on conflict (a, b) do update set v = excluded.v',
    values: [random(9), `k${random(4)}`, texts[random(texts.length)] ?? null],
  }),
  (random) => ({ sql: 'update "Pairs" set a = a + 1 where b = $1', values: [`k${random(4)}`] }),
  (random) => ({ sql: 'delete from "Pairs" where a > $1', values: [6 + random(9)] }),
  (random) => ({
    sql: 'insert into logs select g, $2 from generate_series($1::int, $1::int + 5) g on conflict do nothing',
    values: [random(500), 'm'],
  }),
  () => ({
    sql: 'insert into secrets select count(*)::int + (random() * 1e9)::int, $1 from secrets on conflict do nothing',
    values: [canary],
  }),
  (random) => ({ sql: 'insert into logs_child values ($1, $2)', values: [random(2 ** 30), canary] }),
  (random) =>
    random(20) === 0
      ? { sql: 'truncate only logs', values: [] }
      : { sql: 'delete from logs where id = $1', values: [random(500)] },
];

/** Runs random transactions of several statements; some are rolled back, some in part. */
export async function runWorker(shop: TestDatabase, seed: number, transactions: number): Promise<void> {
  const random = seeded(seed);
  const client = await shop.pool.connect();
  try {
    for (let count = 0; count < transactions; count += 1) {
      await client.query('begin');
      try {
        for (let step = random(6); step >= 0; step -= 1)
          await runStep(random, (each) => client.query(each.sql, [...each.values]));
        await client.query(random(8) === 0 ? 'rollback' : 'commit');
      } catch (error) {
        await client.query('rollback');
        // A duplicate key or a deadlock between workers is part of life; anything else is a broken test.
        const state = (error as { code?: string }).code ?? '';
        if (!['23505', '40P01'].includes(state)) throw error;
      }
    }
  } finally {
    client.release();
  }
}

/** What every run must have streamed, whatever chance and the load of the machine made of the rest. */
export async function finishWorkload(shop: TestDatabase, seed: number): Promise<void> {
  await runWorker(shop, seed + 7, 60);
  await shop.pool.query('insert into items (id, big) values (-1, $1), (-2, $1)', [large(seeded(seed))]);
  await shop.pool.query('update items set flag = true where id = -1');
  await shop.pool.query('update items set id = -3 where id = -2');
  await shop.pool.query('truncate only logs');
  await shop.pool.query(`insert into logs values (-1, 'last')`);
  await shop.pool.query(`insert into "Pairs" values (-1, 'last')`);
}

async function runStep(random: Random, run: (statement: Statement) => Promise<unknown>): Promise<void> {
  const statement = statements[random(statements.length)]?.(random);
  if (statement === undefined) return;
  if (random(10) > 0) return void (await run(statement));
  await run({ sql: 'savepoint part', values: [] });
  await run(statement);
  await run({ sql: 'rollback to part', values: [] });
}
