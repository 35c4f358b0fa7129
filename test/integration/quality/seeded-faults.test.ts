import process from 'node:process';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStar } from '../../support/four-source-star.ts';
import type { Star } from '../../support/four-source-star.ts';
import { areApart, mixed } from '../../support/mixed.ts';
import type { Fault } from './fault.ts';
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

/** Every table that a fault's statements name. */
const tablesOf = ({ plant }: Fault): readonly string[] =>
  plant.flatMap((statement) => statement.match(/\b(?:marts|staging)\.\w+/g) ?? []);

// `npm run test:slow` asks for each by itself.
const isSlow = process.env['SHOPWAVE_SLOW'] === '1';
const groups = mixed(
  faults,
  (one, other) => !isSlow && areApart(one.red, other.red) && areApart(tablesOf(one), tablesOf(other)),
);

type Found = ReadonlyMap<Fault, readonly string[]>;
const asked = new Map<readonly Fault[], Promise<Found>>();
const takenApart: string[] = [];

/** What goes red for each of a group: its own checks, if all together are red as the sum of them; else each is asked for alone. */
async function foundIn(group: readonly Fault[]): Promise<Found> {
  const red = await star.redAfter(group.flatMap(({ plant }) => plant));
  const sum = group.flatMap((fault) => fault.red).toSorted();
  const [only] = group;
  if (group.length === 1 && only !== undefined) return new Map([[only, red]]);
  if (isDeepStrictEqual(red, sum)) return new Map(group.map((fault) => [fault, fault.red]));
  const alone = new Map<Fault, readonly string[]>();
  for (const fault of group) alone.set(fault, await star.redAfter(fault.plant));
  if (group.every((fault) => isDeepStrictEqual(alone.get(fault), fault.red)))
    takenApart.push(`${group.map(({ name }) => name).join('; ')}: ${red.join(', ')}`);
  return alone;
}

test('four sources that agree with each other make a star that is green', async () => {
  expect(await star.redAfter([])).toEqual([]);
});

test.each(faults.map((fault) => [fault.name, fault] as const))('%s', async (_, fault) => {
  const group = groups.find((each) => each.includes(fault)) ?? [fault];
  const found = asked.get(group) ?? foundIn(group);
  asked.set(group, found);
  expect((await found).get(fault)).toEqual(fault.red);
});

test('faults that have no table and no check in common are found together', () => {
  expect(takenApart).toEqual([]);
});
