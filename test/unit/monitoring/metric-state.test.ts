import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { missingDataRules } from '../../../monitoring/alarm.ts';
import type { AlarmState } from '../../../monitoring/evaluator/alarm-state.ts';
import type { Datapoint } from '../../../monitoring/evaluator/datapoints.ts';
import { isBreaching, metricState } from '../../../monitoring/evaluator/metric-state.ts';

const states: readonly AlarmState[] = ['OK', 'ALARM', 'INSUFFICIENT_DATA'];
const above = { comparison: 'GreaterThanThreshold', threshold: 3 } as const;

/** `0 - X` as values: 0 within the threshold, X beyond it, - missing. The newest stands on the right. */
function range(points: string): readonly Datapoint[] {
  return points.split(' ').map((each) => (each === '-' ? undefined : each === 'X' ? 4 : 0));
}

/** Short for the states in the tables: A ALARM, O OK, I INSUFFICIENT_DATA, R as it was. */
const short = { A: 'ALARM', O: 'OK', I: 'INSUFFICIENT_DATA' } as const;

// M, N, datapoints, then the states for missing, ignore, breaching, notBreaching.
type Row = readonly [m: number, n: number, points: string, expected: string];

// "Configuring how CloudWatch alarms treat missing data", first table.
const threeOfThree: readonly Row[] = [
  [3, 3, '0 - X - X', 'OOOO'],
  [3, 3, '0 - - - -', 'OOOO'],
  [3, 3, '- - - - -', 'IRAO'],
  [3, 3, '0 X X - X', 'AAAA'],
  [3, 3, '- - X - -', 'ARAO'],
];
// The second table.
const twoOfThree: readonly Row[] = [
  [2, 3, '0 - X - X', 'AAAA'],
  [2, 3, '0 0 X 0 X', 'AAAA'],
  [2, 3, '0 - X - -', 'OOAO'],
  [2, 3, '- - - - 0', 'OOAO'],
  [2, 3, '- - - X -', 'ARAO'],
];
// Rows of the same tables in earlier editions of the page, which nothing has taken back.
const earlier: readonly Row[] = [
  [3, 3, '- - - - X', 'IRAO'],
  [3, 3, 'X - - - -', 'ARAO'],
  [2, 3, '- - - - X', 'IRAO'],
];
// "Avoiding premature transitions to alarm state", in its text.
const premature: readonly Row[] = [
  [3, 3, '- - - X -', 'IRAO'],
  [3, 3, '- - - X 0', 'OOOO'],
  [3, 3, '- - X - 0', 'OOOO'],
  [3, 3, '- - X - X', 'ARAO'],
  [3, 3, '- - X X -', 'ARAO'],
  [2, 3, 'X - - - -', 'ARAO'],
];
// The figure of "Evaluating an alarm": threshold 3, three of three, two extra periods before.
const figure: readonly Row[] = [
  [3, 3, '0 0 0 0 0', 'OOOO'],
  [3, 3, '0 0 0 0 X', 'OOOO'],
  [3, 3, '0 0 0 X X', 'OOOO'],
  [3, 3, '0 0 X X X', 'AAAA'],
  [3, 3, '0 X X X 0', 'OOOO'],
  [3, 3, '0 0 0 X 0', 'OOOO'],
];
// One of one, as alarms with a period of a day are observed: silence has to outlast the whole range.
const oneOfOne: readonly Row[] = [
  [1, 1, '0 - -', 'OOOO'],
  [1, 1, 'X - -', 'AAAA'],
  [1, 1, '- - -', 'IRAO'],
  [1, 1, '0 0 X', 'AAAA'],
  [1, 1, 'X X 0', 'OOOO'],
  [1, 1, 'X 0 -', 'OOOO'],
];
// What follows from the rules for other M of N.
const others: readonly Row[] = [
  [1, 3, '- - 0 0 -', 'OOAO'],
  [1, 3, '- - - - X', 'AAAA'],
  [2, 3, '- - - X X', 'AAAA'],
  [4, 5, '0 X X - X - X', 'AAAA'],
  [4, 5, '0 0 X - X - X', 'OOOO'],
  [3, 5, '- - X - 0 - X', 'OOAO'],
  [3, 5, '- - - X 0 X X', 'AAAA'],
];

