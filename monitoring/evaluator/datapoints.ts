import type { MetricAlarm, Statistic } from '../alarm.ts';

/** One measured value. */
export interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/** The samples of a metric from a time (included) to another (not included), in milliseconds since 1970. */
export type SamplesOf = (
  metric: string,
  dimensions: Readonly<Record<string, string>>,
  fromMs: number,
  toMs: number,
) => readonly Sample[];

/** A period's value; undefined where nothing was measured in it. */
export type Datapoint = number | undefined;

type Window = Pick<MetricAlarm, 'periodSeconds' | 'evaluationPeriods'>;

/**
 * CloudWatch retrieves more periods than it evaluates, so that late data still counts. How many it does not say for every
 * case; its documented example, and what people observe of alarms with a period of a day, is two more.
 */
const extraPeriods = 2;

/** How many periods are retrieved: the evaluation range. */
export function evaluationRange({ evaluationPeriods }: Window): number {
  return evaluationPeriods + extraPeriods;
}

/**
 * Seconds between two evaluations: a minute, 10 seconds for periods below one, an hour for windows of more than a day.
 * Windows end on whole ones.
 */
export function evaluationStepSeconds({ periodSeconds, evaluationPeriods }: Window): number {
  if (periodSeconds < 60) return 10;
  return periodSeconds * evaluationPeriods > 86_400 ? 3_600 : 60;
}

/** The periods of the evaluation range, the oldest first, that end with the last whole step before `nowMs`. */
export function datapointsOf(
  alarm: Window & Pick<MetricAlarm, 'metric' | 'statistic'>,
  dimensions: Readonly<Record<string, string>>,
  samplesOf: SamplesOf,
  nowMs: number,
): readonly Datapoint[] {
  const stepMs = evaluationStepSeconds(alarm) * 1000;
  const endMs = Math.floor(nowMs / stepMs) * stepMs;
  const periodMs = alarm.periodSeconds * 1000;
  const count = evaluationRange(alarm);
  const startMs = endMs - count * periodMs;
  const values: number[][] = Array.from({ length: count }, () => []);
  for (const { atMs, value } of samplesOf(alarm.metric, dimensions, startMs, endMs)) {
    // CloudWatch takes no NaN and no infinity; whoever measured one has measured nothing.
    if (!Number.isFinite(value)) continue;
    values[Math.floor((atMs - startMs) / periodMs)]?.push(value);
  }
  return values.map((each) => statisticOf(alarm.statistic, each));
}

/** The values of a period as one; undefined for none. A percentile is the value of the nearest rank. */
export function statisticOf(statistic: Statistic, values: readonly number[]): Datapoint {
  if (values.length === 0) return undefined;
  switch (statistic) {
    case 'SampleCount':
      return values.length;
    case 'Sum':
      return sum(values);
    case 'Average':
      return sum(values) / values.length;
    case 'Minimum':
      return values.reduce((least, each) => Math.min(least, each));
    case 'Maximum':
      return values.reduce((most, each) => Math.max(most, each));
    default: {
      const sorted = [...values].sort((a, b) => a - b);
      return sorted[Math.max(0, Math.ceil((Number(statistic.slice(1)) / 100) * values.length) - 1)];
    }
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}
