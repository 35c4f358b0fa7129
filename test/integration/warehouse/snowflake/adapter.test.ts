import { afterAll, beforeAll, expect, test } from 'vitest';
import { withWorkTag } from '../../../../lib/work-tag.ts';
import { snowflakeCapabilities } from '../../../../warehouse/capabilities.ts';
import { openRig } from './rig.ts';
import type { Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig({ with: ['create schema work'] });
});
afterAll(() => rig[Symbol.asyncDispose]());

test('rows come in lower case and exactly', async () => {
  const { warehouse } = rig;
  const [row] = await warehouse.query(
    `select 42 as Small, 9007199254740993 as big, cast('1.50' as number(10, 2)) as money, true as yes, null as nothing,
       cast('2026-03-01' as date) as day, cast('2026-03-01 10:00:00.5' as timestamp_ntz(6)) as moment,
       'it''s' as said, parse_json('{"n":12345678901234567890}') as doc`,
  );
  expect(row).toEqual({
    small: 42,
    big: 9_007_199_254_740_993n,
    money: '1.50',
    yes: true,
    nothing: null,
    day: '2026-03-01',
    moment: '2026-03-01 10:00:00.5',
    said: "it's",
    doc: '{"n":12345678901234567890}',
  });
});

test('parameters arrive as they are', async () => {
  const [row] = await rig.warehouse.query('select ? as a, ? as b, ? as c, ? as d, ? as e', [
    "it's ? -- ;",
    7,
    9_007_199_254_740_993n,
    true,
    null,
  ]);
  expect(row).toMatchObject({ a: "it's ? -- ;", b: 7, d: true, e: null });
  expect(String(row?.['c'])).toBe('9007199254740993');
});

test('many rows in one statement', async () => {
  const { warehouse, sent } = rig;
  await warehouse.execute(
    'create or replace table work.many (id number(19, 0), name varchar, price number(10, 2))',
  );
  const before = sent().length;
  const rows = Array.from(
    { length: 1_000 },
    (_, id) => [id, id % 2 === 0 ? null : `n${id}`, `${id}.50`] as const,
  );
  expect(await warehouse.executeMany('insert into work.many values (?, ?, ?)', rows)).toBe(1_000);
  expect(sent().length - before).toBe(1);
  expect(
    await warehouse.query('select count(*) as n, count(name) as named, sum(price) as total from work.many'),
  ).toEqual([{ n: 1_000, named: 500, total: '500000.00' }]);
  expect(await warehouse.executeMany('insert into work.many values (?, ?, ?)', [])).toBe(0);
});

test('how many rows a statement has changed', async () => {
  const { warehouse } = rig;
  expect(
    await warehouse.execute('create or replace table work.counted (id number(19, 0), n number(19, 0))'),
  ).toBe(0);
  expect(await warehouse.execute('insert into work.counted values (1, 1), (2, 2), (3, 3)')).toBe(3);
  expect(await warehouse.execute('update work.counted set n = n + 1 where id > 1')).toBe(2);
  expect(await warehouse.execute('delete from work.counted where id = 1')).toBe(1);
  expect(
    await warehouse.execute(
      `merge into work.counted as t using (select 2 as id union all select 9) as s on t.id = s.id
       when matched then update set n = 0 when not matched then insert (id, n) values (s.id, 9)`,
    ),
  ).toBe(2);
  expect(await warehouse.execute('select 1')).toBe(0);
});

test('every statement says what it is for and how long it may take', async () => {
  const { warehouse, double } = rig;
  const from = double.statements.length;
  await withWorkTag({ dag: 'shop-marts', model: 'fct_orders' }, () =>
    warehouse.query('select 1', [], { timeoutMs: 1_500 }),
  );
  await warehouse.query('select 2');
  const [first, second] = double.statements.slice(from);
  expect(JSON.parse(first?.tag ?? '')).toEqual({ app: 'shopwave', dag: 'shop-marts', model: 'fct_orders' });
  expect(first?.parameters['STATEMENT_TIMEOUT_IN_SECONDS']).toBe('2');
  expect(JSON.parse(second?.tag ?? '')).toEqual({ app: 'shopwave' });
  expect(second?.parameters['STATEMENT_TIMEOUT_IN_SECONDS']).toBe('3600');
  expect(double.statements.every(({ tag }) => tag !== '')).toBe(true);
});

test('sessions are set up as the SQL counts on, whatever the account is set to', async () => {
  const { warehouse, double } = rig;
  expect(await warehouse.query("show parameters like 'TIMEZONE'")).toMatchObject([{ value: 'UTC' }]);
  const setup = double.statements.find(({ sql }) => sql.startsWith('alter session'))?.sql ?? '';
  for (const name of Object.keys(snowflakeCapabilities.sessionParameters))
    expect(setup).toContain(`${name} = `);
  const [row] = await warehouse.query(
    "select cast(cast('2026-03-01 10:00:00' as timestamp_ntz) as timestamp_ltz) as moment",
  );
  expect(row).toEqual({ moment: '2026-03-01 10:00:00+00' });
});

