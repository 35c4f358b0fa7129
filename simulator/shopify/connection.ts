import { apiError } from './api-error.ts';

/** Arguments of a connection that pages forward. */
export interface PageArgs {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly reverse?: boolean | null;
}

/** Arguments of a list at the root. */
export interface ListArgs extends PageArgs {
  readonly sortKey?: string | null;
  readonly query?: string | null;
}

interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

/** A page of nodes with their cursors. */
export interface Connection<Node> {
  readonly nodes: readonly Node[];
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly pageInfo: PageInfo;
}

/** Where a row stands in the order of a list. */
export interface Cursor {
  readonly last_id: string;
  readonly last_value: string;
}

const mostPerPage = 250;

/** Opaque to clients. */
export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64');
}

/** Refuses what was not a cursor of this API. */
export function decodeCursor(text: string): Cursor {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
    if (typeof value === 'object' && value !== null && 'last_id' in value && 'last_value' in value) {
      return { last_id: String(value.last_id), last_value: String(value.last_value) };
    }
  } catch {
    // Not JSON: reported below like JSON of another shape.
  }
  throw apiError('Invalid cursor for current pagination sort.', 'INVALID_CURSOR');
}

/** How many nodes are asked for. Outside bulk operations a connection without `first` is refused. */
export function pageSize(args: PageArgs, isBulk: boolean): number {
  if (isBulk) return args.first ?? Number.MAX_SAFE_INTEGER;
  if (args.first === undefined || args.first === null) {
    throw apiError('you must provide one of first or last', 'BAD_REQUEST');
  }
  if (args.first < 1 || args.first > mostPerPage) {
    throw apiError(`first must be between 1 and ${mostPerPage}`, 'BAD_REQUEST');
  }
  return args.first;
}

/** A page from rows that were asked for with one more than fits. */
export function connectionOf<Node>(
  found: readonly { readonly cursor: string; readonly node: Node }[],
  size: number,
  isFirstPage: boolean,
): Connection<Node> {
  const edges = found.slice(0, size);
  return {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: {
      hasNextPage: found.length > size,
      hasPreviousPage: !isFirstPage,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** A page of a list that is at hand whole, as the children of one object are. */
export function connectList<Node extends { readonly id: string }>(
  list: readonly Node[],
  args: PageArgs,
  isBulk: boolean,
): Connection<Node> {
  const size = pageSize(args, isBulk);
  const ordered = args.reverse === true ? [...list].reverse() : list;
  const after = args.after ?? undefined;
  const lastId = after === undefined ? undefined : decodeCursor(after).last_id;
  const start = lastId === undefined ? 0 : ordered.findIndex((node) => node.id === lastId) + 1;
  const found = ordered
    .slice(start, size === Number.MAX_SAFE_INTEGER ? undefined : start + size + 1)
    .map((node) => ({ cursor: encodeCursor({ last_id: node.id, last_value: node.id }), node }));
  return connectionOf(found, size, after === undefined);
}
