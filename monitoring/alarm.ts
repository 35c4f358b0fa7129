import type { Rule } from './evaluator/rule.ts';
import type { DimensionName } from './metrics.ts';

export const comparisons = [
  'GreaterThanThreshold',
  'GreaterThanOrEqualToThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
] as const;
export type Comparison = (typeof comparisons)[number];

/** What a period without a value counts as, in CloudWatch's words. */
export const missingDataRules = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;
export type MissingDataRule = (typeof missingDataRules)[number];

/** How the values of a period become one: CloudWatch's names; percentiles are p50, p99, p99.9. */
export type Statistic = 'Average' | 'Sum' | 'Minimum' | 'Maximum' | 'SampleCount' | `p${number}`;

/** page: somebody gets up; ticket: somebody looks in working hours; info: it is only written down. */
export const severities = ['info', 'ticket', 'page'] as const;
export type Severity = (typeof severities)[number];

/** How people hear of an alarm. `{dimension}` in a key stands for the value of the alarm at hand. */
export interface Telling {
  readonly severity: Severity;
  /** Alarms of the same cause are one incident. */
  readonly cause: string;
  /** Causes, each exact or ending in *, whose open incident this alarm joins in place of opening its own. */
  readonly explainedBy: readonly string[];
  /** Alarms of the same key are told once. */
  readonly dedupeKey: string;
  /** Whether it is over once the alarm is; else somebody has to close its incident. */
  readonly autoResolve: boolean;
}

interface AlarmBase {
  readonly id: string;
  readonly summary: string;
  readonly owner: string;
  /** Name of a page in docs/runbooks. */
  readonly runbook: string;
  /** Undefined for an alarm that is only a part of composite ones. */
  readonly tell: Telling | undefined;
  /** One alarm each for every combination of these values. */
  readonly per: Readonly<Partial<Record<DimensionName, readonly string[]>>>;
  /** `freshness.yml:12:5` */
  readonly where: string;
}

/** Watches one metric. */
export interface MetricAlarm extends AlarmBase {
  readonly kind: 'metric';
  readonly metric: string;
  readonly statistic: Statistic;
  readonly periodSeconds: number;
  /** N of M-of-N. */
  readonly evaluationPeriods: number;
  /** M of M-of-N. */
  readonly datapointsToAlarm: number;
  readonly comparison: Comparison;
  readonly threshold: number;
  readonly missing: MissingDataRule;
}

/** While the alarm that it names is in ALARM, the composite tells nobody. */
export interface Suppressor {
  readonly alarm: string;
  /** How long the composite waits for the suppressor to go into ALARM. */
  readonly waitSeconds: number;
  /** How long it stays silent after the suppressor has left ALARM. */
  readonly extensionSeconds: number;
}

/** Watches the states of other alarms. */
export interface CompositeAlarm extends AlarmBase {
  readonly kind: 'composite';
  readonly rule: Rule;
  readonly suppressor: Suppressor | undefined;
}

export type Alarm = MetricAlarm | CompositeAlarm;
