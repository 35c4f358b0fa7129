import type pg from 'pg';
import type { ShopifyContext } from './context.ts';
import { connectionOf, decodeCursor, encodeCursor, pageSize } from './connection.ts';
import type { Connection, ListArgs } from './connection.ts';
import { searchWhere } from './search.ts';
import type { SearchField } from './search.ts';

/** Every listed row has a key. */
export type ListedRow = pg.QueryResultRow & { readonly id: string };

/** A list at the root: where its rows come from, how they sort, what can be searched. */
export interface Listing<Row> {
  readonly field: string;
  readonly columns: string;
  /** `from ... where ...` of every table that rows come from; conditions are added to each. */
  readonly branches: readonly string[];
  readonly id: string;
  /** Column and PostgreSQL type of each sort key. */
  readonly sort: Readonly<
    Record<string, { readonly column: string; readonly type: 'bigint' | 'timestamptz' }>
  >;
  readonly search: Readonly<Record<string, SearchField>>;
  readonly always?: (context: ShopifyContext) => string | undefined;
  readonly node: (row: Row, context: ShopifyContext) => object;
}

/** A bulk operation reads a list in pages of this size. */
const bulkPage = 250;

/** One page of a list, sorted by (key, id), after the cursor's place in that order as the rows are now. */
export async function listPage<Row extends ListedRow>(
  listing: Listing<Row>,
  args: ListArgs,
  context: ShopifyContext,
): Promise<Connection<object>> {
  const size = Math.min(pageSize(args, context.isBulk), bulkPage);
  const sort = listing.sort[args.sortKey ?? 'ID'];
  if (sort === undefined) throw new TypeError(`${listing.field} cannot be sorted by ${args.sortKey}`);
  const isDescending = args.reverse === true;
  const where = whereOf(listing, args, context);
  const values = [...where.values];
  const conditions = [...where.conditions];
  if (args.after !== undefined && args.after !== null) {
    const cursor = decodeCursor(args.after);
    values.push(cursor.last_value, cursor.last_id);
    const place = `($${values.length - 1}::${sort.type}, $${values.length}::bigint)`;
    conditions.push(`(${sort.column}, ${listing.id}) ${isDescending ? '<' : '>'} ${place}`);
  }
  const { rows } = await context.db.query<Row & { readonly sort_value: string }>(
    pageSql(listing, { conditions, sortColumn: sort.column, isDescending, limit: size + 1 }),
    values,
  );
  const found = rows.map((row) => ({
    cursor: encodeCursor({ last_id: row.id, last_value: row.sort_value }),
    node: listing.node(row, context),
  }));
  return connectionOf(found, size, args.after === undefined || args.after === null);
}

function pageSql<Row>(
  { columns, branches, id }: Listing<Row>,
  page: {
    readonly conditions: readonly string[];
    readonly sortColumn: string;
    readonly isDescending: boolean;
    readonly limit: number;
  },
): string {
  const direction = page.isDescending ? 'desc' : 'asc';
  const each = branches.map(
    (
      branch,
    ) => `(select ${columns}, ${page.sortColumn} as sort_value ${[branch, ...page.conditions].join(' and ')}
      order by ${page.sortColumn} ${direction}, ${id} ${direction} limit ${page.limit})`,
  );
  // Cursors hold the sorted value to the last digit, which its text does.
  return `select *, q.sort_value::text as sort_value from (${each.join(' union all ')}) q
    order by q.sort_value ${direction}, q.id ${direction} limit ${page.limit}`;
}

/** The row of a key, as far as the list would show it. */
export async function findRow<Row extends ListedRow>(
  listing: Listing<Row>,
  id: string,
  context: ShopifyContext,
): Promise<object | null> {
  const always = listing.always?.(context);
  const conditions = [`${listing.id} = $1`, ...(always === undefined ? [] : [always])];
  const each = listing.branches.map(
    (branch) => `(select ${listing.columns} ${[branch, ...conditions].join(' and ')})`,
  );
  const { rows } = await context.db.query<Row>(each.join(' union all '), [id]);
  return rows[0] === undefined ? null : listing.node(rows[0], context);
}

/** How many rows a search finds. */
export async function countRows<Row extends ListedRow>(
  listing: Listing<Row>,
  args: { readonly query?: string | null; readonly limit?: number | null },
  context: ShopifyContext,
): Promise<{ readonly count: number; readonly precision: string }> {
  const where = whereOf(listing, args, context);
  const limit = args.limit ?? Number.MAX_SAFE_INTEGER;
  const each = listing.branches.map(
    (branch) => `(select 1 ${[branch, ...where.conditions].join(' and ')} limit ${limit + 1})`,
  );
  const { rows } = await context.db.query<{ count: string }>(
    `select count(*) as count from (${each.join(' union all ')}) q`,
    [...where.values],
  );
  const count = Number(rows[0]?.count ?? 0);
  return { count: Math.min(count, limit), precision: count > limit ? 'AT_LEAST' : 'EXACT' };
}

function whereOf<Row>(
  listing: Listing<Row>,
  args: { readonly query?: string | null },
  context: ShopifyContext,
): { readonly conditions: readonly string[]; readonly values: readonly string[] } {
  const { conditions, values, warnings } = searchWhere(args.query, listing.search, 1);
  if (warnings.length > 0) {
    context.warnings.push({ path: [listing.field], query: args.query ?? '', warnings });
  }
  const always = listing.always?.(context);
  return { conditions: always === undefined ? conditions : [...conditions, always], values };
}
