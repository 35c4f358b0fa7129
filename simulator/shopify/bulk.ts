import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { Clock } from '../../lib/clock.ts';
import { connectionOf, pageSize } from './connection.ts';
import { gid } from './context.ts';
import type { BulkOperations, ShopifyContext, UserErrors } from './context.ts';
import { bulkLines } from './bulk-lines.ts';
import { pageDocument, readBulkQuery } from './bulk-query.ts';
import type { BulkQuery } from './bulk-query.ts';
import { createLoaders } from './loaders.ts';
import { dateTime, dateTimeOrNull } from './rows.ts';
import { executeDocument } from './execute.ts';

/** How a bulk operation is to go wrong. */
export interface BulkFault {
  /** `stuck` never ends; the others end it as failed, with the lines written so far as partial data. */
  readonly outcome: 'stuck' | 'TIMEOUT' | 'INTERNAL_SERVER_ERROR';
  /** So many objects of the root connection are written first. */
  readonly afterRoots: number;
}

/** How bulk operations run. */
export interface BulkOptions {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  /** Keeps orders as they are while a page of them is read. */
  readonly whileStill: <T>(work: () => Promise<T>) => Promise<T>;
  /** How long the file of results can be fetched: seven days unless given. */
  readonly urlTtlMs?: number | undefined;
  /** Asked for every operation that starts. */
  readonly fault?: (() => BulkFault | undefined) | undefined;
}

interface BulkRow {
  readonly id: string;
  readonly query: string;
  readonly status: string;
  readonly error_code: string | null;
  readonly object_count: string;
  readonly root_object_count: string;
  readonly file_size: string | null;
  readonly secret: string;
  readonly created_at: string;
  readonly completed_at: string | null;
}

/** Bulk operations with their files and their end. */
export interface BulkStore extends BulkOperations {
  /** The file of results, if the secret is right and the link has not expired. */
  readonly file: (id: string, secret: string) => Promise<string | undefined>;
  /** Marks what an earlier process left unfinished. */
  readonly recover: () => Promise<void>;
  /** Waits for what is running, which stops at its next page. */
  readonly close: () => Promise<void>;
}

/** From version 2026-01 on; before it was one. */
const mostAtOnce = 5;
const defaultTtlMs = 7 * 86_400_000;
const columns = `id, query, status, error_code, object_count, root_object_count, file_size, secret, created_at, completed_at`;

export function createBulkOperations(options: BulkOptions): BulkStore {
  const { pool, clock } = options;
  const ttlMs = options.urlTtlMs ?? defaultTtlMs;
  const running = new Set<Promise<void>>();
  let isClosing = false;
  const select = async (rest: string, values: readonly string[] = []): Promise<readonly BulkRow[]> =>
    (await pool.query<BulkRow>(`select ${columns} from simulator.shopify_bulk ${rest}`, [...values])).rows;
  const node = (row: BulkRow | undefined, context: ShopifyContext): object | null =>
    row === undefined ? null : bulkNode(row, context, ttlMs);
  return {
    run: async (query, isGrouped, context) => {
      const checked = readBulkQuery(query);
      if ('refused' in checked) return userError(checked.refused, 'INVALID');
      const active = await select("where status in ('CREATED', 'RUNNING')");
      if (active.length >= mostAtOnce) {
        return userError(
          'A bulk query operation for this app and shop is already in progress.',
          'OPERATION_IN_PROGRESS',
        );
      }
      const { rows } = await pool.query<BulkRow>(
        `insert into simulator.shopify_bulk (query, is_grouped, status, secret, created_at)
         values ($1, $2, 'CREATED', $3, $4) returning ${columns}`,
        [query, isGrouped, randomBytes(16).toString('hex'), clock.now()],
      );
      const [row] = rows;
      if (row === undefined) throw new TypeError('a bulk operation was not written');
      const work = runBulk({ ...options, row, isGrouped, checked, context, isClosing: () => isClosing })
        .catch(() => end(pool, clock, row.id, 'FAILED', 'INTERNAL_SERVER_ERROR'))
        // The database is gone: nobody is left to be told, and the next process marks it.
        .catch(() => {})
        .finally(() => running.delete(work));
      running.add(work);
      return { bulkOperation: node(row, context), userErrors: [] };
    },
    cancel: async (id, context) => {
      const [row] = id === undefined ? [] : await select('where id = $1', [id]);
      if (row === undefined) return userError('Bulk operation does not exist', 'INVALID');
      if (row.completed_at === null) await end(pool, clock, row.id, 'CANCELED', null);
      return { bulkOperation: node((await select('where id = $1', [row.id]))[0], context), userErrors: [] };
    },
    find: async (id, context) => node((await select('where id = $1', [id]))[0], context),
    latest: async (context) => node((await select('order by id desc limit 1'))[0], context),
    list: async (args, context) => {
      const status = /status:'?(\w+)/.exec(args.query ?? '')?.[1]?.toUpperCase();
      const rows = await select("where $1 in (status, 'ANY') order by id desc", [status ?? 'ANY']);
      const size = pageSize(args, false);
      const found = rows.map((row) => ({ cursor: row.id, node: bulkNode(row, context, ttlMs) }));
      return connectionOf(found, size, true);
    },
    file: async (id, secret) => {
      const [row] = await select('where id = $1 and secret = $2', [id, secret]);
      if (row === undefined || row.completed_at === null) return undefined;
      if (clock.now().getTime() >= Date.parse(row.completed_at) + ttlMs) return undefined;
      const chunks = await pool.query<{ body: string }>(
        'select body from simulator.shopify_bulk_chunk where bulk_id = $1 order by ordinal',
        [id],
      );
      return chunks.rows.map((chunk) => chunk.body).join('');
    },
    recover: async () => {
      await pool.query(
        `update simulator.shopify_bulk set status = 'FAILED', error_code = 'INTERNAL_SERVER_ERROR', completed_at = $1
         where status in ('CREATED', 'RUNNING')`,
        [clock.now()],
      );
    },
    close: async () => {
      isClosing = true;
      await Promise.all(running);
    },
  };
}

