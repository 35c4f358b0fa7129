import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Model, ModelConfig, OnSchemaChange } from '../../../../transforms/engine/project/model.ts';
import { changed, first, openRig, sqlModel } from '../../../support/materialize-rig.ts';
import type { Rig } from '../../../support/materialize-rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
beforeEach(() => rig.warehouse.execute('drop table if exists marts.target'));
afterAll(() => rig.close());

type Strategy = 'append' | 'merge' | 'delete+insert';

function incremental(
  strategy: Strategy,
  uniqueKey: readonly string[],
  sql = 'select * from raw.incoming',
  config: Partial<ModelConfig> = {},
): Model {
  return sqlModel('target', sql, { materialization: { kind: 'incremental', strategy, uniqueKey }, config });
}

async function incoming(values: string, columns = 'id, place, amount'): Promise<void> {
  await rig.warehouse.execute(
    `create or replace table raw.incoming as select * from (values ${values}) as v(${columns})`,
  );
}

async function target(order = '1, 2, 3'): Promise<unknown[][]> {
  return (await rig.rows(`select * from marts.target order by ${order}`)).map((row) => Object.values(row));
}

test.each<[string, Strategy, string[], string, unknown[][]]>([
  [
    'append adds',
    'append',
    [],
    "(1, 'a', 9)",
    [
      [1, 'a', 1],
      [1, 'a', 9],
      [2, 'b', 2],
      [2, 'c', 3],
    ],
  ],
  [
    'append adds a row that is there already',
    'append',
    [],
    "(1, 'a', 1)",
    [
      [1, 'a', 1],
      [1, 'a', 1],
      [2, 'b', 2],
      [2, 'c', 3],
    ],
  ],
  [
    'merge without a key appends',
    'merge',
    [],
    "(1, 'a', 9)",
    [
      [1, 'a', 1],
      [1, 'a', 9],
      [2, 'b', 2],
      [2, 'c', 3],
    ],
  ],
  [
    'merge by a list of keys',
    'merge',
    ['id', 'place'],
    "(2, 'c', 8), (3, 'd', 7)",
    [
      [1, 'a', 1],
      [2, 'b', 2],
      [2, 'c', 8],
      [3, 'd', 7],
    ],
  ],
  [
    'merge by an expression',
    'merge',
    ["id || '-' || place"],
    "(2, 'c', 8), (3, 'd', 7)",
    [
      [1, 'a', 1],
      [2, 'b', 2],
      [2, 'c', 8],
      [3, 'd', 7],
    ],
  ],
  [
    'delete+insert replaces all rows of a key',
    'delete+insert',
    ['id'],
    "(2, 'z', 5), (3, 'd', 7)",
    [
      [1, 'a', 1],
      [2, 'z', 5],
      [3, 'd', 7],
    ],
  ],
  [
    'delete+insert keeps rows of other keys',
    'delete+insert',
    ['id', 'place'],
    "(2, 'c', 8)",
    [
      [1, 'a', 1],
      [2, 'b', 2],
      [2, 'c', 8],
    ],
  ],
  [
    'delete+insert may insert several of a key',
    'delete+insert',
    ['id'],
    "(1, 'x', 1), (1, 'y', 2)",
    [
      [1, 'x', 1],
      [1, 'y', 2],
      [2, 'b', 2],
      [2, 'c', 3],
    ],
  ],
  [
    'delete+insert, one of two rows unchanged',
    'delete+insert',
    ['id'],
    "(2, 'b', 2), (2, 'c', 4)",
    [
      [1, 'a', 1],
      [2, 'b', 2],
      [2, 'c', 4],
    ],
  ],
])('%s', async (_, strategy, key, values, expected) => {
  const model = incremental(strategy, key);
  await incoming("(1, 'a', 1), (2, 'b', 2), (2, 'c', 3)");
  await rig.build([model], 'target', first);
  await incoming(values);
  await rig.build([model], 'target', changed());
  expect(await target()).toEqual(expected);
});

test('a merge by one key replaces, and gives exactly the rows that differ', async () => {
  const model = incremental('merge', ['id']);
  await incoming("(1, 'a', 1), (2, 'b', 2)");
  await rig.build([model], 'target', first);
  await incoming("(1, 'a', 1), (2, 'b', 5), (3, 'c', 3)");
  expect(await rig.build([model], 'target', changed())).toMatchObject({
    kind: 'incremental',
    removed: 1,
    added: 2,
  });
  expect(await rig.rows('select id, amount, _image from feed.target order by id, _image')).toEqual([
    { id: 2, amount: 5, _image: 'after' },
    { id: 2, amount: 2, _image: 'before' },
    { id: 3, amount: 3, _image: 'after' },
  ]);
  expect(await rig.compute([model], 'target', changed())).toMatchObject({ removed: 0, added: 0 });
});

