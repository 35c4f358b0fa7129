import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderRow } from '../transforms/dialect/truth.ts';
import type { TruthRow } from '../transforms/dialect/truth.ts';
import { truthTables } from '../transforms/dialect/tables/all.ts';
import { openTranslated } from './rig.ts';
import type { Translated } from './rig.ts';

let translated: Translated;
beforeAll(async () => {
  translated = await openTranslated();
});
afterAll(() => translated[Symbol.asyncDispose]());

/** What stands around a rendering in the tables is DuckDB's, and is said here in Snowflake's words. */
const wordings: ReadonlyArray<readonly [RegExp, string]> = [
  [
    /string_agg\(cast\((\w+) as varchar\), ' ' order by \w+\)/g,
    "nullif(listagg(cast($1 as varchar), ' ') within group (order by $1), '')",
  ],
  [
    /string_agg\(concat\(e\.index, ':', e\.value\), ' ' order by e\.index\)/g,
    "listagg(e.index || ':' || to_json(e.value), ' ') within group (order by e.index)",
  ],
  [/timezone\('UTC', now\(\)\)/g, 'sysdate()'],
  [/as json\)/g, 'as variant)'],
  // A literal of JSON with a quote in a string: Snowflake would read the backslash as its own.
  [/"a\\"1"/g, String.raw`"a\\"1"`],
];

function snowflake(name: string, row: TruthRow): string {
  return wordings.reduce((sql, [of, words]) => sql.replaceAll(of, words), renderRow(name, row, 'snowflake'));
}

/** TYPEOF is of variants alone; the tables ask DuckDB's of anything. */
const askedType = /^select typeof\((.*?)\)( from \(values.*)?$/s;

/** Whole numbers have more digits there. */
const types: Readonly<Record<string, string>> = { BIGINT: 'DECIMAL(38,0)' };

/** The timestamps of this one become text outside of the macro, where DuckDB writes them without empty fractions. */
const others = new Map([
  ['2024-01-01 22:00:00 2024-01-01 23:00:00', '2024-01-01 22:00:00.000000 2024-01-01 23:00:00.000000'],
]);

async function valueOf(name: string, row: TruthRow): Promise<string | null | undefined> {
  const sql = snowflake(name, row);
  const type = name.startsWith('json_') ? null : askedType.exec(sql);
  if (type !== null) return await translated.typeOf(`select ${type[1] ?? ''}${type[2] ?? ''}`);
  const rows = await translated.rows(sql);
  return rows.length === 1 ? rows[0]?.[0] : `${rows.length} rows`;
}

describe.each(Object.entries(truthTables))('%s, as rendered for Snowflake', (name, rows) => {
  test('gives what Snowflake documents', async () => {
    const found: unknown[] = [];
    const expected: unknown[] = [];
    for (const row of rows) {
      const [args, value] = row;
      if (value !== null && typeof value !== 'string') continue;
      const isType = askedType.test(snowflake(name, row)) && !name.startsWith('json_');
      const spelt = value === null ? null : isType ? (types[value] ?? value) : (others.get(value) ?? value);
      expected.push({ args, value: spelt });
      found.push({ args, value: await valueOf(name, row) });
    }
    expect(found).toEqual(expected);
  });
});

const refused = Object.entries(truthTables).flatMap(([name, rows]) =>
  rows.filter(([, value]) => value !== null && typeof value === 'object').map((row) => [name, row] as const),
);

test.each(refused)('%s, as rendered for Snowflake, refuses', async (name, row) => {
  await expect(valueOf(name, row)).rejects.toThrow(/^(?:Conversion|Invalid Input) Error/);
});