function userError(message: string, code: string): UserErrors {
  return { bulkOperation: null, userErrors: [{ field: ['query'], message, code }] };
}

function bulkNode(row: BulkRow, context: ShopifyContext, ttlMs: number): object {
  const isPartial = row.status === 'FAILED' && row.error_code !== 'ACCESS_DENIED';
  const expires = row.completed_at === null ? 0 : Math.floor((Date.parse(row.completed_at) + ttlMs) / 1000);
  // No file where there is nothing to write into it.
  const url =
    row.completed_at === null || row.object_count === '0'
      ? null
      : `${context.baseUrl}/bulk/${row.id}.jsonl?expires=${expires}&signature=${row.secret}`;
  return {
    __typename: 'BulkOperation',
    id: gid('BulkOperation', row.id),
    type: 'QUERY',
    status: row.status,
    errorCode: row.error_code,
    query: row.query,
    createdAt: dateTime(row.created_at),
    completedAt: dateTimeOrNull(row.completed_at),
    objectCount: row.object_count,
    rootObjectCount: row.root_object_count,
    fileSize: row.file_size,
    url: row.status === 'COMPLETED' ? url : null,
    partialDataUrl: isPartial ? url : null,
  };
}

async function end(
  pool: pg.Pool,
  clock: Clock,
  id: string,
  status: string,
  errorCode: string | null,
): Promise<void> {
  await pool.query(
    `update simulator.shopify_bulk b set status = $2, error_code = $3, completed_at = $4, file_size =
       (select coalesce(sum(octet_length(body)), 0) from simulator.shopify_bulk_chunk where bulk_id = $1)
     where id = $1 and completed_at is null`,
    [id, status, errorCode, clock.now()],
  );
}

interface Run extends BulkOptions {
  readonly row: BulkRow;
  readonly isGrouped: boolean;
  readonly checked: Exclude<BulkQuery, { readonly refused: string }>;
  readonly context: ShopifyContext;
  readonly isClosing: () => boolean;
}

/** Reads the root connection page by page and writes a chunk of lines for each. */
async function runBulk(run: Run): Promise<void> {
  const { pool, clock, row, checked, isGrouped } = run;
  const fault = run.fault?.();
  const context: ShopifyContext = {
    ...run.context,
    isBulk: true,
    loaders: createLoaders(pool),
    warnings: [],
  };
  let after: string | null = null;
  let roots = 0;
  for (let ordinal = 0; !run.isClosing(); ordinal += 1) {
    const page = pageDocument(checked.document, checked.root, after);
    const { data, errors = [] } = await run.whileStill(() => executeDocument(page, {}, undefined, context));
    if (errors.length > 0) {
      const isDenied = errors.some((error) => error.extensions['code'] === 'ACCESS_DENIED');
      return await end(pool, clock, row.id, 'FAILED', isDenied ? 'ACCESS_DENIED' : 'INTERNAL_SERVER_ERROR');
    }
    const connection = data?.[checked.root.alias?.value ?? checked.root.name.value];
    const found = bulkLines(connection, isGrouped, Number(row.id) * 1000 + ordinal);
    if (!(await writeChunk(pool, row.id, ordinal, found))) return;
    roots += found.roots;
    if (fault !== undefined && roots >= fault.afterRoots) {
      return fault.outcome === 'stuck' ? undefined : await end(pool, clock, row.id, 'FAILED', fault.outcome);
    }
    const { pageInfo } = connection as {
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    };
    if (!pageInfo.hasNextPage) return await end(pool, clock, row.id, 'COMPLETED', null);
    after = pageInfo.endCursor;
  }
}

/** False when the operation was cancelled meanwhile. */
async function writeChunk(
  pool: pg.Pool,
  id: string,
  ordinal: number,
  found: { readonly lines: readonly string[]; readonly roots: number },
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `with operation as (
       update simulator.shopify_bulk set status = 'RUNNING', object_count = object_count + $4,
         root_object_count = root_object_count + $5
       where id = $1 and completed_at is null returning id)
     insert into simulator.shopify_bulk_chunk (bulk_id, ordinal, body) select id, $2, $3 from operation`,
    [id, ordinal, found.lines.join(''), found.lines.length, found.roots],
  );
  return rowCount === 1;
}
