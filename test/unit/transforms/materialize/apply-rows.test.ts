import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Model } from '../../../../transforms/engine/project/model.ts';
import { changed, first, openRig, sqlModel } from '../../../support/materialize-rig.ts';
import type { Rig } from '../../../support/materialize-rig.ts';
import { applyDelta } from '../../../../transforms/engine/materialize/apply.ts';
import type { BuildRun, ModelDelta } from '../../../../transforms/engine/materialize/delta.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
  await rig.warehouse.execute(
    "create table raw.input as select * from (values (1, 'a'), (2, 'b')) as v(id, name)",
  );
  await rig.warehouse.execute('create table raw.keys as select unnest([1, 2]) as touch_key');
});
afterEach(() => rig.close());

const keyed = sqlModel('t', "select id, name from raw.input where {{ touched('id') }}", {
  materialization: {
    kind: 'incremental',
    strategy: 'keys_touched',
    uniqueKey: 'id',
    touchKey: 'id',
    touchedBy: {},
    pruneBy: undefined,
  },
});
const touched = { kind: 'incremental', changedInputs: [], extraKeys: 'raw.keys' } as const;

const mismatch = (says: string): object => ({
  code: 'TRANSFORM_DELTA_MISMATCH',
  where: keyed.file,
  message: expect.stringContaining(says) as string,
});

test('a key that stands twice in production would lose a row, and is an error that changes nothing', async () => {
  await rig.build([keyed], 't', first);
  await rig.warehouse.execute("insert into marts.t values (1, 'z')");
  await expect(rig.build([keyed], 't', touched)).rejects.toMatchObject(
    mismatch('1 row(s) were to be removed, and 2 were'),
  );
  expect(await rig.rows('select * from marts.t order by all')).toEqual([
    { id: 1, name: 'a' },
    { id: 1, name: 'z' },
    { id: 2, name: 'b' },
  ]);
  expect(await rig.rows('select * from feed.t')).toEqual([]);
});

test('rows added otherwise than computed are an error too', async () => {
  const model: Model = sqlModel('t', 'select id, name from raw.input', {
    materialization: { kind: 'incremental', strategy: 'append', uniqueKey: [] },
  });
  await rig.build([model], 't', first);
  const run: BuildRun = {
    id: 'x',
    version: 9n,
    stageStep: 9n,
    deltas: new Map(),
    consumed: new Map(),
    together: new Set(),
  };
  await rig.warehouse.execute('create schema delta_x');
  await rig.warehouse.execute('create table delta_x.t__added as select * from raw.input');
  const delta: ModelDelta = {
    model,
    kind: 'incremental',
    fingerprint: 'f',
    removed: 0,
    added: 3,
    write: { how: 'rows', match: [], columns: undefined, before: [], isNewFeed: false, isTouched: false },
  };
  const apply = rig.warehouse.transaction((session) => applyDelta(session, run, delta));
  await expect(apply).rejects.toMatchObject(mismatch('3 row(s) were to be added, and 2 were'));
  expect(await rig.rows('select count(*) as n from marts.t')).toEqual([{ n: 2n }]);
});

test('an append that adds rows which are there already is none', async () => {
  const model: Model = sqlModel('t', 'select id, name from raw.input', {
    materialization: { kind: 'incremental', strategy: 'append', uniqueKey: [] },
  });
  await rig.build([model], 't', first);
  expect(await rig.build([model], 't', changed())).toMatchObject({ removed: 0, added: 2 });
  expect(await rig.build([model], 't', changed())).toMatchObject({ removed: 0, added: 2 });
  expect(await rig.rows('select id, count(*) as n from marts.t group by id order by id')).toEqual([
    { id: 1, n: 3n },
    { id: 2, n: 3n },
  ]);
});
