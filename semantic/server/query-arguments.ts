import { semanticErrors } from '../errors.ts';

/** Business dates are days, so nothing finer. */
export const grains = ['day', 'week', 'month', 'quarter', 'year'] as const;
export type Grain = (typeof grains)[number];

export interface Filter {
  readonly name: string;
  readonly operator: 'equals' | 'notEquals' | 'contains' | 'set' | 'notSet';
  /** None of `set` and `notSet`. */
  readonly values: readonly string[];
}

interface Days {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly grain?: Grain | undefined;
}

/** Reads `name=value,value` or `name!=value`. */
export function parseFilter(text: string): Filter {
  const match = /^\s*([\w.]+)\s*(!?=)\s*(.+?)\s*$/.exec(text);
  const [, name, operator, values] = match ?? [];
  if (name === undefined || values === undefined) throw invalidArgument(`"${text}" is not a filter`);
  return {
    name,
    operator: operator === '=' ? 'equals' : 'notEquals',
    values: values.split(',').map((value) => value.trim()),
  };
}

/** Throws SEMANTIC_ARGUMENT_INVALID unless dates and grain are what they should be. */
export function checkDates({ from, to, grain }: Days): void {
  for (const date of [from, to]) {
    if (date !== undefined && !isDate(date)) throw invalidArgument(`"${date}" is not a date`);
  }
  if (from !== undefined && to !== undefined && to < from) {
    throw invalidArgument(`the last day ${to} lies before the first, ${from}`);
  }
  if (grain !== undefined && !grains.includes(grain)) {
    throw invalidArgument(`"${grain}" is not a grain; there are ${grains.join(', ')}`);
  }
}

function isDate(text: string): boolean {
  const parsed = new Date(`${text}T00:00:00Z`);
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) &&
    !Number.isNaN(parsed.getTime()) &&
    parsed.toISOString().startsWith(text)
  );
}

/** What was asked for cannot be read. */
export function invalidArgument(message: string): Error {
  return semanticErrors.error('SEMANTIC_ARGUMENT_INVALID', { message });
}
