import { z } from 'zod';
import { semanticErrors } from '../../errors.ts';
import { filterMembers } from '../query-text.ts';
import { mostRows } from './caller.ts';
import type { Caller, Grant, RowRule } from './caller.ts';
import { grantsFor, viewOf } from './member-catalog.ts';
import type { MemberCatalog } from './member-catalog.ts';

/** A filter of a Cube query. */
type Filter =
  | { readonly member: string; readonly operator: 'equals'; readonly values: readonly string[] }
  | { readonly and: readonly Filter[] }
  | { readonly or: readonly Filter[] };

/** Where a query names members. Whatever else could carry SQL or names past the policies is refused by its shape. */
const member = z.string();
const named = z.object({
  measures: z.array(member).default([]),
  dimensions: z.array(member).default([]),
  segments: z.array(member).default([]),
  timeDimensions: z.array(z.looseObject({ dimension: member })).default([]),
  filters: z.array(filterMembers).default([]),
  order: z
    .union([
      z.array(z.tuple([member], z.unknown()).transform(([id]) => id)),
      z.record(member, z.unknown()).transform(Object.keys),
    ])
    .default([]),
  subqueryJoins: z.array(z.never()).optional(),
  joinHints: z.array(z.never()).optional(),
  maskedMembers: z.array(z.never()).optional(),
});

/**
 * The query with the filters that the caller's policies add. Throws SEMANTIC_MEMBER_UNKNOWN for a member that the
 * caller may not see: the error of one that never existed.
 *
 * A member is seen in the rows that any of the grants which show it allow; a query in the rows in which all of its
 * members are seen.
 */
export function withPolicies<Query extends object>(
  query: Query,
  { grants, limits }: Pick<Caller, 'grants' | 'limits'>,
  catalog: MemberCatalog,
): Query {
  const parsed = named.safeParse(query);
  if (!parsed.success)
    throw semanticErrors.error('SEMANTIC_QUERY_REJECTED', {
      message: `${parsed.error.issues[0]?.path.join('.') ?? 'the query'}: only names of members can be asked for`,
    });
  const added = new Map<string, Filter>();
  for (const each of membersOf(parsed.data, catalog)) {
    const showing = grantsFor(each, grants, catalog);
    if (showing.length === 0)
      throw semanticErrors.error('SEMANTIC_MEMBER_UNKNOWN', { message: `there is no member "${each}"` });
    if (showing.some(({ rows }) => rows.length === 0)) continue;
    const allowed = rowsOf(viewOf(each), showing);
    added.set(JSON.stringify(allowed), allowed);
  }
  const limited = withRowLimit(query, limits.rows);
  if (added.size === 0) return limited;
  const own = 'filters' in query && Array.isArray(query.filters) ? (query.filters as unknown[]) : [];
  return { ...limited, filters: [...own, ...added.values()] };
}

/** One row more than allowed tells an answer that is too large from one that fits, and is all that is read of it. */
function withRowLimit<Query extends object>(query: Query, rows: number): Query {
  const asked = 'limit' in query && typeof query.limit === 'number' ? query.limit : mostRows;
  return rows < mostRows && asked > rows ? { ...query, limit: rows + 1 } : query;
}

function membersOf(query: z.infer<typeof named>, catalog: MemberCatalog): Set<string> {
  return new Set([
    ...query.measures,
    ...query.dimensions,
    ...query.segments,
    ...query.timeDimensions.map(({ dimension }) => dimension),
    ...query.filters.flat(),
    ...query.order.map((id) => withoutGrain(id, catalog)),
  ]);
}

/** A date is ordered by with its grain: `finance.order_date.month`. */
function withoutGrain(id: string, catalog: MemberCatalog): string {
  const [, date = ''] = /^(\w+\.\w+)\.\w+$/.exec(id) ?? [];
  return catalog.get(date)?.isTime === true ? date : id;
}

function rowsOf(view: string, grants: readonly Grant[]): Filter {
  const either = grants.map(({ rows }) => all(rows.map((rule) => isOne(view, rule))));
  const [only] = either;
  return either.length === 1 && only !== undefined ? only : { or: either };
}

function all(filters: readonly Filter[]): Filter {
  const [only] = filters;
  return filters.length === 1 && only !== undefined ? only : { and: filters };
}

function isOne(view: string, { dimension, values }: RowRule): Filter {
  return { member: `${view}.${dimension}`, operator: 'equals', values };
}