describe.each([
  ['three of three', threeOfThree],
  ['two of three', twoOfThree],
  ['rows of earlier editions', earlier],
  ['premature transitions', premature],
  ['the figure', figure],
  ['one of one', oneOfOne],
  ['others', others],
] as const)('AWS: %s', (_, rows) => {
  const cases = rows.flatMap(([m, n, points, expected]) =>
    missingDataRules.map((missing, column) => ({ m, n, points, missing, letter: expected[column] ?? '' })),
  );
  test.each(cases)('$m of $n, $points, $missing: $letter', ({ m, n, points, missing, letter }) => {
    const setting = { ...above, evaluationPeriods: n, datapointsToAlarm: m, missing };
    for (const current of states) {
      const expected = letter === 'R' ? current : short[letter as keyof typeof short];
      expect(metricState(range(points), setting, current)).toBe(expected);
    }
  });
});

test.each([
  ['GreaterThanThreshold', [false, false, true]],
  ['GreaterThanOrEqualToThreshold', [false, true, true]],
  ['LessThanThreshold', [true, false, false]],
  ['LessThanOrEqualToThreshold', [true, true, false]],
] as const)('%s', (comparison, expected) => {
  const setting = {
    comparison,
    threshold: 3,
    evaluationPeriods: 1,
    datapointsToAlarm: 1,
    missing: 'missing',
  } as const;
  expect([2, 3, 4].map((value) => isBreaching(value, setting))).toEqual(expected);
});

const arbitrary = fc
  .record({
    n: fc.integer({ min: 1, max: 8 }),
    lessM: fc.nat({ max: 7 }),
    current: fc.constantFrom(...states),
  })
  .chain(({ n, lessM, current }) =>
    fc.record({
      points: fc.array(fc.constantFrom<Datapoint>(undefined, 0, 4), { minLength: n + 2, maxLength: n + 2 }),
      n: fc.constant(n),
      m: fc.constant(Math.max(1, n - lessM)),
      current: fc.constant(current),
    }),
  );

describe('for all datapoints', () => {
  const stateFor = (
    { points, n, m, current }: { points: readonly Datapoint[]; n: number; m: number; current: AlarmState },
    missing: (typeof missingDataRules)[number],
  ): AlarmState =>
    metricState(points, { ...above, evaluationPeriods: n, datapointsToAlarm: m, missing }, current);

  it('the rule for missing data counts for nothing once there are N real ones', () => {
    fc.assert(
      fc.property(arbitrary, (at) => {
        fc.pre(at.points.filter((each) => each !== undefined).length >= at.n);
        expect(new Set(missingDataRules.map((rule) => stateFor(at, rule))).size).toBe(1);
      }),
    );
  });

  it('what alarms although missing data is fine alarms under every rule; what is OK although it is not, is OK', () => {
    fc.assert(
      fc.property(arbitrary, (at) => {
        for (const rule of missingDataRules) {
          if (stateFor(at, 'notBreaching') === 'ALARM') expect(stateFor(at, rule)).toBe('ALARM');
          if (stateFor(at, 'breaching') === 'OK') expect(stateFor(at, rule)).toBe('OK');
        }
      }),
    );
  });

  it('breaching and notBreaching always decide, and only `ignore` looks at the state before', () => {
    fc.assert(
      fc.property(arbitrary, (at) => {
        expect(stateFor(at, 'breaching')).not.toBe('INSUFFICIENT_DATA');
        expect(stateFor(at, 'notBreaching')).not.toBe('INSUFFICIENT_DATA');
        for (const rule of ['breaching', 'notBreaching', 'missing'] as const) {
          expect(new Set(states.map((current) => stateFor({ ...at, current }, rule))).size).toBe(1);
        }
      }),
    );
  });

  it('one more breaching value never ends an alarm', () => {
    fc.assert(
      fc.property(arbitrary, fc.nat({ max: 9 }), (at, index) => {
        fc.pre(at.points[index] === 0);
        const worse = { ...at, points: at.points.map((each, place) => (place === index ? 4 : each)) };
        for (const rule of ['missing', 'breaching', 'notBreaching'] as const) {
          if (stateFor(at, rule) === 'ALARM') expect(stateFor(worse, rule)).toBe('ALARM');
        }
      }),
    );
  });
});
