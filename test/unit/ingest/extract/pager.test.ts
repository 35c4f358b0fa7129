import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPages } from '../../../../ingest/extract/pager.ts';
import type { PageStep } from '../../../../ingest/extract/pager.ts';

type Step = PageStep<number>;

function pager(steps: readonly Step[], options: { maxPages?: number; mayBeEmpty?: boolean } = {}) {
  const asked: Array<string | undefined> = [];
  const pages = readPages<number, Step>({
    stream: 'things',
    read: async (cursor) => {
      asked.push(cursor);
      const step = steps[asked.length - 1];
      if (step === undefined) throw new Error('read past the end');
      return step;
    },
    identify: String,
    maxPages: options.maxPages ?? 1000,
    ...(options.mayBeEmpty === undefined ? {} : { mayBeEmpty: options.mayBeEmpty }),
  });
  return { pages, asked };
}

async function collect(pages: AsyncIterable<Step>): Promise<number[]> {
  const items: number[] = [];
  for await (const page of pages) items.push(...page.items);
  return items;
}

describe('a pager', () => {
  test('yields every item once, in order, whatever the cuts and whichever rows shift into the next page', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(), { maxLength: 60 }),
        fc.array(fc.record({ size: fc.integer({ min: 1, max: 7 }), again: fc.nat(3) }), { minLength: 61 }),
        async (items, cuts) => {
          const steps: Step[] = [];
          for (let at = 0, page = 0; at < items.length || page === 0; page += 1) {
            const { size = 1, again = 0 } = cuts[page] ?? {};
            const from = Math.max(0, at - again);
            at += size;
            steps.push({ items: items.slice(from, at), next: at < items.length ? `after ${at}` : undefined });
          }
          const { pages, asked } = pager(steps);
          expect(await collect(pages)).toEqual(items);
          expect(asked).toEqual([undefined, ...steps.slice(0, -1).map(({ next }) => next)]);
        },
      ),
    );
  });

  test.each<[string, readonly Step[], string]>([
    ['the same cursor twice', [step([1], 'a'), step([2], 'a')], 'EXTRACT_CURSOR_STUCK'],
    ['cursors in a circle', [step([1], 'a'), step([2], 'b'), step([3], 'a')], 'EXTRACT_CURSOR_STUCK'],
    ['an empty page with more to come', [step([1], 'a'), step([], 'b')], 'EXTRACT_EMPTY_PAGE'],
    ['more pages than the cap', [step([1], 'a'), step([2], 'b'), step([3], 'c')], 'EXTRACT_TOO_MANY_PAGES'],
  ])('refuses %s', async (_, steps, code) => {
    const { pages } = pager(steps, { maxPages: 3 });
    await expect(collect(pages)).rejects.toMatchObject({ code });
  });

  test('takes empty pages from an API that sends them on purpose', async () => {
    const { pages } = pager([step([], 'a'), step([1], undefined)], { mayBeEmpty: true });
    expect(await collect(pages)).toEqual([1]);
  });

  test('an empty last page ends the window', async () => {
    expect(await collect(pager([step([], undefined)]).pages)).toEqual([]);
  });
});

function step(items: readonly number[], next: string | undefined): Step {
  return { items, next };
}
