import { z } from 'zod';
import type { Clock } from '../../lib/clock.ts';
import { ShopwaveError } from '../../lib/errors.ts';
import { extractErrors } from '../extract/errors.ts';
import { downloadLines } from '../extract/download.ts';
import { parseJson } from '../extract/json.ts';
import type { JsonObject, JsonValue } from '../extract/json.ts';
import type { ReadContext } from '../extract/stream.ts';
import type { ShopifyClient } from './client.ts';
import { shopifyErrors } from './errors.ts';
import { readList, readObject, textOf } from './tree.ts';

/** Shopify dev docs, "Perform bulk operations with the GraphQL Admin API"; schema type BulkOperation. */
const operationShape = z.object({
  id: z.string(),
  status: z.string(),
  errorCode: z.string().nullish(),
  objectCount: z.coerce.number().default(0),
  url: z.string().nullish(),
});
type Operation = z.infer<typeof operationShape>;

export interface BulkOptions {
  readonly clock: Clock;
  /** At most between two looks at an operation's status; the first ones follow sooner. */
  readonly pollMs: number;
  /** An operation that takes longer is cancelled. */
  readonly deadlineMs: number;
}

/** What a bulk operation brought. */
interface BulkResult {
  /** Microseconds since 1970 at which the operation was asked for: nothing in it is older. */
  readonly startedMicros: number;
  readonly requests: number;
  readonly lines: AsyncIterable<JsonObject>;
}

/** Whether a bulk operation was of no use, so that its window has to be read page by page. */
export function isBulkUnusable(error: unknown): error is ShopwaveError {
  return error instanceof ShopwaveError && error.code === 'SHOPIFY_BULK_UNUSABLE';
}

/** A small window is done at once. */
const firstPollMs = 250;

const ended = new Set(['COMPLETED', 'FAILED', 'CANCELED', 'EXPIRED']);
/** Another operation of the app runs; newer API versions allow several and say LIMIT_REACHED. */
const busy = new Set(['OPERATION_IN_PROGRESS', 'LIMIT_REACHED']);

/** Runs a bulk query to its end. A part of a result is worth nothing: no window is landed in part. */
export async function runBulk(
  client: ShopifyClient,
  query: string,
  options: BulkOptions,
  context: ReadContext,
): Promise<BulkResult> {
  const { clock, pollMs, deadlineMs } = options;
  const deadline = clock.monotonicMs() + deadlineMs;
  let requests = 0;
  let startedMicros = 0;
  let operation: Operation | undefined;
  let waitMs = Math.min(firstPollMs, pollMs);
  while (operation === undefined || !ended.has(operation.status)) {
    if (clock.monotonicMs() > deadline) {
      if (operation !== undefined) await client.ask('cancelBulk', { id: operation.id }, context);
      throw unusable(`not done within ${deadlineMs} ms`);
    }
    if (operation === undefined) {
      const started = await client.ask('runBulk', { query }, context);
      requests += started.requests;
      startedMicros = started.sentAtMicros;
      operation = startedOperation(started.data['bulkOperationRunQuery']);
    } else {
      const looked = await client.ask('bulkStatus', { id: operation.id }, context);
      requests += looked.requests;
      operation = parseOperation(looked.data['bulkOperation']);
    }
    if (operation === undefined || !ended.has(operation.status)) {
      await clock.sleep(waitMs, context.signal);
      waitMs = Math.min(waitMs * 2, pollMs);
    }
    if (context.signal.aborted)
      throw extractErrors.error('EXTRACT_ABORTED', { message: 'stopped while waiting' });
  }
  if (operation.status !== 'COMPLETED') {
    throw unusable(`it ended as ${operation.status} (${operation.errorCode ?? 'no code'})`);
  }
  return { startedMicros, requests, lines: linesOf(operation, context.signal) };
}

/** The operation that was started; undefined when another one has to end first. */
function startedOperation(value: JsonValue | undefined): Operation | undefined {
  const payload = readObject(value, 'bulkOperationRunQuery');
  const [error] = readList(payload['userErrors'], 'userErrors');
  if (error === undefined) return parseOperation(payload['bulkOperation']);
  const code = textOf(error['code']);
  if (busy.has(code)) return undefined;
  throw unusable(`it was refused with ${code}`);
}

function parseOperation(value: JsonValue | undefined): Operation {
  const parsed = operationShape.safeParse(value);
  if (parsed.success) return parsed.data;
  throw unusable('its status could not be read');
}

async function* linesOf({ url, objectCount }: Operation, signal: AbortSignal): AsyncGenerator<JsonObject> {
  // No URL: nothing was found.
  if (url === null || url === undefined) {
    if (objectCount > 0) throw unusable('it has a result and no URL');
    return;
  }
  let count = 0;
  for await (const line of download(url, signal)) {
    const value = parseJson(line);
    if (value === undefined) throw unusable(`line ${count + 1} of its result is cut short`);
    count += 1;
    yield readObject(value, 'bulk result');
  }
  if (count !== objectCount) throw unusable(`${count} of ${objectCount} objects came`);
}

/** The URL is another host's, and signed: it expires, and then answers 4xx. */
async function* download(url: string, signal: AbortSignal): AsyncGenerator<string> {
  try {
    yield* downloadLines(url, { purpose: 'bulk result', signal });
  } catch (error) {
    if (!(error instanceof ShopwaveError) || error.code === 'EXTRACT_ABORTED') throw error;
    throw unusable(`its result could not be read (${error.code})`);
  }
}

function unusable(reason: string): ShopwaveError {
  return shopifyErrors.error('SHOPIFY_BULK_UNUSABLE', {
    message: `a bulk operation is of no use: ${reason}`,
  });
}
