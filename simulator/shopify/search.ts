/** One condition of a search query. */
export interface Term {
  readonly field: string;
  readonly comparator: ':' | ':>' | ':>=' | ':<' | ':<=';
  readonly value: string;
}

/** What Shopify says of a condition that it ignores. */
export interface SearchWarning {
  readonly field: string;
  readonly message: string;
  readonly code: 'invalid_field' | 'unsupported_syntax';
}

/** How a field can be searched: the column, and how its values compare. */
export interface SearchField {
  readonly column: string;
  readonly type: 'time' | 'id' | 'text' | 'boolean' | 'any';
}

const termPattern = /(\w+)(:>=|:<=|:>|:<|:)\s*(?:'([^']*)'|"([^"]*)"|(\S+))/g;

/** The terms of a query of Shopify's search syntax; terms are joined by AND, which may be written. */
export function parseSearch(query: string): readonly Term[] {
  return Array.from(query.matchAll(termPattern), (match) => ({
    field: match[1] ?? '',
    comparator: (match[2] ?? ':') as Term['comparator'],
    value: match[3] ?? match[4] ?? match[5] ?? '',
  }));
}

interface Where {
  readonly conditions: readonly string[];
  readonly values: readonly string[];
  readonly warnings: readonly SearchWarning[];
}

/**
 * Conditions of SQL for a query; parameters are numbered from `firstParameter`. As the real API does, a term on an
 * unknown field, or one that cannot be read, is dropped with a warning: the answer then holds more than was asked for.
 */
export function searchWhere(
  query: string | null | undefined,
  fields: Readonly<Record<string, SearchField>>,
  firstParameter: number,
): Where {
  const conditions: string[] = [];
  const values: string[] = [];
  const warnings: SearchWarning[] = [];
  for (const term of parseSearch(query ?? '')) {
    const field = fields[term.field];
    const condition = field === undefined ? undefined : conditionOf(field, term);
    if (condition === undefined) {
      warnings.push({
        field: term.field,
        message: 'Invalid search field for this query.',
        code: 'invalid_field',
      });
      continue;
    }
    if (condition.value === undefined) continue;
    values.push(condition.value);
    conditions.push(condition.sql(`$${firstParameter + values.length - 1}`));
  }
  const rest = (query ?? '')
    .replaceAll(termPattern, '')
    .replaceAll(/\bAND\b/g, '')
    .trim();
  if (rest !== '') {
    warnings.push({
      field: rest,
      message: 'This part of the query was ignored.',
      code: 'unsupported_syntax',
    });
  }
  return { conditions, values, warnings };
}

interface Condition {
  /** None for a term that holds for everything. */
  readonly value: string | undefined;
  readonly sql: (parameter: string) => string;
}

function conditionOf(field: SearchField, term: Term): Condition | undefined {
  const operator = term.comparator === ':' ? '=' : term.comparator.slice(1);
  switch (field.type) {
    case 'any':
      return { value: undefined, sql: () => 'true' };
    case 'time':
      return timeCondition(field.column, operator, term.value);
    case 'id': {
      const id = /(\d+)$/.exec(term.value)?.[1];
      return id === undefined
        ? undefined
        : { value: id, sql: (parameter) => `${field.column} ${operator} ${parameter}::bigint` };
    }
    case 'boolean':
      return { value: term.value, sql: (parameter) => `${field.column} = ${parameter}::boolean` };
    case 'text':
      return { value: term.value, sql: (parameter) => `${field.column} = ${parameter}` };
  }
}

/** Times are known to the second: an object of 12:00:00.9 is at 12:00:00, also to those who ask for `<=`. */
function timeCondition(column: string, operator: string, text: string): Condition | undefined {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return undefined;
  const second = Math.floor(ms / 1000) * 1000;
  const at = (value: number): string => new Date(value).toISOString();
  const compared = (sign: string) => (parameter: string) => `${column} ${sign} ${parameter}::timestamptz`;
  if (operator === '=') {
    return {
      value: at(second),
      sql: (parameter) =>
        `(${column} >= ${parameter}::timestamptz and ${column} < ${parameter}::timestamptz + interval '1 second')`,
    };
  }
  const isNext = operator === '>' || operator === '<=';
  return {
    value: at(isNext ? second + 1000 : second),
    sql: compared(operator.startsWith('>') ? '>=' : '<'),
  };
}
