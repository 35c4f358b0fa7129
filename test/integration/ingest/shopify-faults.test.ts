import { describe, expect, test } from 'vitest';
import { allScopes } from '../../../simulator/shopify/access.ts';
import type { ShopifyAccess } from '../../../simulator/shopify/access.ts';
import type { BulkFault } from '../../../simulator/shopify/bulk.ts';
import type { Fault } from '../../../simulator/saas/fault.ts';
import { openShopify } from './shopify-rig.ts';
import type { ShopifyRig } from './shopify-rig.ts';
import { expectWorld } from './shopify-world.ts';
import { currentRows, readArchive } from './shopify-zendesk-rig.ts';

const never = new AbortController().signal;
const incremental = { mode: 'incremental' } as const;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const stream = 'orders';

async function batches(rig: ShopifyRig): Promise<number> {
  return (await readArchive(rig.store, 'shopify')).manifests.length;
}

/** What is over before the patience is: nobody notices. */
const passing: readonly Fault[] = [
  { kind: 'rate-limited', stream, times: 2, after: 1 },
  { kind: 'rate-limited', stream, times: 1, retryAfterSeconds: 40 },
  { kind: 'server-error', stream, times: 2, after: 1 },
  { kind: 'unavailable', stream, times: 1 },
  { kind: 'timeout', stream, times: 1, after: 1 },
  { kind: 'reset', stream, times: 2 },
  { kind: 'html', stream, times: 1, after: 1 },
  { kind: 'truncated', stream, times: 1 },
  { kind: 'truncated', stream, times: 1, whole: true },
  { kind: 'duplicate-rows', stream, times: 2, after: 2 },
  { kind: 'deleted-rows', stream, times: 1, after: 2 },
];

/** What lasts: nothing of the stream is landed, its cursor stays, and the error says what it is. */
const lasting: ReadonlyArray<readonly [Fault, string, boolean]> = [
  [{ kind: 'rate-limited', stream, after: 2 }, 'EXTRACT_RATE_LIMITED', true],
  [{ kind: 'server-error', stream, after: 2 }, 'EXTRACT_SERVER_ERROR', true],
  [{ kind: 'html', stream, after: 2 }, 'EXTRACT_NOT_JSON', true],
  [{ kind: 'truncated', stream, after: 2 }, 'EXTRACT_TRUNCATED', true],
  [{ kind: 'empty-page', stream, after: 2 }, 'EXTRACT_EMPTY_PAGE', true],
  [{ kind: 'repeated-page', stream, after: 2 }, 'EXTRACT_CURSOR_STUCK', true],
  [{ kind: 'unauthorised', stream, after: 2 }, 'EXTRACT_UNAUTHORIZED', false],
  [{ kind: 'forbidden', stream, after: 2 }, 'EXTRACT_FORBIDDEN', false],
];

test('whatever goes wrong, a window is landed whole or not at all, and the next run makes it whole', async () => {
  await using rig = await openShopify();
  const shopify = rig.shopify();
  const faults = rig.host.faults('shopify');
  await shopify.extract(never, incremental);
  for (const fault of passing) {
    await rig.live(hourMs, 60);
    faults.add(fault);
    await shopify.extract(never, incremental);
    faults.clear();
    await expectWorld(rig);
  }
  for (const [fault, code, retryable] of lasting) {
    await rig.live(hourMs, 60);
    const before = await shopify.status();
    faults.add(fault);
    await expect(shopify.extract(never, { ...incremental, streams: ['orders'] })).rejects.toMatchObject({
      code,
      retryable,
    });
    faults.clear();
    expect((await shopify.status())[0]?.freshTo).toBe(before[0]?.freshTo);
    await shopify.extract(never, incremental);
    await expectWorld(rig);
  }
});

test('rows that show up late are found: minutes late by the overlap, a day late at night', async () => {
  await using rig = await openShopify();
  const shopify = rig.shopify();
  await shopify.extract(never, incremental);
  const faults = rig.host.faults('shopify');
  for (const [lateMs, mode] of [
    [8 * minuteMs, 'incremental'],
    [dayMs, 'reconcile'],
  ] as const) {
    await rig.live(hourMs, 40);
    const visibleAt = new Date(rig.clock.now().getTime() + lateMs - minuteMs);
    faults.add({ kind: 'late-rows', stream, visibleAt, oneIn: 2 });
    await shopify.extract(never, incremental);
    await expect(expectWorld(rig)).rejects.toThrow();
    rig.clock.jump(lateMs);
    await shopify.extract(never, { mode });
    await expectWorld(rig);
  }
});

