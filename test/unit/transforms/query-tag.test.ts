import { expect, test } from 'vitest';
import { requestTag, tagComment, taggedWarehouse } from '../../../transforms/engine/warehouse/query-tag.ts';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import type { Session, Warehouse } from '../../../warehouse/warehouse.ts';

test('every statement of a tagged warehouse says whose it is, in transactions too', async () => {
  const warehouse = await openDuckdbWarehouse({ path: ':memory:', threads: 1 });
  const sent: string[] = [];
  const recording = (session: Session): Session => ({
    query: (sql, params) => (sent.push(sql), session.query(sql, params)),
    execute: (sql, params) => (sent.push(sql), session.execute(sql, params)),
  });
  const recorded: Warehouse = {
    ...warehouse,
    ...recording(warehouse),
    transaction: (work) => warehouse.transaction((session) => work(recording(session))),
  };
  const tagged = taggedWarehouse(recorded, { dag: 'build', model: 'fct_orders', run: 'r1' });
  await tagged.execute('create table t (a integer)');
  await tagged.transaction(async (session) => {
    await session.execute('insert into t values (?)', [1]);
    expect(await session.query('select a from t')).toEqual([{ a: 1 }]);
  });
  expect(sent).toHaveLength(3);
  expect(sent.every((sql) => sql.startsWith('/* {"dag":"build","model":"fct_orders","run":"r1"} */ '))).toBe(
    true,
  );
  await warehouse.close();
});

test('no value ends the comment, and nothing to say is no comment', () => {
  const comment = tagComment({ tag: 'a */ drop table t; /* b' });
  expect(comment.match(/\*\//g)).toHaveLength(1);
  expect(tagComment({ model: undefined })).toBe('');
});

test('a tagged warehouse is refined, and its statements keep one comment', async () => {
  const warehouse = await openDuckdbWarehouse({ path: ':memory:', threads: 1 });
  const sent: string[] = [];
  const recorded: Warehouse = { ...warehouse, execute: (sql) => (sent.push(sql), Promise.resolve(0)) };
  const ofRun = taggedWarehouse(recorded, { run: 'r1', ...requestTag('shop-marts/2026-03-01T00:00/build') });
  await taggedWarehouse(ofRun, { model: 'fct_orders', run: 'r1' }).execute('select 1');
  expect(sent).toEqual([
    '/* {"run":"r1","dag":"shop-marts","task":"build","model":"fct_orders"} */ select 1',
  ]);
  await warehouse.close();
});

test('who asked is told only as far as it is known', () => {
  expect(tagComment(requestTag(undefined))).toBe('');
  expect(requestTag('somebody')).toEqual({ dag: 'somebody' });
});
