import { badRequest } from './refusals.ts';
import type { Refused } from './refusals.ts';

/** What a list request asks for, read from its query. */
export interface ListParams {
  readonly limit: number;
  readonly cursor?: { readonly side: 'after' | 'before'; readonly id: string; readonly param: string };
  /** Seconds; `to` is exclusive. */
  readonly created: { readonly from?: number; readonly to?: number };
  /** Paths within an object, already split. */
  readonly expand: readonly (readonly string[])[];
  readonly types: readonly string[];
  readonly filters: Readonly<Record<string, string>>;
}

const most = 100;
const mostTypes = 20;

/** Reads and judges a list's query as Stripe does: a parameter that it does not know is an error. */
export function readListParams(query: URLSearchParams, filterNames: readonly string[]): ListParams | Refused {
  const filters: Record<string, string> = {};
  for (const [name, value] of query) {
    const base = name.replace(/\[.*$/, '');
    if (filterNames.includes(name)) filters[name] = value;
    else if (!common.has(base) && !(base === 'types' && filterNames.includes('type'))) {
      return badRequest(`Received unknown parameter: ${base}`, { code: 'parameter_unknown', param: base });
    }
  }
  const limit = readLimit(query.get('limit'));
  if (typeof limit !== 'number') return limit;
  const created = readRange(query);
  if ('refused' in created) return created;
  const expand = readExpand(query, 'data');
  if ('refused' in expand) return expand;
  const cursor = readCursor(query);
  if (cursor !== undefined && 'refused' in cursor) return cursor;
  const types = listOf(query, 'types');
  if (types.length > mostTypes) {
    return badRequest(`You may only specify up to ${mostTypes} event types.`, { param: 'types' });
  }
  return { limit, created, expand, types, filters, ...(cursor === undefined ? {} : { cursor }) };
}

const common = new Set(['limit', 'starting_after', 'ending_before', 'created', 'expand']);

/** `expand[]=data.charge` for a list (`prefix` is data), `expand[]=charge` for one object. */
export function readExpand(
  query: URLSearchParams,
  prefix: string | undefined,
): readonly (readonly string[])[] | Refused {
  const paths = listOf(query, 'expand').map((path) => path.split('.'));
  for (const path of paths) {
    if (path.length > 4)
      return badRequest('You cannot expand more than 4 levels of a property.', { param: 'expand' });
    if (prefix !== undefined && path[0] !== prefix) return cannotExpand(path[0] ?? '');
  }
  return prefix === undefined ? paths : paths.map((path) => path.slice(1));
}

export function cannotExpand(field: string): Refused {
  return badRequest(`This property cannot be expanded (${field}).`, { param: 'expand' });
}

/** A list parameter, as `name[]=a&name[]=b` or `name[0]=a&name[1]=b`. */
function listOf(query: URLSearchParams, name: string): readonly string[] {
  return [...query].filter(([key]) => key.startsWith(`${name}[`)).map(([, value]) => value);
}

function readLimit(text: string | null): number | Refused {
  if (text === null) return 10;
  const limit = Number(text);
  if (!/^\d+$/.test(text)) return badRequest(`Invalid integer: ${text}`, { param: 'limit' });
  if (limit < 1 || limit > most) {
    const side = limit < 1 ? 'greater than or equal to 1' : `less than or equal to ${most}`;
    return badRequest(`This value must be ${side}.`, { param: 'limit' });
  }
  return limit;
}

function readCursor(query: URLSearchParams): ListParams['cursor'] | Refused {
  const after = query.get('starting_after');
  const before = query.get('ending_before');
  if (after !== null && before !== null) {
    return badRequest('You may only specify one of these parameters: starting_after, ending_before.');
  }
  if (after !== null) return { side: 'after', id: after, param: 'starting_after' };
  return before === null ? undefined : { side: 'before', id: before, param: 'ending_before' };
}

type Bound = 'from' | 'to';

/** Each comparison as an edge of a half-open range of whole seconds. */
const bounds: Readonly<Record<string, { readonly bound: Bound; readonly plus: number }>> = {
  'created[gte]': { bound: 'from', plus: 0 },
  'created[gt]': { bound: 'from', plus: 1 },
  'created[lt]': { bound: 'to', plus: 0 },
  'created[lte]': { bound: 'to', plus: 1 },
};

function readRange(query: URLSearchParams): ListParams['created'] | Refused {
  const range: { from?: number; to?: number } = {};
  for (const [name, value] of query) {
    if (!name.startsWith('created')) continue;
    if (!/^\d+$/.test(value)) return badRequest(`Invalid integer: ${value}`, { param: name });
    const at = Number(value);
    const edge = bounds[name];
    if (name === 'created') Object.assign(range, { from: at, to: at + 1 });
    else if (edge === undefined) return badRequest(`Received unknown parameter: ${name}`, { param: name });
    else range[edge.bound] = at + edge.plus;
  }
  return range;
}
