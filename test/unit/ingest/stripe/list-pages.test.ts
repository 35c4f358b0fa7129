import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listPages } from '../../../../ingest/stripe/list-pages.ts';
import { idOf } from '../../../../ingest/stripe/stripe-api.ts';
import type { StripeApi } from '../../../../ingest/stripe/stripe-api.ts';

const { signal } = new AbortController();
const reply = { sha256: 'a'.repeat(64), sentAtMicros: 1, requests: 1, headers: new Headers() };

/** A list of Stripe's, newest first; before each request, what `vanish` names is deleted. */
function listOf(count: number, size: number, vanish: ReadonlyArray<readonly number[]>) {
  let rows = Array.from({ length: count }, (_, index) => ({ id: `x${count - index}` }));
  let requests = 0;
  const api: Pick<StripeApi, 'list'> = {
    list: async (_, query) => {
      const gone = new Set((vanish[requests] ?? []).map((each) => `x${each}`));
      requests += 1;
      rows = rows.filter((row) => !gone.has(row.id));
      const after = query.find(([name]) => name === 'starting_after')?.[1];
      const at = after === undefined ? 0 : rows.findIndex((row) => row.id === after) + 1;
      if (after !== undefined && at === 0) return 'gone';
      const data = rows.slice(at, at + size);
      return { data, hasMore: at + size < rows.length, reply };
    },
  };
  return { api: api as StripeApi, left: () => rows.map((row) => row.id) };
}

async function collect(api: StripeApi): Promise<string[]> {
  const ids: string[] = [];
  for await (const { items } of listPages(api, '/v1/customers', [], signal)) {
    ids.push(...items.map((item) => idOf(item) ?? ''));
  }
  return ids;
}

describe('paging through a list', () => {
  test('finds whatever was there from first to last, whatever is deleted meanwhile, and nothing twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(40),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 4 }), { maxLength: 30 }),
        async (count, size, vanish) => {
          const { api, left } = listOf(count, size, vanish);
          const found = await collect(api);
          expect(new Set(found).size).toBe(found.length);
          expect(found).toEqual(expect.arrayContaining(left()));
        },
      ),
    );
  });

  test('an object without an id at the end of a page is no place to go on from', async () => {
    const list = async () => ({ data: [{ id: 'a' }, { amount: 1 }], hasMore: true, reply });
    await expect(collect({ list } as Partial<StripeApi> as StripeApi)).rejects.toMatchObject({
      code: 'EXTRACT_SHAPE_UNKNOWN',
    });
  });
});
