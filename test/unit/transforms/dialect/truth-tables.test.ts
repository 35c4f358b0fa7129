import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDuckdbWarehouse } from '../../../../warehouse/duckdb/open.ts';
import type { Warehouse } from '../../../../warehouse/warehouse.ts';
import { dialectMacros } from '../../../../transforms/engine/dialect/macros.ts';
import { parseCheck } from '../../../../transforms/engine/dialect/parse-check.ts';
import { truthTables } from './tables/all.ts';
import { renderRow } from './truth.ts';
import type { TruthRow } from './truth.ts';

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await openDuckdbWarehouse({ path: ':memory:' });
});
afterAll(() => warehouse.close());

const tables = Object.entries(truthTables);

function isValue(row: TruthRow): boolean {
  return row[1] === null || typeof row[1] === 'string';
}

/** All rows of a table as one statement; its lines come back by number. */
function combined(name: string, rows: readonly TruthRow[]): string {
  return rows
    .map(
      (row, index) =>
        `select ${index} as line, cast((${renderRow(name, row, 'duckdb')}) as varchar) as value`,
    )
    .join('\nunion all\n');
}

test('every macro has a truth table, every table a macro, and together they have at least 250 rows', () => {
  expect(tables.map(([name]) => name).sort()).toEqual(Object.keys(dialectMacros).sort());
  expect(tables.filter(([, rows]) => rows.length === 0)).toEqual([]);
  expect(tables.flatMap(([, rows]) => rows).length).toBeGreaterThanOrEqual(250);
});

describe('DuckDB gives the value that Snowflake documents', () => {
  test.each(tables)('%s', async (name, rows) => {
    const values = rows.filter(isValue);
    const lines = await warehouse.query(`${combined(name, values)} order by line`);
    const found = lines.map((line, index) => ({ args: values[index]?.[0], value: line['value'] }));
    expect(found).toEqual(values.map(([args, value]) => ({ args, value })));
  });

  const refused = tables.flatMap(([name, rows]) =>
    rows.filter((row) => !isValue(row)).map((row) => [name, row] as const),
  );
  test.each(refused)('%s refuses', async (name, row) => {
    const [, expected] = row;
    const pattern = expected !== null && typeof expected === 'object' ? expected.error : /never/;
    await expect(warehouse.query(renderRow(name, row, 'duckdb'))).rejects.toThrow(pattern);
  });
});

test('every Snowflake rendering of a row parses as Snowflake SQL', async () => {
  const problems: unknown[] = [];
  for (const [name, rows] of tables) {
    const sql = rows.map((row) => renderRow(name, row, 'snowflake').replaceAll(/\s+/g, ' ')).join(';\n');
    const problem = await parseCheck(sql, 'snowflake');
    const statement = sql.split('\n')[(problem?.line ?? 1) - 1];
    if (problem !== undefined) problems.push({ name, statement, problem });
  }
  expect(problems).toEqual([]);
}, 60_000);