test.each<[string, Strategy, string]>([
  ['a key twice', 'merge', "(1, 'a', 1), (1, 'b', 2)"],
  ['a null key', 'merge', "(cast(null as integer), 'a', 1)"],
])('%s in what would be merged is an error, on the first build too', async (_, strategy, values) => {
  const model = incremental(strategy, ['id']);
  await incoming(values);
  const refused = {
    code: 'TRANSFORM_DUPLICATE_KEYS',
    message: expect.stringMatching(/id = (1|null)/) as string,
  };
  await expect(rig.build([model], 'target', first)).rejects.toMatchObject(refused);
  await incoming("(7, 'x', 1)");
  await rig.build([model], 'target', first);
  await incoming(values);
  await expect(rig.build([model], 'target', changed())).rejects.toMatchObject(refused);
  expect(await target()).toEqual([[7, 'x', 1]]);
});

test('delete+insert replaces rows of a null key, and does not double them', async () => {
  const model = incremental('delete+insert', ['id', 'place']);
  await incoming("(cast(null as integer), 'a', 1), (1, cast(null as varchar), 2), (1, 'b', 3)");
  await rig.build([model], 'target', first);
  await incoming("(cast(null as integer), 'a', 9), (1, cast(null as varchar), 8)");
  await rig.build([model], 'target', changed());
  expect(await target('amount')).toEqual([
    [1, 'b', 3],
    [1, null, 8],
    [null, 'a', 9],
  ]);
});

test('an unknown key is an error with the nearest column', async () => {
  const model = incremental('merge', ['amout']);
  await incoming("(1, 'a', 1)");
  await rig.build([incremental('merge', ['amount'])], 'target', first);
  await expect(rig.build([model], 'target', changed())).rejects.toMatchObject({
    code: 'TRANSFORM_UNKNOWN_KEY',
    message: expect.stringContaining('did you mean amount?') as string,
  });
});

test('columns that a merge leaves out keep their value, and predicates bound what it replaces', async () => {
  const authored = { merge_exclude_columns: ['place'] };
  await incoming("(1, 'a', 1), (2, 'b', 2)");
  const model = incremental('merge', ['id'], undefined, { authored });
  await rig.build([model], 'target', first);
  await incoming("(1, 'z', 5), (3, 'c', 3)");
  await rig.build([model], 'target', changed());
  expect(await target()).toEqual([
    [1, 'a', 5],
    [2, 'b', 2],
    [3, 'c', 3],
  ]);
  const bounded = incremental('delete+insert', ['id'], undefined, {
    authored: { incremental_predicates: ['DBT_INTERNAL_DEST.amount < 3'] },
  });
  await incoming("(1, 'n', 0), (2, 'n', 0)");
  await rig.build([bounded], 'target', changed());
  expect(await target()).toEqual([
    [1, 'a', 5],
    [1, 'n', 0],
    [2, 'n', 0],
    [3, 'c', 3],
  ]);
});

const bounded = (strategy: Strategy): Model =>
  incremental(strategy, ['id'], undefined, {
    authored: { incremental_predicates: ['dbt_internal_dest.amount < 3'] },
  });

test.each<Strategy>(['delete+insert', 'merge'])(
  '%s with predicates leaves rows of a key that lie outside them',
  async (strategy) => {
    await incoming("(1, 'in', 0), (1, 'out', 5), (2, 'out', 7), (3, 'in', 1)");
    await rig.build([incremental('append', [])], 'target', first);
    await incoming("(1, 'new', 2), (2, 'new', 2)");
    const delta = await rig.build([bounded(strategy)], 'target', changed());
    expect(delta).toMatchObject({ removed: 1, added: 2 });
    expect(await target()).toEqual([
      [1, 'new', 2],
      [1, 'out', 5],
      [2, 'new', 2],
      [2, 'out', 7],
      [3, 'in', 1],
    ]);
    expect(await rig.rows('select id, place, _image from feed.target order by all')).toEqual([
      { id: 1, place: 'in', _image: 'before' },
      { id: 1, place: 'new', _image: 'after' },
      { id: 2, place: 'new', _image: 'after' },
    ]);
  },
);