test('quoted names in lower case are the same names', async () => {
  const { warehouse } = rig;
  await warehouse.execute('create or replace table work."quoted" ("order_id" number(19, 0))');
  await warehouse.execute('insert into WORK.QUOTED (order_id) values (1)');
  expect(await warehouse.query('select "order_id" from work."quoted"')).toEqual([{ order_id: 1 }]);
});

test('a transaction commits what resolves and undoes what throws', async () => {
  const { warehouse } = rig;
  await warehouse.execute('create or replace table work.kept (id number(19, 0))');
  const result = await warehouse.transaction(async (session) => {
    expect(await session.execute('insert into work.kept values (1)')).toBe(1);
    expect(await session.query('select count(*) as n from work.kept')).toEqual([{ n: 1 }]);
    return 'done';
  });
  expect(result).toBe('done');
  const mine = new Error('mine');
  await expect(
    warehouse.transaction(async (session) => {
      expect(await session.execute('insert into work.kept values (2)')).toBe(1);
      throw mine;
    }),
  ).rejects.toBe(mine);
  expect(await warehouse.query('select id from work.kept')).toEqual([{ id: 1 }]);
});

test('a transaction with a statement that failed does not commit, though its caller let that pass', async () => {
  const { warehouse } = rig;
  await warehouse.execute('create or replace table work.half (id number(19, 0))');
  const half = warehouse.transaction(async (session) => {
    await session.execute('insert into work.half values (1)');
    await session.query('select * from work.nothing_here').catch(() => {});
    return 'done';
  });
  await expect(half).rejects.toMatchObject({ code: 'WAREHOUSE_OBJECT_MISSING' });
  expect(await warehouse.query('select id from work.half')).toEqual([]);
});

test('a statement that would commit is kept out of transactions', async () => {
  const { warehouse, sent } = rig;
  await warehouse.execute('create or replace table work.whole (id number(19, 0))');
  const broken = warehouse.transaction(async (session) => {
    await session.execute('insert into work.whole values (1)');
    await session.execute('/* mine */ create table work.other (id number(19, 0))');
  });
  await expect(broken).rejects.toThrow(/commits at any DDL/);
  expect(sent().some((sql) => sql.includes('work.other'))).toBe(false);
  expect(await warehouse.query('select id from work.whole')).toEqual([]);
  let leaked: Promise<unknown> = Promise.resolve();
  await warehouse.transaction(async (session) => {
    await Promise.resolve();
    leaked = new Promise((resolve) => setTimeout(resolve, 50)).then(() => session.query('select 1'));
    // Refused while its transaction commits, maybe: before anybody looks.
    leaked.catch(() => {});
  });
  await expect(leaked).rejects.toThrow(/its transaction is over/);
});

test('a result is streamed, however large, and whoever has enough may stop', async () => {
  const { warehouse, double } = rig;
  const many =
    'select row_number() over (order by null) as id, uuid_string() as noise from table(generator(rowcount => 50000))';
  let count = 0;
  for await (const row of warehouse.stream(many)) {
    expect(row).toHaveProperty('noise');
    count += 1;
  }
  expect(count).toBe(50_000);
  for await (const row of warehouse.stream(many)) {
    expect(row).toHaveProperty('id');
    break;
  }
  expect(await warehouse.query('select 1 as n')).toEqual([{ n: 1 }]);
  expect(double.openSessions()).toBeLessThanOrEqual(8);
});

test('an ad-hoc query is one read, and Snowflake cuts it short', async () => {
  const { warehouse, double } = rig;
  const rows = await warehouse.queryReadOnly(
    'select row_number() over (order by null) as id from table(generator(rowcount => 100))',
    3,
  );
  expect(rows).toHaveLength(3);
  expect(double.statements.at(-1)?.parameters['ROWS_PER_RESULTSET']).toBe('3');
  await expect(warehouse.queryReadOnly('delete from work.kept', 3)).rejects.toMatchObject({
    code: 'WAREHOUSE_NOT_READ_ONLY',
  });
  await expect(warehouse.queryReadOnly('select from', 3)).rejects.toMatchObject({
    code: 'WAREHOUSE_STATEMENT_FAILED',
  });
});

test('a long statement goes on by itself, and its result is found', async () => {
  const { warehouse, double } = rig;
  const from = double.statements.length;
  await warehouse.execute('create or replace transient table work.made as select 1 as id union all select 2');
  expect(await warehouse.query('select count(*) as n from work.made')).toEqual([{ n: 2 }]);
  expect(double.statements.slice(from).filter(({ sql }) => sql.includes('create'))).toHaveLength(1);
  await expect(
    warehouse.execute('create table work.unmade as select * from work.nothing_here'),
  ).rejects.toMatchObject({ code: 'WAREHOUSE_OBJECT_MISSING' });
});

test('statements at once share the sessions that there are', async () => {
  await using narrow = await openRig({ settings: { maxConnections: 2 } });
  const results = await Promise.all(
    Array.from({ length: 12 }, (_, n) => narrow.warehouse.query('select ? as n', [n])),
  );
  expect(results.map(([row]) => row?.['n'])).toEqual(Array.from({ length: 12 }, (_, n) => n));
  expect(new Set(narrow.double.statements.map(({ session }) => session)).size).toBe(2);
});