test('a row that cannot be used waits in quarantine, drift is noted, and the rest goes on', async () => {
  await using rig = await openShopify();
  const shopify = rig.shopify();
  await shopify.extract(never, incremental);
  const faults = rig.host.faults('shopify');
  const once = { stream: 'products', times: 1 } as const;
  const secret = 'a value that nobody allowed';
  const changes: ReadonlyArray<readonly [Fault, object, boolean]> = [
    [{ kind: 'wrong-type', field: 'title', value: 7, ...once }, { kind: 'retyped', path: 'title' }, true],
    [{ kind: 'vanished-field', field: 'updatedAt', ...once }, { kind: 'vanished', path: 'updatedAt' }, true],
    [
      { kind: 'unknown-field', field: 'news', value: secret, ...once },
      { kind: 'unknown', path: 'news' },
      false,
    ],
    [
      { kind: 'unseen-value', field: 'status', value: 'LENT', ...once },
      { kind: 'unseen_value', path: 'status' },
      false,
    ],
  ];
  for (const [fault, noted, isHeldBack] of changes) {
    rig.clock.jump(hourMs);
    await rig.shop.pool.query('update products set updated_at = $1', [rig.clock.now()]);
    rig.clock.jump(5 * minuteMs);
    const before = (await readArchive(rig.store, 'shopify')).lines.length;
    rig.drift.length = 0;
    faults.add(fault);
    await shopify.extract(never, { ...incremental, streams: ['products'] });
    faults.clear();
    expect(rig.drift.flatMap(({ observations }) => observations)).toContainEqual(
      expect.objectContaining({ table: 'products', ...noted, objects: 1 }),
    );
    const lines = (await readArchive(rig.store, 'shopify')).lines.slice(before);
    expect(JSON.stringify(lines)).not.toContain(secret);
    expect(lines.filter(({ table }) => table === '_quarantine')).toHaveLength(isHeldBack ? 1 : 0);
    expect(lines.filter(({ table }) => table === 'products').length).toBeGreaterThan(5);
  }
});

/** How a bulk operation can be of no use. */
const useless: ReadonlyArray<readonly [BulkFault | undefined, Fault | undefined]> = [
  [{ outcome: 'TIMEOUT', afterRoots: 1 }, undefined],
  [{ outcome: 'INTERNAL_SERVER_ERROR', afterRoots: 1 }, undefined],
  [{ outcome: 'stuck', afterRoots: 1 }, undefined],
  [undefined, { kind: 'truncated', stream: 'bulk_file' }],
  [undefined, { kind: 'truncated', stream: 'bulk_file', whole: true }],
];

test('a window whose bulk operation is of no use is read page by page', async () => {
  let fault: BulkFault | undefined;
  await using rig = await openShopify({ bulk: { fault: () => fault } }, 100);
  const shopify = rig.shopify({ bulkDeadlineMs: 30_000, bulkPollMs: 5_000 });
  await shopify.extract(never, incremental);
  expect(rig.warnings).toEqual([]);
  for (const [ending, broken] of useless) {
    await rig.live(3 * dayMs, 20);
    fault = ending;
    if (broken !== undefined) rig.host.faults('shopify').add(broken);
    await shopify.extract(never, { ...incremental, streams: ['orders'] });
    expect(rig.warnings.filter((each) => each.startsWith('SHOPIFY_BULK_UNUSABLE'))).toHaveLength(1);
    fault = undefined;
    rig.host.faults('shopify').clear();
    rig.warnings.length = 0;
    await shopify.extract(never, incremental);
    await expectWorld(rig);
  }
});

test('a bulk result that has expired is left for pages', async () => {
  await using rig = await openShopify({ bulk: { urlTtlMs: 0 } }, 60);
  await rig.shopify().extract(never, incremental);
  expect(rig.warnings.filter((each) => each.startsWith('SHOPIFY_BULK_UNUSABLE'))).not.toEqual([]);
  await expectWorld(rig);
});

