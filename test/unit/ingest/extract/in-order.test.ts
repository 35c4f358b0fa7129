import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inOrder } from '../../../../ingest/extract/in-order.ts';

const { signal } = new AbortController();

describe('reading side by side, finishing in order', () => {
  test('what fails leaves everything before it finished, everything after it undone, and nothing open', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.option(fc.record({ at: fc.nat(11), during: fc.constantFrom('read', 'finish') })),
        async (scheduler, count, limit, failure) => {
          const items = Array.from({ length: count }, (_, index) => index);
          const open = new Set<number>();
          const finished: number[] = [];
          let most = 0;
          const failsAt = (item: number, during: string): boolean =>
            failure !== null && failure.at === item && failure.during === during;
          const done = inOrder<number, number>(
            items,
            {
              limit,
              read: async (item) => {
                open.add(item);
                most = Math.max(most, open.size);
                await scheduler.schedule(Promise.resolve());
                if (!failsAt(item, 'read')) return item;
                open.delete(item);
                throw new Error('no');
              },
              finish: async (value) => {
                await scheduler.schedule(Promise.resolve());
                open.delete(value);
                if (failsAt(value, 'finish')) throw new Error('no');
                finished.push(value);
              },
              discard: async (value) => void open.delete(value),
            },
            signal,
          );
          const isHit = failure !== null && failure.at < count;
          const outcome = done.then(
            () => 'done',
            () => 'failed',
          );
          expect(await scheduler.waitFor(outcome)).toBe(isHit ? 'failed' : 'done');
          expect(finished).toEqual(isHit ? items.slice(0, failure.at) : items);
          expect(open.size).toBe(0);
          expect(most).toBeLessThanOrEqual(limit + 1);
        },
      ),
    );
  });

  test('a failure stops what is under way', async () => {
    const stopped: number[] = [];
    const work = inOrder<number, number>(
      [0, 1],
      {
        limit: 2,
        read: async (item, stop) => {
          if (item === 0) throw new Error('no');
          await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve()));
          stopped.push(item);
          return item;
        },
        finish: async () => {},
        discard: async () => {},
      },
      signal,
    );
    await expect(work).rejects.toThrow('no');
    expect(stopped).toEqual([1]);
  });
});
