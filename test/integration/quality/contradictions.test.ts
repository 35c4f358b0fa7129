import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStar, redOf } from '../../support/four-source-star.ts';
import type { Star } from '../../support/four-source-star.ts';
import { freshWorldRows } from '../../support/four-source-world.ts';
import type { CheckResult } from '../../../transforms/engine/checks/check.ts';
import type { Row } from '../../../warehouse/warehouse.ts';
import { contradictions } from './contradictions.ts';

let star: Star;
let red: readonly CheckResult[];
beforeAll(async () => {
  star = await openStar([...freshWorldRows(), ...contradictions.flatMap(({ rows }) => rows)]);
  red = await redOf(star.transforms);
}, 600_000);
afterAll(() => star[Symbol.asyncDispose]());

function textOf(row: Row, columns: readonly string[] = Object.keys(row)): string {
  return columns.map((column) => String(row[column])).join(' ');
}

test('sources that contradict each other block nothing', async () => {
  expect(await star.transforms.heldBack()).toEqual([]);
  expect(red.filter(({ status }) => status !== 'warn')).toEqual([]);
});

test('each is seen by the check that is there for it, and by no other', () => {
  const expected = contradictions.flatMap(({ seen }) => Object.keys(seen));
  expect(red.map(({ name }) => name).toSorted()).toEqual([...new Set(expected)].toSorted());
});

test.each(contradictions.map((each) => [each.name, each] as const))('%s', async (_, { seen, outcome }) => {
  const published = await star.warehouse.query(outcome.query);
  expect(published.map((row) => textOf(row))).toEqual([outcome.row]);
  for (const [name, { columns, rows }] of Object.entries(seen)) {
    const failing = await star.warehouse.query(red.find((result) => result.name === name)?.sql ?? '');
    expect(failing.map((row) => textOf(row, columns)).toSorted()).toEqual(rows);
  }
});
