import type { Comparison, MetricAlarm, MissingDataRule } from '../alarm.ts';
import type { AlarmState } from './alarm-state.ts';
import type { Datapoint } from './datapoints.ts';

type Setting = Pick<
  MetricAlarm,
  'evaluationPeriods' | 'datapointsToAlarm' | 'comparison' | 'threshold' | 'missing'
>;

const breaches: Readonly<Record<Comparison, (value: number, threshold: number) => boolean>> = {
  GreaterThanThreshold: (value, threshold) => value > threshold,
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

/** Whether one value is beyond the threshold. */
export function isBreaching(value: number, { comparison, threshold }: Setting): boolean {
  return breaches[comparison](value, threshold);
}

/** How many of the periods that are not there count as breaching. Where it is not decided, none does. */
const filledBreaching: Readonly<Record<MissingDataRule, boolean>> = {
  breaching: true,
  notBreaching: false,
  missing: false,
  ignore: false,
};

/**
 * The state of a metric alarm, by CloudWatch's rules. `range` holds the datapoints of the evaluation range, the oldest
 * first.
 *
 * 1. As many real datapoints as evaluation periods, anywhere in the range: the newest of them decide, by M of N. What is
 *    missing does not matter.
 * 2. Fewer: what lacks is filled by the rule for missing data, no more than that, and all are counted.
 * 3. With `missing` and `ignore` nothing is filled in. Where only breaching datapoints are there, too few to decide, the
 *    alarm goes on once the oldest of them is M periods old (`ignore`: stays as it is).
 */
export function metricState(range: readonly Datapoint[], setting: Setting, current: AlarmState): AlarmState {
  const { evaluationPeriods: n, datapointsToAlarm: m, missing } = setting;
  const real = range.filter((each) => each !== undefined);
  const evaluated = real.slice(-n).map((each) => isBreaching(each, setting));
  const breaching = evaluated.filter(Boolean).length;
  const lacking = n - evaluated.length;
  const counted = breaching + (filledBreaching[missing] ? lacking : 0);
  if (counted >= m) return 'ALARM';
  if (lacking === 0 || missing === 'breaching' || missing === 'notBreaching') return 'OK';
  // A value within the threshold, and too few beyond it.
  if (breaching < evaluated.length) return 'OK';
  if (missing === 'ignore') return current;
  return isOldEnough(range, m) ? 'ALARM' : 'INSUFFICIENT_DATA';
}

/** Whether the oldest datapoint stands M periods or more before the end of the range. */
function isOldEnough(range: readonly Datapoint[], m: number): boolean {
  const oldest = range.findIndex((each) => each !== undefined);
  return oldest >= 0 && range.length - oldest >= m;
}
