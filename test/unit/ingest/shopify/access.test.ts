import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../ingest/extract/json.ts';
import { createAccessCheck } from '../../../../ingest/shopify/access.ts';
import type { ShopifyClient } from '../../../../ingest/shopify/client.ts';
import { fakeClock } from '../extract/fake-clock.ts';

const context = { signal: new AbortController().signal, warn: () => {} };
const nowMs = Date.parse('2026-11-27T12:00:00Z');
const dayMs = 86_400_000;
const daysAgo = (days: number): string => new Date(nowMs - days * dayMs).toISOString();
const scopes = ['read_orders', 'read_all_orders', 'write_products', 'read_customers'];

interface Shop {
  readonly handles?: readonly string[];
  readonly oldest?: string | undefined;
  readonly emails?: ReadonlyArray<string | null>;
  readonly landed?: string;
}

function shop({ handles = scopes, oldest = daysAgo(400), emails = ['a@x', null], landed }: Shop): {
  readonly check: () => Promise<void>;
  readonly asked: string[];
  readonly clock: ReturnType<typeof fakeClock>;
} {
  const asked: string[] = [];
  const answers: Readonly<Record<string, JsonObject>> = {
    scopes: { currentAppInstallation: { accessScopes: handles.map((handle) => ({ handle })) } },
    visible: {
      orders: { nodes: oldest === '' ? [] : [{ id: 'o', createdAt: oldest }] },
      customers: {
        nodes: emails.map((emailAddress) => ({
          id: 'c',
          defaultEmailAddress: emailAddress === null ? null : { emailAddress },
        })),
      },
    },
  };
  const client: ShopifyClient = {
    ask: async (document) => {
      asked.push(document);
      return { data: answers[document] ?? {}, sha256: '', requests: 1, sentAtMicros: 0 };
    },
  };
  const clock = fakeClock('2026-11-27T12:00:00Z');
  const known = {
    ids: async () => new Set<string>(),
    oldestOrderMs: async () => (landed === undefined ? undefined : Date.parse(landed)),
  };
  const check = createAccessCheck(client, known, clock);
  return { check: () => check(context), asked, clock };
}

describe('what cannot be seen is loud', () => {
  test.each([
    [
      'a scope that is missing',
      { handles: scopes.filter((each) => each !== 'read_all_orders') },
      'SHOPIFY_SCOPE_MISSING',
    ],
    [
      'customers without their data',
      { emails: [null, null, null, null, null] },
      'SHOPIFY_CUSTOMER_DATA_WITHHELD',
    ],
    [
      'orders that were there and are not',
      { oldest: daysAgo(59.5), landed: daysAgo(300) },
      'SHOPIFY_HISTORY_CUT',
    ],
    ['no orders at all any more', { oldest: '', landed: daysAgo(300) }, 'SHOPIFY_HISTORY_CUT'],
  ] as const)('%s', async (_, given, code) => {
    await expect(shop(given).check()).rejects.toMatchObject({ code, retryable: false });
  });

  test.each([
    ['a scope to write is one to read', {}],
    ['a few customers may have no e-mail address', { emails: [null, null, null] }],
    ['a young shop has young orders', { oldest: daysAgo(3), landed: daysAgo(3) }],
    ['a shop that has sold nothing', { oldest: '' }],
    ['the oldest order was deleted', { oldest: daysAgo(100), landed: daysAgo(300) }],
  ])('but not: %s', async (_, given) => {
    await expect(shop(given).check()).resolves.toBeUndefined();
  });
});

test('all streams share a check, and it is done again after a while, or after a failure', async () => {
  const fine = shop({});
  await Promise.all([fine.check(), fine.check()]);
  await fine.check();
  expect(fine.asked).toEqual(['scopes', 'visible']);
  fine.clock.advance(3_600_000);
  await fine.check();
  expect(fine.asked).toHaveLength(4);
  const failing = shop({ handles: [] });
  await expect(failing.check()).rejects.toThrow();
  await expect(failing.check()).rejects.toThrow();
  expect(failing.asked).toEqual(['scopes', 'scopes']);
});
