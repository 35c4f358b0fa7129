import { messageOf } from '../../../lib/errors.ts';
import { truthTables } from '../../unit/transforms/dialect/tables/all.ts';
import { renderRow } from '../../unit/transforms/dialect/truth.ts';
import type { Expected, TruthRow } from '../../unit/transforms/dialect/truth.ts';
import type { Answer, Driver } from './driver.ts';
import type { Finding } from './findings.ts';
import { isType, textOf } from './values.ts';

/** The words in which the tables' queries ask DuckDB, and Snowflake's for them. */
const words: ReadonlyArray<readonly [RegExp | string, string]> = [
  [
    /string_agg\((.*?), ' ' order by ([\w.]+)\)/gs,
    // Of no rows LISTAGG makes a text that is empty.
    "nullif(listagg($1, ' ') within group (order by $2), '')",
  ],
  [/timezone\('UTC', now\(\)\)/g, 'sysdate()'],
  [/\bas json\)/g, 'as variant)'],
  // Of a VARIANT the text is that of its value, without quotes.
  ["concat(e.index, ':', e.value)", "concat(e.index, ':', to_json(e.value))"],
];

/** A type is asked of the result's description; the functions that tell it are each engine's own. */
const typeAsked = [/^select typeof\((.*)\)( from \(values .*)$/s, /^select typeof\((.*)\)()$/s];

interface Asked {
  readonly name: string;
  readonly sql: string;
  readonly expected: Expected;
  readonly isOfType: boolean;
}

function asked(macro: string, row: TruthRow): Asked {
  const sql = words.reduce((text, [from, to]) => text.replace(from, to), renderRow(macro, row, 'snowflake'));
  const name = `${macro}(${row[0].map(String).join(', ')})`;
  for (const pattern of typeAsked) {
    const typed = pattern.exec(sql);
    if (typed === null) continue;
    return {
      name: `type of ${name}`,
      sql: `select ${typed[1]}${typed[2]}`,
      expected: row[1],
      isOfType: true,
    };
  }
  return { name, sql, expected: row[1], isOfType: false };
}

/** What a statement said, where that is not what Snowflake documents. */
function wrongIn({ expected, isOfType }: Asked, answer: Answer): string | undefined {
  const column = answer.columns[0];
  if (column === undefined) return 'no column';
  if (typeof expected === 'object' && expected !== null) return `no error but ${String(answer.rows[0]?.[0])}`;
  if (isOfType) {
    const shown = `${column.type}(${column.precision},${column.scale})`;
    return expected !== null && isType(column, expected) ? undefined : `${shown} and not ${String(expected)}`;
  }
  const found = textOf(answer.rows[0]?.[0], column, expected);
  return found === expected ? undefined : `${JSON.stringify(found)} and not ${JSON.stringify(expected)}`;
}

async function finding(driver: Driver, row: Asked): Promise<Finding> {
  try {
    const wrong = wrongIn(row, await driver.ask(row.sql));
    return { name: row.name, sql: row.sql, wrong };
  } catch (error) {
    const isExpected = typeof row.expected === 'object' && row.expected !== null;
    return { name: row.name, sql: row.sql, wrong: isExpected ? undefined : messageOf(error) };
  }
}

/** Every line of the dialect macros' truth tables, in Snowflake's words. */
export async function truthFindings(driver: Driver): Promise<Finding[]> {
  const rows = Object.entries(truthTables).flatMap(([macro, all]) => all.map((row) => asked(macro, row)));
  const found: Finding[] = [];
  for (const row of rows) found.push(await finding(driver, row));
  return found;
}
