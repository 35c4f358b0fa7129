import { expect, test } from 'vitest';
import { withWorkTag, workTag } from '../../../lib/work-tag.ts';
import type { WorkTag } from '../../../lib/work-tag.ts';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import type { Session, Warehouse } from '../../../warehouse/warehouse.ts';
import { engineOn } from '../../support/platform-parts.ts';
import { appendBatch, createRawTables } from '../../support/raw-log.ts';
import { orderRow, productRow } from '../../support/shop-rows.ts';

test('every statement of a run says whose it is, in transactions too', async () => {
  const duckdb = await openDuckdbWarehouse({ path: ':memory:', threads: 1 });
  const sent: Array<{ readonly sql: string; readonly tag: WorkTag }> = [];
  const recording = (session: Session): Session => ({
    query: (sql, params) => (sent.push({ sql, tag: workTag() }), session.query(sql, params)),
    execute: (sql, params) => (sent.push({ sql, tag: workTag() }), session.execute(sql, params)),
  });
  const recorded: Warehouse = {
    ...duckdb,
    ...recording(duckdb),
    transaction: (work) => duckdb.transaction((session) => work(recording(session))),
  };
  const transforms = await engineOn(recorded);
  await transforms.setup();
  await createRawTables(duckdb);
  await appendBatch(duckdb, { id: 'b1', from: 0, to: 2, entries: [productRow(1, '1'), orderRow(2, '1')] });
  sent.splice(0);
  await withWorkTag({ dag: 'shop_marts', task: 'build' }, async () => {
    await transforms.stage();
    await transforms.build({ threads: 2 });
  });
  expect(sent.length).toBeGreaterThan(100);
  expect(sent.filter(({ tag }) => tag.dag !== 'shop_marts' || tag.task !== 'build')).toEqual([]);
  expect(sent.filter(({ tag }) => tag.run === undefined)).toEqual([]);
  const head = sent.find(({ sql }) => sql.startsWith('update _meta.head set version'));
  expect(head?.tag).toMatchObject({ app: 'shopwave', publication: '1' });
  expect(head?.tag.model).toBeUndefined();
  let found = 0;
  for (const { sql, tag } of sent) {
    const made = /^create or replace table \w+\.(\w+?)__new__r\w+ /.exec(sql)?.[1];
    if (made === undefined) continue;
    expect(tag.model).toBe(made);
    found += 1;
  }
  expect(found).toBeGreaterThan(0);
  await duckdb.close();
});

test('what is said later is added, and ends with its work', async () => {
  expect(workTag()).toEqual({ app: 'shopwave' });
  await withWorkTag({ run: 'r1', dag: 'd' }, async () => {
    await withWorkTag({ model: 'm', dag: undefined }, async () => {
      await Promise.resolve();
      expect(workTag()).toEqual({ app: 'shopwave', run: 'r1', dag: 'd', model: 'm' });
    });
    expect(workTag().model).toBeUndefined();
  });
  expect(workTag().run).toBeUndefined();
});
