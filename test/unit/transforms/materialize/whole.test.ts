import { afterAll, beforeAll, expect, test } from 'vitest';
import { digestOf } from '../../../../transforms/engine/materialize/difference.ts';
import type { Model } from '../../../../transforms/engine/project/model.ts';
import { changed, edited, first, openRig, refreshed, sqlModel } from '../../../support/materialize-rig.ts';
import type { Rig } from '../../../support/materialize-rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
  await rig.warehouse.execute(
    `create table raw.input as select range as id, 'x' || range as name from range(12000)`,
  );
});
afterAll(() => rig.close());

function table(name: string, sql: string, uniqueKey?: string): Model {
  return sqlModel(name, sql, { materialization: { kind: 'table', uniqueKey } });
}

const all = 'select * from raw.input';
const some = (changedRows: number): string =>
  `select id, case when id < ${changedRows} then 'y' else name end as name from raw.input`;

test.each<[string, string, string | undefined, object]>([
  ['that changes nothing has no rows', all, 'id', { kind: 'incremental', removed: 0, added: 0 }],
  ['that changes little is given as rows', some(3), 'id', { kind: 'incremental', removed: 3, added: 3 }],
  ['without a key compares whole rows', some(3), undefined, { kind: 'incremental', removed: 3, added: 3 }],
  ['that changes much replaces the table', some(11_000), 'id', { kind: 'full', added: 12_000 }],
  ['with another column replaces the table', 'select *, 1 as more from raw.input', 'id', { kind: 'full' }],
  [
    'with another type replaces the table',
    'select id::integer as id, name from raw.input',
    'id',
    { kind: 'full' },
  ],
  [
    'with columns in another order replaces the table',
    'select name, id from raw.input',
    'id',
    { kind: 'full' },
  ],
])('a rebuild %s', async (_, sql, key, expected) => {
  await rig.build([table('plain', all, key)], 'plain', refreshed);
  const delta = await rig.build([table('plain', sql, key)], 'plain', edited);
  expect(delta).toMatchObject(expected);
  const [row] = await rig.rows(
    `select (select count(*) from (select * from marts.plain except all select * from (${sql}))) as extra,
       (select count(*) from (select * from (${sql}) except all select * from marts.plain)) as missing`,
  );
  expect(row).toEqual({ extra: 0n, missing: 0n });
});

test('rows that stand several times in a table without a key come and go one by one', async () => {
  const values = (list: string): string => `select * from (values ${list}) as v(a, b)`;
  const before = values("(1, 'p'), (1, 'p'), (1, 'p'), (2, null), (2, null)");
  await rig.build([table('bag', before)], 'bag', first);
  await rig.build([table('bag', values("(1, 'p'), (2, null), (2, null), (2, null)"))], 'bag', edited);
  expect(await rig.rows('select a, count(*) as n from marts.bag group by a order by a')).toEqual([
    { a: 1, n: 1n },
    { a: 2, n: 3n },
  ]);
});

test('SQL that the warehouse refuses is blamed on the model, on the first build and on a later one', async () => {
  const broken = table('broken', 'select nothing from raw.input');
  const blamed = { code: 'TRANSFORM_MODEL_FAILED', where: `${broken.file}:1:8` };
  await expect(rig.build([broken], 'broken', first)).rejects.toMatchObject(blamed);
  await rig.build([table('broken', 'select 1 as a')], 'broken', first);
  await expect(rig.build([broken], 'broken', edited)).rejects.toMatchObject(blamed);
  expect(await rig.rows('select * from marts.broken')).toEqual([{ a: 1 }]);
});

test('a view is its definition; in a run it shows the run, and it may become a table and a view again', async () => {
  const view = (sql: string): Model => sqlModel('shown', sql, { materialization: { kind: 'view' } });
  await rig.build([view('select count(*) as n from raw.input')], 'shown', first);
  expect(await rig.rows('select * from marts.shown')).toEqual([{ n: 12_000n }]);
  await rig.build([table('shown', 'select 7 as n')], 'shown', edited);
  expect(await rig.rows('select * from marts.shown')).toEqual([{ n: 7 }]);
  await rig.build([view('select 8 as n')], 'shown', edited);
  expect(await rig.rows('select * from marts.shown')).toEqual([{ n: 8 }]);
  const untouched = await rig.compute([view('select 9 as n')], 'shown', {
    kind: 'full',
    reason: 'input changed',
    cause: 'input',
  });
  expect(untouched?.write).toMatchObject({ how: 'view', sql: undefined });
});

