import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../ingest/extract/json.ts';
import { isBulkUnusable, runBulk } from '../../../../ingest/shopify/bulk.ts';
import type { ShopifyClient } from '../../../../ingest/shopify/client.ts';
import { fakeClock } from '../extract/fake-clock.ts';

const context = { signal: new AbortController().signal, warn: () => {} };
const id = 'gid://shopify/BulkOperation/1';
const created = { bulkOperation: { id, status: 'CREATED' }, userErrors: [] };
const refused = (code: string): JsonObject => ({
  bulkOperation: null,
  userErrors: [{ code, message: 'no' }],
});

/** A client that answers starts and looks one after another; the last answer of each lasts. */
function scripted(
  starts: readonly JsonObject[],
  looks: readonly JsonObject[],
): ShopifyClient & { asked: string[] } {
  const asked: string[] = [];
  const left = { runBulk: [...starts], bulkStatus: [...looks] };
  const next = (answers: JsonObject[]): JsonObject =>
    (answers.length > 1 ? answers.shift() : answers[0]) ?? {};
  return {
    asked,
    ask: async (document) => {
      asked.push(document);
      const data =
        document === 'runBulk'
          ? { bulkOperationRunQuery: next(left.runBulk) }
          : { bulkOperation: { id, ...next(left.bulkStatus) } };
      return { data, sha256: '', requests: 1, sentAtMicros: asked.length };
    },
  };
}

function run(client: ShopifyClient): ReturnType<typeof runBulk> {
  const options = { clock: fakeClock(), pollMs: 1000, deadlineMs: 60_000 };
  return runBulk(client, '{ orders }', options, context);
}

async function count(lines: AsyncIterable<JsonObject>): Promise<number> {
  let found = 0;
  for await (const _ of lines) found += 1;
  return found;
}

describe('a bulk operation', () => {
  test('waits for another one to end, and is the age of its own start', async () => {
    const client = scripted(
      [refused('OPERATION_IN_PROGRESS'), refused('LIMIT_REACHED'), created],
      [{ status: 'RUNNING' }, { status: 'COMPLETED', objectCount: '0', url: null }],
    );
    const { startedMicros, requests, lines } = await run(client);
    expect([startedMicros, requests]).toEqual([3, 5]);
    expect(await count(lines)).toBe(0);
  });

  test.each(['FAILED', 'CANCELED', 'EXPIRED'])(
    'that ends as %s is of no use, even when it is empty',
    async (status) => {
      const failure = await run(scripted([created], [{ status, objectCount: '0', url: null }])).catch(
        (error: unknown) => error,
      );
      expect(isBulkUnusable(failure)).toBe(true);
    },
  );

  test('that is refused is of no use', async () => {
    await expect(run(scripted([refused('INVALID')], []))).rejects.toSatisfy(isBulkUnusable);
  });

  test('that never ends is cancelled at its deadline', async () => {
    const client = scripted([created], [{ status: 'RUNNING' }]);
    await expect(run(client)).rejects.toSatisfy(isBulkUnusable);
    expect(client.asked.at(-1)).toBe('cancelBulk');
  });

  test('with objects and no URL is of no use', async () => {
    const { lines } = await run(scripted([created], [{ status: 'COMPLETED', objectCount: '5', url: null }]));
    await expect(count(lines)).rejects.toSatisfy(isBulkUnusable);
  });
});
