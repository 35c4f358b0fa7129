import { describe, expect, it, test } from 'vitest';
import type { Statistic } from '../../../monitoring/alarm.ts';
import {
  datapointsOf,
  evaluationStepSeconds,
  statisticOf,
} from '../../../monitoring/evaluator/datapoints.ts';
import type { Sample } from '../../../monitoring/evaluator/datapoints.ts';

const alarm = { metric: 'm', statistic: 'Sum', periodSeconds: 60, evaluationPeriods: 2 } as const;

function sampled(samples: readonly Sample[]) {
  return (_: string, __: unknown, fromMs: number, toMs: number): readonly Sample[] =>
    samples.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
}

describe('datapoints', () => {
  it('are the periods that end with the last whole minute, two more than are evaluated', () => {
    const samples = [
      { atMs: 59_999, value: 1 },
      { atMs: 60_000, value: 2 },
      { atMs: 119_999, value: 4 },
      { atMs: 240_000, value: 8 },
      { atMs: 299_999, value: 16 },
      { atMs: 300_000, value: 32 },
    ];
    expect(datapointsOf(alarm, {}, sampled(samples), 300_500)).toEqual([6, undefined, undefined, 24]);
  });

  it('slide by the minute also where periods are longer', () => {
    const long = { ...alarm, periodSeconds: 300, evaluationPeriods: 1 };
    const at = sampled([{ atMs: 900_000 + 359_000, value: 1 }]);
    expect(datapointsOf(long, {}, at, 900_000 + 360_000)).toEqual([undefined, undefined, 1]);
    expect(datapointsOf(long, {}, at, 900_000 + 659_999)).toEqual([undefined, undefined, 1]);
    expect(datapointsOf(long, {}, at, 900_000 + 660_000)).toEqual([undefined, 1, undefined]);
  });

  it('NaN and infinity are nothing', () => {
    const samples = [Number.NaN, Infinity, -Infinity, 3].map((value) => ({ atMs: 290_000, value }));
    expect(datapointsOf(alarm, {}, sampled(samples), 300_000).at(-1)).toBe(3);
    expect(datapointsOf(alarm, {}, sampled(samples.slice(0, 3)), 300_000).at(-1)).toBeUndefined();
  });
});

test.each([
  [10, 3, 10],
  [60, 3, 60],
  [86_400, 1, 60],
  [3_600, 24, 60],
  [3_600, 25, 3_600],
])('periods of %i s, %i of them, are evaluated every %i s', (periodSeconds, evaluationPeriods, step) => {
  expect(evaluationStepSeconds({ periodSeconds, evaluationPeriods })).toBe(step);
});

test.each<[Statistic, number]>([
  ['Sum', 110],
  ['Average', 11],
  ['Minimum', 2],
  ['Maximum', 20],
  ['SampleCount', 10],
  ['p50', 10],
  ['p90', 18],
  ['p95', 20],
  ['p99.9', 20],
  ['p1', 2],
])('%s', (statistic, expected) => {
  const values = [20, 2, 4, 6, 8, 18, 16, 14, 12, 10];
  expect(statisticOf(statistic, values)).toBe(expected);
  expect(statisticOf(statistic, [])).toBeUndefined();
});
