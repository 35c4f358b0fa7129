import { afterEach, expect, test } from 'vitest';
import { statementsBefore } from '../../../../transforms/engine/materialize/apply.ts';
import { grantStatements } from '../../../../transforms/engine/materialize/grants.ts';
import { replaceStatements } from '../../../../transforms/engine/materialize/replace.ts';
import type { BuildRun, DeltaWrite, ModelDelta } from '../../../../transforms/engine/materialize/delta.ts';
import { scd2Statement } from '../../../../transforms/engine/materialize/scd2.ts';
import { parseCheck } from '../../../../transforms/engine/dialect/parse-check.ts';
import type { Model } from '../../../../transforms/engine/project/model.ts';
import { changed, edited, first, openRig, sqlModel } from '../../../support/materialize-rig.ts';
import type { Rig } from '../../../support/materialize-rig.ts';
import { makeModel } from '../../../support/project-parts.ts';

let rig: Rig | undefined;
afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

const feedColumns = async ({ rows }: Rig): Promise<unknown[]> =>
  (await rows('describe feed.t')).map((row) => row['column_name']);

const run: BuildRun = {
  id: 'r',
  version: 2n,
  stageStep: 1n,
  deltas: new Map(),
  consumed: new Map(),
  together: new Set(),
};

function replacement(
  existing: 'none' | 'same' | 'other',
): ModelDelta & { write: DeltaWrite & { how: 'replace' } } {
  return {
    model: makeModel('t'),
    kind: 'full',
    fingerprint: 'f',
    removed: 0,
    added: 1,
    write: { how: 'replace', isTransactional: false, existing, replacesView: false },
  };
}

test.each([
  ['same', [], [/^insert overwrite into marts\.t /, /^delete from feed\.t$/], []],
  [
    'none',
    [
      /^create schema if not exists marts$/,
      /^create or replace table marts\.t .* limit 0$/,
      /^create or replace table feed\.t /,
    ],
    [/^insert overwrite/, /^delete/],
    [],
  ],
  ['other', [/^create or replace table marts\.t /], [], [/^create or replace table feed\.t /]],
] as const)(
  'where DDL commits, a table that is there as "%s" is replaced with DML alone inside',
  (existing, before, inside, after) => {
    const delta = replacement(existing);
    const statements = replaceStatements(run, delta, delta.write);
    const matching = (patterns: readonly RegExp[]): unknown[] =>
      patterns.map((pattern) => expect.stringMatching(pattern) as unknown);
    expect(statements.before).toEqual(matching(before));
    expect(statements.inside).toEqual(matching(inside));
    expect(statements.after).toEqual(matching(after));
    expect(statementsBefore(run, delta)).toEqual(statements.before);
  },
);

test('where DDL commits, a table gets its new columns before the transaction, and only rows travel in it', async () => {
  rig = await openRig({ transactionalDdl: false });
  const model = (sql: string): Model =>
    sqlModel('t', sql, {
      materialization: { kind: 'incremental', strategy: 'merge', uniqueKey: ['id'] },
      config: { onSchemaChange: 'sync_all_columns' },
    });
  await rig.warehouse.execute("create table marts.t as select 1 as id, 'a' as old union all select 2, 'b'");
  await rig.warehouse.execute(
    'create table feed.t as select *, 0 as _step, $$$$ as _image from marts.t limit 0',
  );
  const delta = await rig.build(
    [model('select 2 as id, 0.5 as more union all select 3, 0.7')],
    't',
    changed(),
  );
  expect(delta?.write).toMatchObject({
    how: 'rows',
    before: ['alter table marts.t add column "more" DECIMAL(2,1)', 'alter table marts.t drop column "old"'],
  });
  expect(await rig.rows('select * from marts.t order by id')).toEqual([
    { id: 1, more: null },
    { id: 2, more: '0.5' },
    { id: 3, more: '0.7' },
  ]);
  expect(await feedColumns(rig)).toEqual(['id', 'more', '_step', '_image']);
  await rig.warehouse.execute('create or replace table feed.t as select 1 as id, 0 as _step, $$$$ as _image');
  const again = model('select 3 as id, 0.9 as more');
  expect(await rig.build([again], 't', changed())).toMatchObject({ kind: 'full', removed: 1, added: 1 });
  expect(await feedColumns(rig)).toEqual(['id', 'more', '_step', '_image']);
  expect(await rig.build([model('select 3 as id, 0.4 as more')], 't', changed())).toMatchObject({
    kind: 'incremental',
    removed: 1,
    added: 1,
  });
});

