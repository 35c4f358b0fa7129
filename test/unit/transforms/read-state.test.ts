import { expect, test } from 'vitest';
import { ensureMeta } from '../../../transforms/engine/warehouse/meta-tables.ts';
import { readRunState, readStageState } from '../../../transforms/engine/warehouse/read-state.ts';
import { readStageHead } from '../../../transforms/engine/warehouse/state.ts';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import type { DuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import { unavailable, withStatementHook } from '../../support/faulty-warehouse.ts';

async function prepared(): Promise<DuckdbWarehouse> {
  const warehouse = await openDuckdbWarehouse({ path: ':memory:', threads: 1 });
  await ensureMeta(warehouse);
  return warehouse;
}

test('a state that could not be read is an error, and never one without holds', async () => {
  const warehouse = await prepared();
  await warehouse.execute(
    "insert into _meta.source_hold values ('shop', 'orders', 'column gone', timestamp '2026-01-01', null)",
  );
  let failures = 1;
  const flaky = withStatementHook(warehouse, () => {
    failures -= 1;
    if (failures >= 0) throw unavailable();
  });
  await expect(readRunState(flaky)).rejects.toMatchObject({ code: 'WAREHOUSE_UNAVAILABLE' });
  expect([...(await readRunState(flaky)).sourceHolds.keys()]).toEqual(['shop.orders']);
  await warehouse.close();
});

const ambiguous = { code: 'TRANSFORM_HEAD_AMBIGUOUS' };

test.each([
  ['head', '0, 0'],
  ['stage_head', "0, '0000000000000000', null"],
  ['build_lease', "'build', null, 0, null"],
])('a second row of %s is named, whoever reads', async (table, values) => {
  const warehouse = await prepared();
  await warehouse.execute(`insert into _meta.${table} select ${values}`);
  await expect(readRunState(warehouse)).rejects.toMatchObject(ambiguous);
  await expect(ensureMeta(warehouse)).rejects.toMatchObject({
    ...ambiguous,
    message: expect.stringContaining(`_meta.${table} has 2 rows`),
  });
  if (table !== 'build_lease') await expect(readStageState(warehouse)).rejects.toMatchObject(ambiguous);
  if (table === 'stage_head') await expect(readStageHead(warehouse)).rejects.toMatchObject(ambiguous);
  await warehouse.close();
});

test('marks of runs that publish nothing are no second lease', async () => {
  const warehouse = await prepared();
  await warehouse.execute("insert into _meta.build_lease select 'r1', 'p:r1', 0, null");
  await ensureMeta(warehouse);
  expect((await readRunState(warehouse)).freeSince).toBe(0n);
  await warehouse.close();
});
