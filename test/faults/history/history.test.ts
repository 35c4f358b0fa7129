import { expect, test } from 'vitest';
import { runSeed } from './run-seed.ts';

/** Ten histories; `npm run soak` runs others for as long as it is told, and prints a seed that fails. */
const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
let workers = 0;

test.each(seeds)(
  'history %i: whatever was killed, cut or lost, raw and archive are the source',
  async (seed) => {
    const outcome = await runSeed(seed, 4);
    expect(outcome.violations, JSON.stringify(outcome)).toEqual([]);
    // A history in which nothing happens proves nothing; which blows fall is the seed's choice, so deaths are counted over all.
    expect(outcome.transactions).toBeGreaterThan(20);
    expect(outcome.blows.length).toBeGreaterThan(2);
    workers += outcome.workers;
  },
);

test('workers died in these histories', () => {
  expect(workers).toBeGreaterThan(2 * seeds.length);
});
