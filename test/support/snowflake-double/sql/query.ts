import { fromClause } from './from.ts';
import { orderItems } from './order.ts';
import { expressions, unknownHere } from './read.ts';
import type { Reading } from './read.ts';
import { quoteName } from './value.ts';

/** WITH, then SELECTs put together, then their order and limit. */
export function query(reading: Reading): string {
  const { scan } = reading;
  const { written, inner } = scan.takes('with') ? common(reading) : { written: '', inner: reading };
  const body = together(inner);
  const order = scan.takes('order by') ? orderItems(inner) : '';
  return `${written}${body}${order}${limit(inner)}`;
}

function common(reading: Reading): { readonly written: string; readonly inner: Reading } {
  const { scan } = reading;
  const isRecursive = scan.takes('recursive');
  let inner = reading;
  const parts: string[] = [];
  do {
    const name = scan.identifier();
    const columns = scan.sees('(') ? `(${scan.names().map(quoteName).join(', ')})` : '';
    scan.must('as');
    scan.must('(');
    const withItself = { ...inner, tables: new Set([...inner.tables, name]) };
    parts.push(`${quoteName(name)}${columns} as (${query(isRecursive ? withItself : inner)})`);
    scan.must(')');
    inner = withItself;
  } while (scan.takes(','));
  return { written: `with ${isRecursive ? 'recursive ' : ''}${parts.join(', ')} `, inner };
}

const sets: ReadonlyArray<readonly [words: string, duckdb: string]> = [
  ['union all', 'union all'],
  ['union distinct', 'union'],
  ['union', 'union'],
  ['except', 'except'],
  ['minus', 'except'],
  ['intersect', 'intersect'],
];

function together(reading: Reading): string {
  const { scan } = reading;
  let written = term(reading);
  for (;;) {
    const set = sets.find(([words]) => scan.takes(words));
    if (set === undefined) return written;
    written += ` ${set[1]} ${term(reading)}`;
  }
}

function term(reading: Reading): string {
  const { scan } = reading;
  if (scan.takes('select')) return select(reading);
  if (scan.takes('values')) return values(reading);
  scan.must('(');
  const inner = query(reading);
  scan.must(')');
  return `(${inner})`;
}

/** Rows whose columns are called COLUMN1 and so on. */
export function values(reading: Reading): string {
  const { scan } = reading;
  const rows: string[] = [];
  let width = 0;
  do {
    scan.must('(');
    const row = expressions(reading);
    width = row.length;
    rows.push(`(${row.map(({ text }) => text).join(', ')})`);
  } while (scan.takes(','));
  const names = Array.from({ length: width }, (_, index) => quoteName(`COLUMN${index + 1}`));
  return `select * from (values ${rows.join(', ')}) as "VALUES"(${names.join(', ')})`;
}

function select(reading: Reading): string {
  const { scan, grammar } = reading;
  const distinct = scan.takes('distinct') ? 'distinct ' : '';
  if (distinct === '') scan.takes('all');
  const items = [selectItem(reading)];
  while (scan.takes(',')) items.push(selectItem(reading));
  const from = scan.takes('from') ? ` from ${fromClause(reading)}` : '';
  const where = scan.takes('where') ? ` where ${grammar.expression(reading).text}` : '';
  const group = scan.takes('group by') ? ` group by ${groups(reading)}` : '';
  const having = scan.takes('having') ? ` having ${grammar.expression(reading).text}` : '';
  const qualify = scan.takes('qualify') ? ` qualify ${grammar.expression(reading).text}` : '';
  return `select ${distinct}${items.join(', ')}${from}${where}${group}${having}${qualify}`;
}

function groups(reading: Reading): string {
  const { scan, grammar } = reading;
  if (scan.takes('all')) return 'all';
  const items: string[] = [];
  do {
    if (scan.sees('rollup (') || scan.sees('cube (') || scan.sees('grouping sets'))
      unknownHere('grouping sets');
    items.push(grammar.expression(reading).text);
  } while (scan.takes(','));
  return items.join(', ');
}

/** An expression has the name of its own text where it is given none. */
function selectItem(reading: Reading): string {
  const { scan, grammar } = reading;
  const star = wholeRows(reading);
  if (star !== undefined) return star;
  const from = scan.peek()?.start ?? 0;
  const first = scan.mark;
  const { text } = grammar.expression(reading);
  const isColumn = /^(?:"[^"]+"\.)?"[^"]+"$/.test(text);
  const end = scan.peek(-1)?.end ?? from;
  const token = scan.peek();
  const isNamed =
    scan.takes('as') || token?.kind === 'quoted' || (token?.kind === 'word' && !afterItems.has(token.text));
  if (isNamed) return `${text} as ${quoteName(scan.identifier())}`;
  if (scan.mark === first) scan.fail();
  return isColumn ? text : `${text} as ${quoteName(scan.sql.slice(from, end).toUpperCase())}`;
}

const afterItems = new Set(
  'FROM WHERE GROUP HAVING QUALIFY ORDER LIMIT OFFSET FETCH UNION EXCEPT MINUS INTERSECT WHEN ON'.split(' '),
);

/** `*` or `t.*`, perhaps without some of the columns, or with them under other names. */
function wholeRows({ scan }: Reading): string | undefined {
  const mark = scan.mark;
  let of = '';
  if (!scan.takes('*')) {
    const token = scan.peek();
    if (token?.kind !== 'word' && token?.kind !== 'quoted') return undefined;
    of = `${quoteName(scan.identifier())}.`;
    if (!scan.takes('. *')) {
      scan.reset(mark);
      return undefined;
    }
  }
  const without = scan.takes('exclude') ? ` exclude (${some(scan).join(', ')})` : '';
  const others = scan.takes('rename') ? ` rename (${renames(scan)})` : '';
  if (scan.sees('replace') || scan.sees('ilike')) unknownHere('* replace');
  return `${of}*${without}${others}`;
}

function some(scan: Reading['scan']): string[] {
  return (scan.sees('(') ? scan.names() : [scan.identifier()]).map(quoteName);
}

function renames(scan: Reading['scan']): string {
  if (!scan.takes('(')) return renamed(scan);
  const found: string[] = [];
  do found.push(renamed(scan));
  while (scan.takes(','));
  scan.must(')');
  return found.join(', ');
}

function renamed(scan: Reading['scan']): string {
  const name = quoteName(scan.identifier());
  scan.must('as');
  return `${name} as ${quoteName(scan.identifier())}`;
}

function limit({ scan, grammar, ...rest }: Reading): string {
  const reading = { scan, grammar, ...rest };
  let written = '';
  if (scan.takes('limit')) written = ` limit ${grammar.expression(reading).text}`;
  if (scan.takes('offset')) written += ` offset ${grammar.expression(reading).text}`;
  return written;
}
