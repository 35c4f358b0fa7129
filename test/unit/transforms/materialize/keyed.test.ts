import { afterEach, beforeEach, expect, test } from 'vitest';
import type {
  ColumnDoc,
  Model,
  ModelConfig,
  OnSchemaChange,
} from '../../../../transforms/engine/project/model.ts';
import { first, openRig, sqlModel } from '../../../support/materialize-rig.ts';
import type { Rig } from '../../../support/materialize-rig.ts';
import type { Capabilities } from '../../../../warehouse/capabilities.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await open();
});
afterEach(() => rig.close());

async function open(change: Partial<Capabilities> = {}): Promise<Rig> {
  const opened = await openRig(change);
  await opened.warehouse.execute(
    "create table raw.input as select * from (values (1, 'a', 'x'), (2, 'b', 'y'), (3, 'c', 'z')) as v(id, head, tail)",
  );
  await opened.warehouse.execute('create table raw.keys as select unnest([1, 2]) as touch_key');
  return opened;
}

/** A model that is not rebuilt when its SQL changes: full_refresh: false. */
function keyed(columns: string, config: Partial<ModelConfig> = {}, docs: readonly ColumnDoc[] = []): Model {
  return sqlModel('kept', `select ${columns} from raw.input where {{ touched('id') }}`, {
    materialization: {
      kind: 'incremental',
      strategy: 'keys_touched',
      uniqueKey: 'id',
      touchKey: 'id',
      touchedBy: {},
      pruneBy: undefined,
    },
    columns: docs,
    config: { fullRefresh: false, ...config },
  });
}

const touched = { kind: 'incremental', changedInputs: [], extraKeys: 'raw.keys' } as const;

async function published(): Promise<unknown> {
  return await rig.rows('select * from marts.kept order by id');
}

function docs(columns: Readonly<Record<string, string>>): ColumnDoc[] {
  return Object.entries(columns).map(([name, dataType]) => ({
    name,
    dataType,
    description: '',
    constraints: [],
    tags: [],
    meta: {},
  }));
}

const before = [
  { id: 1, head: 'a', tail: 'x' },
  { id: 2, head: 'b', tail: 'y' },
  { id: 3, head: 'c', tail: 'z' },
];

test('columns that an edited definition gives in another order go to the columns of their names', async () => {
  await rig.build([keyed('id, head, tail')], 'kept', first);
  const reordered = keyed('tail, head, id');
  expect(await rig.build([reordered], 'kept', touched)).toMatchObject({ removed: 0, added: 0 });
  await rig.warehouse.execute("update raw.input set head = 'new' where id = 1");
  expect(await rig.build([reordered], 'kept', touched)).toMatchObject({ removed: 1, added: 1 });
  expect(await published()).toEqual([{ id: 1, head: 'new', tail: 'x' }, ...before.slice(1)]);
  expect(await rig.rows('select id, head, tail, _image from feed.kept order by _image')).toEqual([
    { id: 1, head: 'new', tail: 'x', _image: 'after' },
    { id: 1, head: 'a', tail: 'x', _image: 'before' },
  ]);
});

const wider = 'id, head, 0.5::decimal(2,1) as rate, tail';
const narrower = 'id, tail';
const retyped = "id, head, case tail when 'x' then 7 else 8 end as tail";