test('keys given from outside are computed beside those of changed inputs', async () => {
  const model = sqlModel('keyed', "select id, name from raw.input where id < 5 and {{ touched('id') }}", {
    materialization: {
      kind: 'incremental',
      strategy: 'keys_touched',
      uniqueKey: 'id',
      touchKey: 'id',
      touchedBy: {},
      pruneBy: undefined,
    },
  });
  await rig.build([model], 'keyed', first);
  await rig.warehouse.execute("update marts.keyed set name = 'wrong' where id in (1, 2)");
  await rig.warehouse.execute('create or replace table raw.keys as select 1 as touch_key');
  const delta = await rig.build([model], 'keyed', {
    kind: 'incremental',
    changedInputs: [],
    extraKeys: 'raw.keys',
  });
  expect(delta).toMatchObject({ removed: 1, added: 1 });
  expect(await rig.rows('select id from marts.keyed where name = $$wrong$$')).toEqual([{ id: 2n }]);
});

test('on_schema_change holds for keyed models too, unless a full refresh was asked for', async () => {
  const keyed = (sql: string, onSchemaChange: 'fail' | 'append_new_columns'): Model =>
    sqlModel('grown', `${sql} where {{ touched('id') }}`, {
      materialization: {
        kind: 'incremental',
        strategy: 'keys_touched',
        uniqueKey: 'id',
        touchKey: 'id',
        touchedBy: {},
        pruneBy: undefined,
      },
      config: { onSchemaChange },
    });
  const narrow = 'select id from (select 1 as id)';
  const wide = 'select id, 2 as more from (select 1 as id)';
  await rig.build([keyed(narrow, 'fail')], 'grown', first);
  await expect(rig.build([keyed(wide, 'fail')], 'grown', edited)).rejects.toMatchObject({
    code: 'TRANSFORM_SCHEMA_CHANGED',
    message: expect.stringContaining('new column more INTEGER') as string,
  });
  await rig.build([keyed(wide, 'append_new_columns')], 'grown', edited);
  await expect(rig.build([keyed(narrow, 'append_new_columns')], 'grown', edited)).rejects.toMatchObject({
    code: 'TRANSFORM_SCHEMA_CHANGED',
  });
  const rebuilt = await rig.build([keyed(narrow, 'fail')], 'grown', refreshed);
  expect(rebuilt).toMatchObject({ kind: 'full' });
  expect(await rig.rows('select * from marts.grown')).toEqual([{ id: 1 }]);
});

test('a digest tells relations apart by their rows, not by their order', async () => {
  const digest = (sql: string): Promise<string> => digestOf(rig.warehouse, `(${sql})`);
  const rows = await digest('select * from raw.input');
  expect(await digest('select * from raw.input order by name desc')).toBe(rows);
  expect(await digest("select id, case when id = 7 then 'q' else name end as name from raw.input")).not.toBe(
    rows,
  );
  expect(await digest('select id, case when id = 7 then null else name end as name from raw.input')).not.toBe(
    rows,
  );
  expect(await digest('select * from raw.input union all select * from raw.input where id = 7')).not.toBe(
    rows,
  );
  expect(await digest('select 1 as a, 2 as b')).not.toBe(await digest('select 2 as a, 1 as b'));
});

test('an incremental model without a table is built whole', async () => {
  const model = sqlModel('late', 'select 1 as id', {
    materialization: { kind: 'incremental', strategy: 'merge', uniqueKey: ['id'] },
  });
  expect(await rig.build([model], 'late', changed())).toMatchObject({ kind: 'full', added: 1 });
});

test('a keyed model without a key to compute has no rows and reads nothing; text keys work as numbers do', async () => {
  const model = sqlModel('texts', "select id, name from raw.input where {{ touched('name') }} and id < 20", {
    materialization: {
      kind: 'incremental',
      strategy: 'keys_touched',
      uniqueKey: 'id',
      touchKey: 'name',
      touchedBy: {},
      pruneBy: undefined,
    },
  });
  await rig.build([model], 'texts', first);
  await rig.warehouse.execute('delete from marts.texts where id in (3, 11)');
  const plan = { kind: 'incremental', changedInputs: [], extraKeys: 'raw.some_keys' } as const;
  await rig.warehouse.execute(
    'create or replace table raw.some_keys as select $$x11$$ as touch_key where false',
  );
  expect(await rig.build([model], 'texts', plan)).toMatchObject({ removed: 0, added: 0 });
  await rig.warehouse.execute("insert into raw.some_keys values ('x3'), ('x11'), ('x5')");
  expect(await rig.build([model], 'texts', plan)).toMatchObject({ removed: 0, added: 2 });
});
