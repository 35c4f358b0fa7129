import { parseCheck } from '../../transforms/engine/dialect/parse-check.ts';
import type { Sent } from './snowflake-script.ts';

/** Words that Snowflake reserves and a column could well be called. */
const reserved = [
  'all any check column connect constraint current database following grant group increment issue localtime minus of',
  'order organization qualify regexp revoke row rows sample schema set some start table tablesample to trigger unique',
  'update using values view whenever',
]
  .join(' ')
  .split(' ')
  .join('|');

/** The word where only a name can stand: after a dot or AS, alone between brackets or commas, before a type. */
const asName = new RegExp(
  [
    String.raw`\.\s*(${reserved})\b`,
    String.raw`\bas\s+(?!(?:table|values)\b)(${reserved})\b`,
    String.raw`[(,]\s*(${reserved})\s*[,)]`,
    String.raw`[(,]\s*(${reserved})\s+(?:bigint|varchar|timestamp|boolean|number)\b`,
  ].join('|'),
  'i',
);

const ddl = /^(?:create|alter|drop|truncate|grant)\b/i;

/** A statement without the tag of its query, and without what texts, quoted names and comments say. */
function bare(sql: string): string {
  return sql
    .replace(/^\/\*.*?\*\/ /, '')
    .replaceAll(/'(?:[^']|'')*'/g, "''")
    .replaceAll(/"(?:[^"]|"")*"/g, '""')
    .replaceAll(/--.*$/gm, '');
}

/** What the parser takes and Snowflake does not. */
const lints: Readonly<Record<string, (sql: string, sent: Sent) => boolean>> = {
  'DDL commits the transaction it stands in': (sql, { isInTransaction }) => isInTransaction && ddl.test(sql),
  'there is no EXCEPT ALL': (sql) => /\b(?:except|intersect)\s+all\b/i.test(sql),
  'a reserved word is used as a name': (sql) => asName.test(sql),
  'a function of DuckDB': (sql) =>
    /\b(?:typeof|strftime|arg_max_null|arg_min_null|list_transform|regexp_full_match|json_extract_string|epoch_us)\s*\(|->>|\btimestamptz\b/i.test(
      sql,
    ),
};

export interface Finding {
  readonly lint: string;
  /** The statement's beginning, numbers and run ids taken out of it. */
  readonly sql: string;
}

/** One of each shape: what differs in numbers and ids of runs alone is one statement. */
function shapeOf(sql: string): string {
  return sql
    .replace(/^\/\*.*?\*\/ /, '')
    .replaceAll(/__?r[0-9a-z]{8}[0-9a-f]{6}/g, '__run')
    .replaceAll(/\d+/g, '0')
    .replaceAll(/\s+/g, ' ');
}

/** What is wrong with statements for Snowflake, each shape of them once. */
export async function findings(sent: readonly Sent[]): Promise<Finding[]> {
  const shapes = new Map(sent.map((each) => [`${each.isInTransaction} ${shapeOf(each.sql)}`, each]));
  const found: Finding[] = [];
  for (const each of shapes.values()) {
    const sql = bare(each.sql);
    const shown = shapeOf(each.sql).slice(0, 160);
    for (const [lint, isBroken] of Object.entries(lints))
      if (isBroken(sql, each)) found.push({ lint, sql: shown });
    const problem = await parseCheck(each.sql, 'snowflake');
    if (problem !== undefined) found.push({ lint: `does not parse: ${problem.message}`, sql: shown });
  }
  return found;
}
