import type { Dialect } from '../dialect/dialect.ts';

/** One column of a staging model's SELECT, as it was rendered. */
export interface SelectItem {
  readonly column: string;
  readonly expression: string;
  /** Columns of the source that it is made from. */
  readonly reads: readonly string[];
}

/** A SELECT over the raw rows taken apart, so that its columns can be looked at one by one. */
export interface SelectParts {
  readonly items: readonly SelectItem[];
  /** Columns of the source that anything but an item reads: a condition on rows. */
  readonly readElsewhere: readonly string[];
}

/**
 * The items of `select a as b, ... from (raw rows) ...`; undefined for a SELECT of another form (a WITH, DISTINCT, an item
 * without a name), which cannot be taken apart by its text alone.
 */
export function selectParts(sql: string): SelectParts | undefined {
  const head = /^\s*select\s+(?!distinct\b)/i.exec(sql);
  if (head === null) return undefined;
  const { pieces, end } = piecesUntilFrom(sql, head[0].length);
  const items = pieces.map(itemOf);
  if (end === undefined || items.some((item) => item === undefined)) return undefined;
  if (isSetOperation(sql.slice(end))) return undefined;
  return {
    items: items.filter((item) => item !== undefined),
    readElsewhere: sourceColumns(sql.slice(end)),
  };
}

const opaque = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*.*?\*\//sy;

/** What stands between the commas of the outermost level, up to its FROM. */
function piecesUntilFrom(
  sql: string,
  start: number,
): { readonly pieces: readonly string[]; readonly end: number | undefined } {
  const pieces: string[] = [];
  let [begin, depth] = [start, 0];
  for (let at = start; at < sql.length;) {
    opaque.lastIndex = at;
    if (opaque.test(sql)) {
      at = opaque.lastIndex;
      continue;
    }
    const letter = sql[at] ?? '';
    if (letter === '(' || letter === '[') depth += 1;
    if (letter === ')' || letter === ']') depth -= 1;
    if (depth === 0 && letter === ',') {
      pieces.push(sql.slice(begin, at));
      begin = at + 1;
    }
    if (depth === 0 && /^\sfrom\s/i.test(sql.slice(at, at + 6)))
      return { pieces: [...pieces, sql.slice(begin, at)], end: at };
    at += 1;
  }
  return { pieces, end: undefined };
}

function itemOf(piece: string): SelectItem | undefined {
  const text = piece.trim();
  const named = /^(?<expression>.*\S)\s+as\s+"?(?<column>[a-z_]\w*)"?$/is.exec(text)?.groups;
  if (named === undefined) {
    return /^[a-z_]\w*$/i.test(text) ? { column: text, expression: text, reads: [] } : undefined;
  }
  const { expression = '', column = '' } = named;
  return { column, expression, reads: sourceColumns(expression) };
}

/** `data->>'$.a'`, `data['a']`, `f(data, '$."a"."b"')`: the first step of a path into the row. */
const access = /\bdata\b\s*(?:->>?|\[|,)\s*'(?:\$\.?)?"?(?<column>[A-Za-z_]\w*)/g;

function sourceColumns(text: string): string[] {
  return [...new Set([...text.matchAll(access)].map((match) => match.groups?.['column'] ?? ''))];
}

/** Whether another SELECT follows outside of all brackets. */
function isSetOperation(sql: string): boolean {
  let outside = sql.replaceAll(/'(?:[^']|'')*'/g, "''");
  for (let before = ''; before !== outside;) {
    before = outside;
    outside = outside.replaceAll(/\([^()]*\)/g, '');
  }
  return /\b(?:union|except|intersect)\b/i.test(outside);
}

/** How an engine says that an expression cannot be computed for a row, without failing; undefined where it cannot. */
export const unreadable: Readonly<Record<Dialect, (item: SelectItem) => string | undefined>> = {
  duckdb: ({ expression }) => {
    if (/^\(data->>'\$\.\w+'\)$/.test(expression)) return undefined;
    const refusing =
      /^case when (?<refused>(?:[^']|'(?:[^']|'')*')*?) then error\(.*?\) else (?<value>.*) end$/s.exec(
        expression,
      )?.groups;
    const value = refusing?.['value'] ?? expression;
    if (/\berror\s*\(/.test(value)) return undefined;
    const fails = `try(struct_pack(v := ${value})) is null`;
    return refusing === undefined ? fails : `coalesce(${refusing['refused']}, false) or ${fails}`;
  },
  // No function tries any expression: casts are made to try, and a value that became null was none.
  snowflake: ({ expression, reads }) => {
    const tried = expression.replaceAll(castOfText, 'try_cast($<text> as $<type>)');
    if (tried === expression) return undefined;
    const given = reads.map((column) => `cast(data['${column}'] as varchar) is not null`).join(' and ');
    return given === '' ? undefined : `${given} and (${tried}) is null`;
  },
};

/** A cast of a field's text to anything but text. */
const castOfText =
  /(?<!try_)\bcast\((?<text>cast\(data\['\w+'\] as varchar\)) as (?<type>(?!varchar)\w+(?:\(\d+(?:,\s*\d+)?\))?)\)/g;
