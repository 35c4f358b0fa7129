import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ensureMeta } from '../../../transforms/engine/warehouse/meta-tables.ts';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import { withStatementHook } from '../../support/faulty-warehouse.ts';
import { openRig } from '../warehouse/snowflake/rig.ts';

const atOnce = 4;

/** A warehouse whose every statement that writes a first row takes as long as all the others need to look. */
function slowly(warehouse: Warehouse): Warehouse {
  return withStatementHook(warehouse, async (sql) => {
    if (/^insert into _meta\.(?!setup_turn)/.test(sql)) await pause(150);
  });
}

async function rowsOf(warehouse: Warehouse): Promise<unknown> {
  const counts = ['head', 'stage_head', 'build_lease', 'pruned'].map(
    (name) => `(select count(*) from _meta.${name}) as ${name}`,
  );
  const [row] = await warehouse.query(`select ${counts.join(', ')}`);
  return Object.fromEntries(Object.entries(row ?? {}).map(([name, count]) => [name, Number(count)]));
}

const one = { head: 1, stage_head: 1, build_lease: 1, pruned: 1 };

test('of several that begin at once on Snowflake, which enforces no key, one makes the first rows', async () => {
  await using rig = await openRig();
  const first = slowly(rig.warehouse);
  await Promise.all(Array.from({ length: atOnce }, () => ensureMeta(first)));
  expect(await rowsOf(rig.warehouse)).toEqual(one);
});

test('of several that begin at once on DuckDB one makes the first rows, and the others go on', async () => {
  const warehouse = await openDuckdbWarehouse({ path: ':memory:' });
  // Catalogue entries made at once are a conflict of their own there.
  await ensureMeta(warehouse);
  for (const name of Object.keys(one)) await warehouse.execute(`delete from _meta.${name}`);
  const first = slowly(warehouse);
  await Promise.all(Array.from({ length: atOnce }, () => ensureMeta(first)));
  expect(await rowsOf(warehouse)).toEqual(one);
  await warehouse.close();
});

test('a process that died between two of the first rows is made up for, and who begins later writes nothing', async () => {
  await using rig = await openRig();
  await ensureMeta(rig.warehouse);
  await rig.warehouse.execute("delete from _meta.build_lease where name = 'build'");
  await ensureMeta(rig.warehouse);
  expect(await rowsOf(rig.warehouse)).toEqual(one);
  const before = rig.sent().length;
  await ensureMeta(rig.warehouse);
  expect(
    rig
      .sent()
      .slice(before)
      .filter((sql) => /^(insert|update|begin)/i.test(sql)),
  ).toEqual([]);
});
