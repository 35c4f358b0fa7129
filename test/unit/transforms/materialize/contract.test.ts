import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ColumnDoc, Model } from '../../../../transforms/engine/project/model.ts';
import { edited, first, openRig, refreshed, sqlModel } from '../../../support/materialize-rig.ts';
import type { Rig } from '../../../support/materialize-rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
beforeEach(() => rig.warehouse.execute('drop table if exists marts.promised'));
afterAll(() => rig.close());

type Declared = Readonly<Record<string, string | undefined>>;

function column(name: string, dataType: string | undefined, line: number): ColumnDoc {
  return { name, line, description: '', dataType, constraints: [], tags: [], meta: {} };
}

function contracted(sql: string, declared: Declared, constraints: ColumnDoc['constraints'] = []): Model {
  return sqlModel('promised', sql, {
    config: { contractEnforced: true },
    properties: { file: 'models/_marts.yml', line: 3 },
    columns: Object.entries(declared).map(([name, type], index) => ({
      ...column(name, type, 10 + index),
      constraints,
    })),
  });
}

const select = "select 1 as id, 'x' as name, cast(2 as decimal(14,2)) as price, timestamp '2026-01-01' as at";
const declared = { id: 'integer', name: 'varchar', price: 'decimal(14,2)', at: 'timestamp' };

test.each<[string, string, Declared, RegExp | undefined, number]>([
  ['holds', select, declared, undefined, 0],
  ['holds in any order', "select 'x' as name, 1 as id", { id: 'int', name: 'text' }, undefined, 0],
  [
    'takes the names of the other engine',
    select,
    { ...declared, name: 'string', price: 'number(14,2)', at: 'timestamp_ntz' },
    undefined,
    0,
  ],
  ['misses a column', select.replace(" 'x' as name,", ''), declared, /name is declared and not selected/, 11],
  [
    'misspells a column',
    select.replace('as name', 'as nmae'),
    declared,
    /name is declared and not selected; did you mean nmae\?/,
    11,
  ],
  [
    'has a column too many',
    `${select}, 5 as extra`,
    declared,
    /extra is selected \(INTEGER\) and not declared/,
    3,
  ],
  ['another type', select, { ...declared, id: 'bigint' }, /id is declared BIGINT and selected INTEGER/, 10],
  [
    'another scale',
    select,
    { ...declared, price: 'decimal(14,4)' },
    /price is declared DECIMAL\(14,4\) and selected DECIMAL\(14,2\)/,
    12,
  ],
  [
    'another precision',
    select,
    { ...declared, price: 'numeric(10,2)' },
    /price is declared DECIMAL\(10,2\)/,
    12,
  ],
  [
    'no precision',
    select,
    { ...declared, price: 'numeric' },
    /price is declared numeric without precision and scale/,
    12,
  ],
  ['no type', select, { ...declared, at: undefined }, /at has no data_type/, 13],
  [
    'an unknown type',
    select,
    { ...declared, id: 'numbre(3)' },
    /id is declared numbre\(3\), which the warehouse does not take/,
    10,
  ],
  [
    'two differences',
    select,
    { ...declared, id: 'bigint', at: 'date' },
    /2 place\(s\).*id is declared.*at is declared DATE/,
    10,
  ],
])('a contract %s', async (_, sql, columns, message, line) => {
  const built = async (): Promise<unknown> =>
    await rig.rows(
      "select table_name from information_schema.tables where table_schema = 'marts' or table_schema like 'delta%'",
    );
  const before = await built();
  const build = rig.build([contracted(sql, columns)], 'promised', first);
  if (message === undefined) {
    await build;
    return;
  }
  await expect(build).rejects.toMatchObject({
    code: 'TRANSFORM_CONTRACT_BROKEN',
    message: expect.stringMatching(message) as string,
    where: `models/_marts.yml:${line}`,
  });
  expect(await built()).toEqual(before);
});

test.each<[string, string, Declared, RegExp | undefined]>([
  ['a new column', 'select 1 as id, 2 as more', { id: 'integer', more: 'integer' }, undefined],
  ['a column taken away', 'select 1 as id', { id: 'integer' }, /old is taken away/],
  [
    'another type',
    'select 1 as id, 2::bigint as old',
    { id: 'integer', old: 'bigint' },
    /old turns from INTEGER into BIGINT/,
  ],
])('readers of a published contract: %s', async (what, sql, columns, message) => {
  const before = what === 'a new column' ? { id: 'integer' } : { id: 'integer', old: 'integer' };
  const beforeSql = what === 'a new column' ? 'select 1 as id' : 'select 1 as id, 2 as old';
  await rig.build([contracted(beforeSql, before)], 'promised', first);
  const model = contracted(sql, columns);
  if (message !== undefined) {
    await expect(rig.build([model], 'promised', edited)).rejects.toMatchObject({
      code: 'TRANSFORM_CONTRACT_BREAKING',
      message: expect.stringMatching(message) as string,
    });
  }
  await rig.build([model], 'promised', message === undefined ? edited : refreshed);
  expect(Object.keys((await rig.rows('select * from marts.promised'))[0] ?? {})).toEqual(
    Object.keys(columns),
  );
});

test('constraints hold for the rows to publish: not null and check', async () => {
  const constraints = [
    { type: 'not_null', expression: undefined, columns: [] },
    { type: 'check', expression: 'id > 0', columns: [] },
  ];
  const rows = (values: string): Model =>
    contracted(`select id from (values ${values}) as v(id)`, { id: 'integer' }, constraints);
  await rig.build([rows('(1), (2)')], 'promised', first);
  await expect(rig.build([rows('(1), (null), (-3)')], 'promised', edited)).rejects.toMatchObject({
    code: 'TRANSFORM_CONSTRAINT_VIOLATED',
    message: 'promised: not_null id: 1 row(s); check id (id > 0): 1 row(s)',
  });
  expect(await rig.rows('select count(*) as n from marts.promised')).toEqual([{ n: 2n }]);
});