test.each<[OnSchemaChange, string, string, unknown]>([
  ['fail', 'new column', wider, /new column rate/],
  ['fail', 'column gone', narrower, /head VARCHAR is gone/],
  ['fail', 'other type', retyped, /tail was VARCHAR and is now INTEGER/],
  ['ignore', 'new column', wider, before],
  ['ignore', 'column gone', narrower, /head VARCHAR is gone/],
  [
    'ignore',
    'other type',
    retyped,
    [{ id: 1, head: 'a', tail: '7' }, { id: 2, head: 'b', tail: '8' }, ...before.slice(2)],
  ],
  [
    'append_new_columns',
    'new column',
    wider,
    before.map((row) => ({ ...row, rate: row.id === 3 ? null : '0.5' })),
  ],
  [
    'append_new_columns',
    'column gone',
    narrower,
    before.map((row) => ({ ...row, head: row.id === 3 ? 'c' : null })),
  ],
  ['sync_all_columns', 'column gone', narrower, before.map(({ id, tail }) => ({ id, tail }))],
])('on_schema_change %s, %s, without a rebuild', async (onSchemaChange, _, columns, expected) => {
  await rig.build([keyed('id, head, tail')], 'kept', first);
  const build = rig.build([keyed(columns, { onSchemaChange })], 'kept', touched);
  if (expected instanceof RegExp) {
    await expect(build).rejects.toMatchObject({
      code: 'TRANSFORM_SCHEMA_CHANGED',
      message: expect.stringMatching(expected) as string,
    });
    expect(await published()).toEqual(before);
    return;
  }
  await build;
  expect(await published()).toEqual(expected);
});

test('a table that gets a column is replaced, its feed starts anew, and its next build goes by keys again', async () => {
  await rig.build([keyed('id, head, tail')], 'kept', first);
  const model = keyed(wider, { onSchemaChange: 'append_new_columns' });
  expect(await rig.build([model], 'kept', touched)).toMatchObject({ kind: 'full' });
  expect((await rig.rows('describe feed.kept')).map((row) => row['column_name'])).toEqual([
    'id',
    'head',
    'tail',
    'rate',
    '_step',
    '_image',
  ]);
  await rig.warehouse.execute("update raw.input set tail = 'new' where id = 2");
  expect(await rig.build([model], 'kept', touched)).toMatchObject({
    kind: 'incremental',
    removed: 1,
    added: 1,
  });
});

test('where DDL commits, the table is altered first and only the rows of touched keys travel', async () => {
  await rig.close();
  rig = await open({ transactionalDdl: false });
  await rig.warehouse.execute('create table marts.kept as select * from raw.input');
  await rig.warehouse.execute(
    "create table feed.kept as select *, 0 as _step, '' as _image from raw.input limit 0",
  );
  const delta = await rig.build(
    [keyed('id, tail, 1 as more', { onSchemaChange: 'sync_all_columns' })],
    'kept',
    touched,
  );
  expect(delta).toMatchObject({
    kind: 'full',
    removed: 2,
    added: 2,
    write: { how: 'rows', isNewFeed: true },
  });
  expect(await published()).toEqual([
    { id: 1, tail: 'x', more: 1 },
    { id: 2, tail: 'y', more: 1 },
    { id: 3, tail: 'z', more: null },
  ]);
});

test('a contract holds where only touched keys are computed', async () => {
  const contract = docs({ id: 'integer', head: 'varchar', tail: 'varchar' });
  const enforced = { contractEnforced: true, onSchemaChange: 'ignore' } as const;
  await rig.build([keyed('id, head, tail', enforced, contract)], 'kept', first);
  await expect(rig.build([keyed(wider, enforced, contract)], 'kept', touched)).rejects.toMatchObject({
    code: 'TRANSFORM_CONTRACT_BROKEN',
    message: expect.stringContaining('rate is selected (DECIMAL(2,1)) and not declared') as string,
  });
  const narrowed = docs({ id: 'integer', tail: 'varchar' });
  await expect(rig.build([keyed(narrower, enforced, narrowed)], 'kept', touched)).rejects.toMatchObject({
    code: 'TRANSFORM_CONTRACT_BREAKING',
    message: expect.stringContaining('head is taken away') as string,
  });
  expect(await published()).toEqual(before);
});

test('a contract holds for nested columns, whatever the case of their fields', async () => {
  const columns = "id, {'Head': head} as both";
  const contract = docs({ id: 'integer', both: 'struct("Head" varchar)' });
  const model = keyed(columns, { contractEnforced: true }, contract);
  await rig.build([model], 'kept', first);
  expect(await rig.build([model], 'kept', touched)).toMatchObject({ removed: 0, added: 0 });
});

test('a keyed model without its table is built whole', async () => {
  expect(await rig.build([keyed('id, head, tail')], 'kept', touched)).toMatchObject({
    kind: 'full',
    added: 3,
  });
});
