import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStar } from '../../support/four-source-star.ts';
import type { Star } from '../../support/four-source-star.ts';
import { faultsOfAggregates } from './faults-of-aggregates.ts';
import { faultsOfDays } from './faults-of-days.ts';
import { faultsOfDimensions } from './faults-of-dimensions.ts';
import { faultsOfFacts } from './faults-of-facts.ts';
import { faultsOfMoney } from './faults-of-money.ts';
import { faultsOfOrders } from './faults-of-orders.ts';

let star: Star;
beforeAll(async () => {
  star = await openStar();
}, 600_000);
afterAll(() => star[Symbol.asyncDispose]());

const faults = [
  ...faultsOfOrders,
  ...faultsOfFacts,
  ...faultsOfDimensions,
  ...faultsOfMoney,
  ...faultsOfAggregates,
  ...faultsOfDays,
];

test('four sources that agree with each other make a star that is green', async () => {
  expect(await star.redAfter([])).toEqual([]);
});

test.each(faults.map((fault) => [fault.name, fault] as const))('%s', async (_, { plant, red }) => {
  expect(await star.redAfter(plant)).toEqual(red);
});
