import { expect, test } from 'vitest';
import { withStatementHook } from '../../support/faulty-warehouse.ts';
import { engineOn, openTransforms } from '../../support/platform-parts.ts';
import { appendBatch } from '../../support/raw-log.ts';
import { orderRow, paymentRow } from '../../support/shop-rows.ts';

test('every statement of staging, building, checking and publishing says whose it is', async () => {
  const { warehouse } = await openTransforms();
  await appendBatch(warehouse, {
    id: 'b1',
    from: 0,
    to: 2,
    entries: [orderRow(1, '1'), paymentRow(2, '1', '1')],
  });
  const sent: string[] = [];
  const engine = await engineOn(withStatementHook(warehouse, (sql) => void sent.push(sql)));
  const untagged = (): string[] => sent.splice(0).filter((sql) => !sql.startsWith('/* {"app":"shopwave"'));
  await engine.setup();
  await engine.freshness();
  expect(untagged()).toEqual([]);
  await engine.stage();
  expect(sent.every((sql) => /"run":"r/.test(sql))).toBe(true);
  expect(untagged()).toEqual([]);
  await engine.build({ requestedBy: 'shop-marts/2026/build' });
  expect(sent.filter((sql) => !/"run":"r[^}]*"dag":"shop-marts","task":"build"/.test(sql))).toEqual([]);
  expect(sent.filter((sql) => sql.includes('"model":"fct_payments"')).length).toBeGreaterThan(2);
  expect(sent.filter((sql) => sql.indexOf('/* {') !== sql.lastIndexOf('/* {'))).toEqual([]);
  expect(untagged()).toEqual([]);
  await warehouse.close();
});
