import type { Answered, Sent } from '../../support/snowflake-script.ts';
import type { Answer } from './driver.ts';
import { textOf } from './values.ts';

const dml = /^(?:insert|update|delete|merge)\b/i;
const shownRows = 3;

/** Times of this minute differ between two runs. */
function withoutNow(text: string | null): string | null {
  if (text === null || !/^\d{4}-\d\d-\d\d[ T]\d\d:/.test(text)) return text;
  const at = Date.parse(`${text.slice(0, 19).replace(' ', 'T')}Z`);
  return Math.abs(at - Date.now()) < 30 * 60_000 ? 'now' : text;
}

type TextRow = Readonly<Record<string, string | null>>;

function toldRows({ rows }: Answered): TextRow[] {
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, withoutNow(value === null ? null : String(value))]),
    ),
  );
}

function foundRows({ columns, rows }: Answer, told: readonly TextRow[]): TextRow[] {
  return rows.map((row, index) =>
    Object.fromEntries(
      columns.map((column, place) => {
        const name = column.name.toLowerCase();
        return [name, withoutNow(textOf(row[place], column, told[index]?.[name]))];
      }),
    ),
  );
}

/** Of what is in a catalogue the names count: engines write them in their own case, and call types by their own names. */
function catalogued(row: TextRow): TextRow {
  const names = Object.entries(row).filter(([name]) =>
    /^(?:name|relation|schema_name|table_name)$/.test(name),
  );
  return Object.fromEntries(names.map(([name, value]) => [name, value?.toLowerCase() ?? null]));
}

function asLines(sql: string, rows: readonly TextRow[]): string[] {
  const compared = /from information_schema\./.test(sql) ? rows.map(catalogued) : rows;
  return compared.map((row) => JSON.stringify(row, Object.keys(row).toSorted())).toSorted();
}

/** In what an answer differs from DuckDB's: rows as a set, counts of changed rows. */
export function differenceOf(sent: Sent, told: Answered, answer: Answer): string | undefined {
  if (sent.how === 'execute') {
    if (!dml.test(sent.sql)) return undefined;
    const count = (answer.rows[0] ?? []).reduce<number>((sum, each) => sum + Number(each), 0);
    return count === told.count ? undefined : `${count} rows changed and not ${told.count}`;
  }
  const expected = toldRows(told);
  const [were, are] = [asLines(sent.sql, expected), asLines(sent.sql, foundRows(answer, expected))];
  if (JSON.stringify(were) === JSON.stringify(are)) return undefined;
  const missing = were.filter((line) => !are.includes(line)).slice(0, shownRows);
  const surplus = are.filter((line) => !were.includes(line)).slice(0, shownRows);
  return `${are.length} rows and not ${were.length}: ${surplus.join(' ')} and not ${missing.join(' ')}`;
}
