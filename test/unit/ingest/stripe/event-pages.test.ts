import { expect, test } from 'vitest';
import type { JsonObject } from '../../../../ingest/extract/json.ts';
import type { SourcePage } from '../../../../ingest/extract/stream.ts';
import { eventPages } from '../../../../ingest/stripe/event-pages.ts';
import { idOf } from '../../../../ingest/stripe/stripe-api.ts';
import type { StripeApi } from '../../../../ingest/stripe/stripe-api.ts';

const { signal } = new AbortController();
const reply = { sha256: 'a'.repeat(64), sentAtMicros: 1, requests: 1, headers: new Headers() };

const event = (id: string, object: JsonObject): JsonObject => ({ id, type: 'any', data: { object } });

async function read(events: readonly JsonObject[], missing: readonly string[] = []) {
  const got: string[] = [];
  const typesPerList: number[] = [];
  const warned: string[] = [];
  const api: StripeApi = {
    list: async (_, query) => {
      const isFirst = typesPerList.length === 0;
      typesPerList.push(query.filter(([name]) => name === 'types[]').length);
      return { data: isFirst ? events : [], hasMore: false, reply };
    },
    get: async (path, id) => {
      got.push(`${path}/${id}`);
      if (missing.includes(id)) return undefined;
      const object = id.endsWith('gone') ? { id, deleted: true } : { id, amount: 1 };
      return { object, reply: { ...reply, sentAtMicros: 7 } };
    },
  };
  const pages: SourcePage[] = [];
  const context = { signal, warn: (code: string) => void warned.push(code) };
  for await (const page of eventPages(api, { fromMs: 0, toMs: 1000 }, context)) pages.push(page);
  const records = pages.flatMap((page) => page.records);
  return { got, typesPerList, warned, records };
}

test('each object is asked for once, however many events point to it, and its charge along with it', async () => {
  const { got, records, typesPerList } = await read([
    event('evt_1', { object: 'dispute', id: 'dp_1', charge: 'ch_1', amount: 999 }),
    event('evt_2', { object: 'charge', id: 'ch_3' }),
    event('evt_3', { object: 'refund', id: 're_1', charge: 'ch_2' }),
    event('evt_4', { object: 'dispute', id: 'dp_1', charge: 'ch_1' }),
  ]);
  expect(got).toEqual([
    '/v1/disputes/dp_1',
    '/v1/charges/ch_1',
    '/v1/charges/ch_3',
    '/v1/refunds/re_1',
    '/v1/charges/ch_2',
  ]);
  // What the event says of its object is not what is kept.
  expect(
    records.map(({ table, op, object, versionMicros }) => [table, op, object['amount'], versionMicros]),
  ).toEqual(['disputes', 'charges', 'charges', 'refunds', 'charges'].map((table) => [table, 'u', 1, 7]));
  expect(typesPerList).toEqual([20, 13]);
});

test('what was deleted is a deletion, and what nobody knows is told of', async () => {
  const { records, warned } = await read(
    [
      event('evt_1', { object: 'customer', id: 'cus_gone' }),
      event('evt_2', { object: 'charge', id: 'ch_9' }),
    ],
    ['ch_9'],
  );
  expect(records.map(({ table, op, object }) => [table, op, idOf(object)])).toEqual([
    ['customers', 'd', 'cus_gone'],
  ]);
  expect(warned).toEqual(['STRIPE_OBJECT_MISSING']);
});

test('an event of a kind that was not asked for stops the window', async () => {
  await expect(read([event('evt_1', { object: 'invoice', id: 'in_1' })])).rejects.toMatchObject({
    code: 'EXTRACT_SHAPE_UNKNOWN',
  });
});