test('checks see what predicates leave, as it will be published', async () => {
  await incoming("(1, 'in', 0), (1, 'out', 5)");
  await rig.build([incremental('append', [])], 'target', first);
  await incoming("(1, 'new', 2)");
  await rig.compute([bounded('delete+insert')], 'target', changed());
  const [view] = await rig.rows(
    `select table_schema as name from information_schema.tables where table_name = 'target__current'
     order by length(table_schema) desc, table_schema desc limit 1`,
  );
  expect(await rig.rows(`select place from ${String(view?.['name'])}.target__current order by all`)).toEqual([
    { place: 'new' },
    { place: 'out' },
  ]);
});

test('a table that gets a column keeps the rows outside the predicates', async () => {
  await incoming("(1, 'in', 0), (1, 'out', 5)");
  await rig.build([incremental('append', [])], 'target', first);
  await incoming("(1, 'new', 2)");
  const model = incremental('delete+insert', ['id'], wider, {
    onSchemaChange: 'append_new_columns',
    authored: { incremental_predicates: ['amount < 3'] },
  });
  await rig.build([model], 'target', changed());
  expect(await target()).toEqual([
    [1, 'new', 2, '0.50'],
    [1, 'out', 5, null],
  ]);
});

const wider = 'select id, place, 0.5::decimal(4,2) as rate, amount from raw.incoming';
const narrower = 'select id, amount from raw.incoming';
const retyped = 'select id, place, amount::bigint as amount from raw.incoming';

test.each<[OnSchemaChange, string, string, unknown]>([
  ['fail', 'new column', wider, /new column rate DECIMAL\(4,2\)/],
  ['fail', 'column gone', narrower, /place VARCHAR is gone/],
  ['fail', 'other type', retyped, /amount was INTEGER and is now BIGINT/],
  [
    'ignore',
    'new column',
    wider,
    [
      [1, 'z', 9],
      [2, 'b', 2],
    ],
  ],
  ['ignore', 'column gone', narrower, /place VARCHAR is gone/],
  [
    'append_new_columns',
    'new column',
    wider,
    [
      [1, 'z', 9, '0.50'],
      [2, 'b', 2, null],
    ],
  ],
  [
    'append_new_columns',
    'column gone',
    narrower,
    [
      [1, 'a', 9],
      [2, 'b', 2],
    ],
  ],
  [
    'sync_all_columns',
    'new column',
    wider,
    [
      [1, 'z', 9, '0.50'],
      [2, 'b', 2, null],
    ],
  ],
  [
    'sync_all_columns',
    'column gone',
    narrower,
    [
      [1, 9],
      [2, 2],
    ],
  ],
  [
    'sync_all_columns',
    'other type',
    retyped,
    [
      [1, 'z', 9n],
      [2, 'b', 2n],
    ],
  ],
])('on_schema_change %s, %s', async (onSchemaChange, _, sql, expected) => {
  await incoming("(1, 'a', 1), (2, 'b', 2)");
  await rig.build([incremental('merge', ['id'])], 'target', first);
  await incoming("(1, 'z', 9)");
  const build = rig.build([incremental('merge', ['id'], sql, { onSchemaChange })], 'target', changed());
  if (!(expected instanceof RegExp)) {
    await build;
    expect(await target('id')).toEqual(expected);
    return;
  }
  await expect(build).rejects.toMatchObject({
    code: 'TRANSFORM_SCHEMA_CHANGED',
    message: expect.stringMatching(expected) as string,
  });
  expect(await target('id')).toEqual([
    [1, 'a', 1],
    [2, 'b', 2],
  ]);
});

test('a table with other columns starts its feed anew, and readers see both in one version', async () => {
  await incoming("(1, 'a', 1)");
  await rig.build([incremental('append', [])], 'target', first);
  const model = incremental('append', [], wider, { onSchemaChange: 'append_new_columns' });
  expect(await rig.build([model], 'target', changed())).toMatchObject({ kind: 'full' });
  expect((await rig.rows('describe feed.target')).map((row) => row['column_name'])).toEqual([
    'id',
    'place',
    'amount',
    'rate',
    '_step',
    '_image',
  ]);
  expect(await rig.rows('select count(*) as n from feed.target')).toEqual([{ n: 0n }]);
});
