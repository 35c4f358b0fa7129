import type { CatalogColumn } from './catalog.ts';
import type { PhysicalColumn } from './physical.ts';
import { refused } from './refused.ts';
import type { Scan } from './scan.ts';
import type { TranslateContext, Translator } from './translator.ts';

/** What follows a column's type. */
const afterType = [
  'not null',
  'null',
  'default',
  'primary key',
  'unique',
  'references',
  'foreign key',
  'constraint',
  'comment',
  'collate',
  'autoincrement',
  'identity',
  'with',
  'tag',
  'masking',
  ',',
];

const constraints = ['primary key', 'unique', 'foreign key', 'constraint'];

/**
 * The brackets of a CREATE TABLE. Keys are read and only remembered, NOT NULL is kept; what would need more than that is
 * refused.
 */
export function tableColumns(
  scan: Scan,
  translator: Translator,
  context: TranslateContext,
): readonly CatalogColumn[] {
  const columns: CatalogColumn[] = [];
  const keys = new Set<string>();
  scan.must('(');
  do {
    if (constraints.some((words) => scan.sees(words))) for (const name of keyOutOfLine(scan)) keys.add(name);
    else columns.push(column(scan, translator, context));
  } while (scan.takes(','));
  scan.must(')');
  for (const key of keys)
    if (!columns.some(({ name }) => name === key)) throw refused('invalidIdentifier', `'${key}'`);
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw refused('exists', `duplicate column name '${twice}'`);
  // The columns of a primary key are NOT NULL, in Snowflake too.
  return columns.map((each) => (keys.has(each.name) ? { ...each, isKey: true, isNullable: false } : each));
}

/** One column: name, type and what follows. */
export function column(scan: Scan, translator: Translator, context: TranslateContext): CatalogColumn {
  const name = scan.identifier();
  const type = translator.type(scan.textUntil(...afterType), context);
  let isNullable = true;
  let isKey = false;
  let initial: string | undefined;
  let comment: string | undefined;
  for (;;) {
    if (scan.takes('not null')) isNullable = false;
    else if (scan.takes('null')) isNullable = true;
    else if (scan.takes('default')) initial = translator.expression(scan.textUntil(...afterType), context);
    else if (scan.takes('comment')) comment = scan.string();
    else if (scan.takes('constraint')) scan.identifier();
    else if (scan.takes('primary key')) isKey = true;
    else if (scan.takes('unique')) continue;
    else if (scan.takes('references')) reference(scan);
    else break;
  }
  if (!scan.sees(',') && !scan.sees(')') && !scan.isAtEnd) scan.fail();
  return { name, type, isNullable: isNullable && !isKey, default: initial, comment, isKey };
}

function reference(scan: Scan): void {
  scan.name();
  if (scan.sees('(')) scan.names();
}

function keyOutOfLine(scan: Scan): string[] {
  if (scan.takes('constraint')) scan.identifier();
  if (scan.takes('primary key')) {
    const names = scan.names();
    scan.takes('rely');
    return names;
  }
  if (scan.takes('foreign key')) {
    scan.names();
    scan.must('references');
    reference(scan);
    return [];
  }
  scan.must('unique');
  scan.names();
  return [];
}

/** Columns as DuckDB made them of a query. */
export function columnsOfQuery(columns: readonly PhysicalColumn[]): CatalogColumn[] {
  return columns.map((each) => ({ ...each, comment: undefined, isKey: false }));
}

/** Columns with their types as DuckDB spells them. */
export function asDuckdbSpells(
  columns: readonly CatalogColumn[],
  physical: readonly PhysicalColumn[],
): CatalogColumn[] {
  const types = new Map(physical.map(({ name, type }) => [name, type]));
  return columns.map((each) => ({ ...each, type: types.get(each.name) ?? each.type }));
}