test('where DDL commits, rows outside the predicates stay, though a column that told them apart is dropped', async () => {
  rig = await openRig({ transactionalDdl: false });
  await rig.warehouse.execute(
    "create table marts.t as select * from (values (1, 'a', 0), (1, 'b', 5)) as v(id, old, amount)",
  );
  await rig.warehouse.execute(
    'create table feed.t as select *, 0 as _step, $$$$ as _image from marts.t limit 0',
  );
  const model = sqlModel('t', 'select 1 as id, 2 as amount', {
    materialization: { kind: 'incremental', strategy: 'delete+insert', uniqueKey: ['id'] },
    config: { onSchemaChange: 'sync_all_columns', authored: { incremental_predicates: ['amount < 3'] } },
  });
  expect(await rig.build([model], 't', changed())).toMatchObject({ removed: 1, added: 1 });
  expect(await rig.rows('select * from marts.t order by amount')).toEqual([
    { id: 1, amount: 2 },
    { id: 1, amount: 5 },
  ]);
});

test('hooks: pre before the rows, post in the transaction of the rows, and after it where asked', async () => {
  rig = await openRig();
  await rig.warehouse.execute('create table raw.log (what varchar, seen bigint)');
  const note = (what: string): string => `insert into raw.log select '${what}', count(*) from {{ this }}`;
  const outside = { sql: note('outside'), transaction: false };
  const model = (rows: number, postHook: string): Model =>
    sqlModel('t', `select range as id from range(${rows})`, {
      config: {
        preHook: [note('pre')],
        postHook: [postHook, outside.sql],
        authored: { post_hook: [postHook, outside] },
      },
    });
  await rig.warehouse.execute('create table marts.t as select 0::bigint as id');
  await rig.warehouse.execute(
    'create table feed.t as select *, 0 as _step, $$$$ as _image from marts.t limit 0',
  );
  await rig.build([model(3, note('post'))], 't', edited);
  expect(await rig.rows('select * from raw.log')).toEqual([
    { what: 'pre', seen: 1n },
    { what: 'post', seen: 3n },
    { what: 'outside', seen: 3n },
  ]);
  await expect(rig.build([model(5, 'select nothing from nowhere')], 't', edited)).rejects.toThrow('nowhere');
  expect(await rig.rows('select count(*) as n from marts.t')).toEqual([{ n: 3n }]);
});

test('grants are statements where there are roles, and none where there are none', () => {
  const grants = { select: ['reporter', 'bi'] };
  expect(grantStatements('snowflake', 'marts.t', grants)).toEqual([
    'grant usage on schema marts to role "reporter"',
    'grant usage on schema marts to role "bi"',
    'grant select on marts.t to role "reporter"',
    'grant select on marts.t to role "bi"',
  ]);
  expect(grantStatements('duckdb', 'marts.t', grants)).toEqual([]);
});

// The parser is a large module, slow to load where other tests compete for the processor.
test('versions are SQL that Snowflake parses', { timeout: 30_000 }, async () => {
  const sql = (hardDeletes: 'flag' | 'new_record'): string =>
    scd2Statement(
      {
        kind: 'scd2',
        uniqueKey: 'version_key',
        touchKey: 'id',
        touchedBy: {},
        pruneBy: undefined,
        scd2: {
          naturalKey: 'id',
          attributes: ['city'],
          derived: ['region'],
          type1: ['email'],
          updatedAt: 'updated_at',
          durableKey: 'member_key',
          hardDeletes,
          inferredFrom: [{ ref: 'orders', column: 'customer_id', marks: [] }],
          inferredValues: {},
          standing: [{ key: '-1', isInferred: true, values: {} }],
        },
      },
      'select * from staging.customers',
      { dialect: 'snowflake', relation: (name) => `staging.${name}`, touched: 'delta.touched' },
    );
  expect(await parseCheck(sql('flag'), 'snowflake')).toBeUndefined();
  expect(await parseCheck(sql('new_record'), 'snowflake')).toBeUndefined();
});

test('a first build makes table and feed in one transaction', async () => {
  rig = await openRig();
  await rig.build([sqlModel('t', 'select 1 as id')], 't', first);
  expect(await feedColumns(rig)).toEqual(['id', '_step', '_image']);
});
