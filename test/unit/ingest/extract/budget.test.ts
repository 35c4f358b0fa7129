import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRateBudget } from '../../../../ingest/extract/budget.ts';
import { fakeClock } from './fake-clock.ts';

const { signal } = new AbortController();

describe('a rate budget', () => {
  test('never lets more through than the bucket and the time that went by allow, and wastes none of it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 60 }),
        async (perSecond, burst, costs) => {
          const clock = fakeClock();
          const budget = createRateBudget({ perSecond, burst }, clock);
          let spent = 0;
          for (const cost of costs) {
            await budget.take(cost, signal);
            spent += cost;
            const allowed = burst + (clock.monotonicMs() / 1000) * perSecond;
            expect(spent).toBeLessThanOrEqual(Math.max(allowed, burst) + Math.max(0, cost - burst) + 1e-6);
          }
          // The last one waited no longer than its own units take to come back (a wait is rounded up to a millisecond).
          const needed = Math.max(0, ((spent - burst) / perSecond) * 1000);
          expect(clock.monotonicMs()).toBeLessThanOrEqual(needed + costs.length);
        },
      ),
    );
  });

  test('asks are served in their order', async () => {
    const clock = fakeClock();
    const budget = createRateBudget({ perSecond: 1, burst: 1 }, clock);
    const served: number[] = [];
    const asks = [1, 2, 3].map(async (each) => {
      await budget.take(1, signal);
      served.push(each);
    });
    await Promise.all(asks);
    expect(served).toEqual([1, 2, 3]);
    expect(clock.monotonicMs()).toBe(2000);
  });

  test('what the API reports only lowers what is left, and never raises the configured rate', async () => {
    const clock = fakeClock();
    const budget = createRateBudget({ perSecond: 10, burst: 100 }, clock);
    budget.observe({ available: 1000, perSecond: 1000, burst: 1000 });
    await budget.take(100, signal);
    budget.observe({ available: 50 });
    await budget.take(10, signal);
    expect(clock.waits).toEqual([1000]);
    clock.advance(10_000);
    budget.observe({ available: 5, perSecond: 5 });
    await budget.take(10, signal);
    expect(clock.waits).toEqual([1000, 1000]);
  });

  test('a pause holds everybody back', async () => {
    const clock = fakeClock();
    const budget = createRateBudget({ perSecond: 10, burst: 10 }, clock);
    budget.pause(5000);
    await budget.take(1, signal);
    expect(clock.monotonicMs()).toBe(5000);
  });

  test('stopping ends the wait', async () => {
    const stop = new AbortController();
    const budget = createRateBudget({ perSecond: 1, burst: 1 }, fakeClock());
    stop.abort();
    await expect(budget.take(1, stop.signal)).rejects.toMatchObject({ code: 'EXTRACT_ABORTED' });
  });
});
