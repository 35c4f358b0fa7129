import { unknownHere } from './read.ts';
import type { Reading } from './read.ts';
import { reserved } from './reserved.ts';
import { quoteName } from './value.ts';
import type { Value } from './value.ts';

/** One of the tables of FROM; FLATTEN with OUTER keeps the rows that have no elements. */
interface Item {
  readonly text: string;
  readonly isOuter?: boolean;
}

/** Tables between commas and joins. */
export function fromClause(reading: Reading): string {
  let written = inner(fromItem(reading));
  for (;;) {
    const next = reading.scan.takes(',') ? crossed(fromItem(reading), ', ') : join(reading);
    if (next === undefined) return written;
    written += next;
  }
}

function inner({ text, isOuter = false }: Item): string {
  return isOuter ? unknownHere('flatten with OUTER here') : text;
}

function crossed({ text, isOuter = false }: Item, word = ' cross join '): string {
  return isOuter ? ` left join ${text} on true` : `${word}${text}`;
}

const joins: ReadonlyArray<readonly [words: string, duckdb: string]> = [
  ['join', 'join'],
  ['inner join', 'join'],
  ['left join', 'left join'],
  ['left outer join', 'left join'],
  ['right join', 'right join'],
  ['right outer join', 'right join'],
  ['full join', 'full join'],
  ['full outer join', 'full join'],
];

function join(reading: Reading): string | undefined {
  const { scan } = reading;
  if (scan.takes('cross join')) return crossed(fromItem(reading));
  if (scan.takes('asof join')) return asofJoin(reading);
  const kind = joins.find(([words]) => scan.takes(words));
  if (kind === undefined) return undefined;
  return ` ${kind[1]} ${inner(fromItem(reading))}${joinCondition(reading)}`;
}

function joinCondition(reading: Reading): string {
  const { scan } = reading;
  if (scan.takes('on')) return ` on ${reading.grammar.expression(reading).text}`;
  if (!scan.sees('using')) return scan.fail();
  scan.must('using');
  return ` using (${scan.names().map(quoteName).join(', ')})`;
}

/** Rows of the left side that find none stay. */
function asofJoin(reading: Reading): string {
  const { scan, grammar } = reading;
  const item = inner(fromItem(reading));
  scan.must('match_condition (');
  const match = grammar.expression(reading).text;
  scan.must(')');
  const on = scan.takes('on') ? `${grammar.expression(reading).text} and ` : '';
  return ` asof left join ${item} on ${on}${match}`;
}

function fromItem(reading: Reading): Item {
  const { scan, grammar, context, tables } = reading;
  if (scan.takes('lateral flatten (')) return flatten(reading);
  if (scan.takes('table ( flatten (')) return flatten(reading, true);
  if (scan.takes('table ( generator (')) return { text: generator(reading) };
  if (scan.takes('(')) {
    const isValues = scan.sees('values');
    const query = grammar.query(reading);
    scan.must(')');
    return { text: `(${query})${aliased(reading, isValues)}` };
  }
  const first = scan.peek();
  if (first?.kind === 'word' && reserved.has(first.text)) scan.fail();
  const name = scan.name();
  const [only = ''] = name;
  const relation = name.length === 1 && tables.has(only) ? quoteName(only) : context.relation(name, 'read');
  return { text: `${relation}${aliased(reading)}` };
}

/** What may follow a table and is no alias of it. */
const clauses = new Set(
  'ON USING WHERE GROUP ORDER HAVING QUALIFY LIMIT OFFSET FETCH UNION EXCEPT MINUS INTERSECT JOIN INNER LEFT RIGHT FULL CROSS ASOF MATCH_CONDITION NATURAL SET WHEN VALUES SELECT'.split(
    ' ',
  ),
);
const refusedHere = new Set([
  'SAMPLE',
  'TABLESAMPLE',
  'PIVOT',
  'UNPIVOT',
  'MATCH_RECOGNIZE',
  'AT',
  'BEFORE',
  'CHANGES',
]);

/** ` as alias(columns)`, '' where there is none. */
export function aliased(reading: Reading, isValues = false): string {
  const { scan } = reading;
  const token = scan.peek();
  if (token?.kind === 'word' && refusedHere.has(token.text)) return unknownHere(token.text);
  const isAlias =
    scan.takes('as') || token?.kind === 'quoted' || (token?.kind === 'word' && !clauses.has(token.text));
  if (!isAlias) return isValues ? ' as "VALUES"' : '';
  const word = scan.peek();
  if (word?.kind === 'word' && reserved.has(word.text)) return scan.fail();
  const alias = quoteName(scan.identifier());
  return ` as ${alias}${scan.sees('(') ? `(${scan.names().map(quoteName).join(', ')})` : ''}`;
}

/** Named arguments up to the bracket that closes them. */
function named(reading: Reading): Map<string, Value> {
  const { scan, grammar } = reading;
  const found = new Map<string, Value>();
  do {
    const name = scan.identifier();
    scan.must('=>');
    found.set(name, grammar.expression(reading));
  } while (scan.takes(','));
  scan.must(')');
  return found;
}

const flattenArguments = new Set(['INPUT', 'OUTER', 'MODE']);

/** What FLATTEN makes rows of: elements of an array by their place from 0, members of an object by their key. */
const rowsOf: Readonly<Record<string, (input: string) => readonly string[]>> = {
  ARRAY: (input) => [
    `select unnest(range(len(sf_elements(${input})))) as "INDEX", cast(null as varchar) as "KEY", unnest(sf_elements(${input})) as "VALUE"`,
  ],
  OBJECT: (input) => [
    `select cast(null as bigint) as "INDEX", unnest(sf_keys(${input})) as "KEY", unnest(sf_members(${input})) as "VALUE"`,
  ],
  BOTH: (input) => [...(rowsOf['ARRAY']?.(input) ?? []), ...(rowsOf['OBJECT']?.(input) ?? [])],
};

function flatten(reading: Reading, isTable = false): Item {
  const args = named(reading);
  if (isTable) reading.scan.must(')');
  const other = [...args.keys()].find((each) => !flattenArguments.has(each));
  const input = args.get('INPUT')?.text;
  const mode = args.get('MODE');
  const rows = rowsOf[mode === undefined ? 'BOTH' : (mode.literal ?? '')];
  if (other !== undefined || input === undefined || rows === undefined)
    return unknownHere('flatten of these arguments');
  const text = `lateral (${rows(input).join(' union all ')})${aliased(reading)}`;
  return { text, isOuter: args.get('OUTER')?.text === 'true' };
}

function generator(reading: Reading): string {
  const args = named(reading);
  reading.scan.must(')');
  const rows = args.get('ROWCOUNT')?.text;
  if (rows === undefined || args.size !== 1) return unknownHere('generator without a row count');
  return `(select unnest(range(${rows})) as "GENERATED")${aliased(reading) || ' as "GENERATOR"'}`;
}