describe('rights', () => {
  const cases: ReadonlyArray<readonly [string, Partial<ShopifyAccess>, string]> = [
    [
      'read_all_orders',
      { scopes: allScopes.filter((each) => each !== 'read_all_orders') },
      'SHOPIFY_SCOPE_MISSING',
    ],
    [
      'read_customers',
      { scopes: allScopes.filter((each) => each !== 'read_customers') },
      'SHOPIFY_SCOPE_MISSING',
    ],
    ['personal fields', { customerData: 'without-personal-fields' }, 'EXTRACT_FORBIDDEN'],
    ['customers', { customerData: 'none' }, 'EXTRACT_FORBIDDEN'],
  ];

  test('what is missing is loud, and lands nothing', async () => {
    let access: ShopifyAccess = { scopes: allScopes, customerData: 'full' };
    await using rig = await openShopify({ access: () => access }, 60);
    for (const [, missing, code] of cases) {
      access = { scopes: allScopes, customerData: 'full', ...missing };
      const shopify = rig.shopify();
      await expect(shopify.extract(never, incremental)).rejects.toMatchObject({ code, retryable: false });
      expect((await shopify.check(never)).some(({ isOk }) => !isOk)).toBe(true);
    }
    expect(await batches(rig)).toBe(0);
    access = { scopes: allScopes, customerData: 'full' };
    await rig.shopify().extract(never, incremental);
    await expectWorld(rig);
  });

  test('a token that is replaced while a run goes on is taken up', async () => {
    await using rig = await openShopify({}, 60);
    let reads = 0;
    const shopify = rig.shopify({
      secrets: { read: async () => ((reads += 1) === 1 ? 'shpat_old' : 'shpat_test') },
    });
    await shopify.extract(never, incremental);
    expect(reads).toBe(2);
    await expectWorld(rig);
  });
});

test('costs: pages shrink until a query is taken, and a small bucket is waited for, not run into', async () => {
  await using rig = await openShopify({ cost: { restoreRate: 50, maximumAvailable: 1000 } }, 500);
  const streams = ['orders'];
  // One window: on a clock that jumps, a request under way would lose the points that a jump brings.
  const one = { windowMs: 3000 * dayMs, bulkFromMs: Infinity };
  const shopify = rig.shopify({ pageSizes: { first: 250, inner: 100 }, ...one });
  await shopify.extract(never, incremental);
  await expectWorld(rig);
  const { byOutcome, requests } = rig.host.stats('shopify');
  expect(byOutcome).toEqual({ 200: requests });
  // Once costs are known, no query is sent before its points are there.
  rig.warnings.length = 0;
  for (let run = 0; run < 3; run += 1) await shopify.extract(never, { mode: 'history', streams });
  expect(rig.host.stats('shopify').requests).toBeGreaterThan(requests + 3);
  expect(rig.warnings).toEqual([]);
});

test('another version than the pinned one, and one that is going, are noted', async () => {
  await using rig = await openShopify(
    {
      versions: () => ({
        supported: ['2027-01'],
        deprecated: { '2027-01': 'https://shopify.dev/changelog' },
      }),
    },
    60,
  );
  await rig.shopify().extract(never, incremental);
  const codes = new Set(rig.warnings.map((each) => each.split(':')[0]));
  expect(codes).toEqual(new Set(['SHOPIFY_VERSION_UNEXPECTED', 'SHOPIFY_API_DEPRECATED']));
});

test('card numbers in every field that can hold text come nowhere', async () => {
  const pan = '4242 4242 4242 4242';
  const planted = new Set<string>();
  await using rig = await openShopify({ plant: (path) => (planted.add(path), pan) }, 60);
  const shopify = rig.shopify();
  await shopify.extract(never, incremental);
  await rig.live(hourMs, 30);
  await shopify.extract(never, incremental);
  expect(planted.size).toBeGreaterThan(0);
  const { lines, manifests } = await readArchive(rig.store, 'shopify');
  expect(currentRows(lines, 'fulfillments').size).toBeGreaterThan(0);
  expect(JSON.stringify([lines, manifests, rig.warnings])).not.toMatch(/4242 ?4242/);
  expect(JSON.stringify(lines)).toContain('[PAN:tkv2_test_');
});
