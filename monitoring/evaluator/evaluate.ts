import type { Alarm, CompositeAlarm, MetricAlarm } from '../alarm.ts';
import type { AlarmState } from './alarm-state.ts';
import { datapointsOf } from './datapoints.ts';
import type { SamplesOf } from './datapoints.ts';
import { instanceKey } from './instances.ts';
import type { AlarmInstance } from './instances.ts';
import { metricState } from './metric-state.ts';
import { ruleHolds } from './rule.ts';
import { notSuppressed, suppress } from './suppression.ts';
import type { Suppression } from './suppression.ts';

/** What is known of one alarm after an evaluation. */
export interface AlarmStatus {
  readonly state: AlarmState;
  /** When it went into that state. */
  readonly sinceMs: number;
  readonly suppression: Suppression;
}

/** Statuses by instance key. */
export type Statuses = ReadonlyMap<string, AlarmStatus>;

/**
 * Evaluates all alarms at a time, from their statuses at the evaluation before; pure. `instances` stand behind those
 * that they watch, as `loadAlerts` orders them. A change is told by a `sinceMs` of now.
 */
export function evaluateAlarms(
  instances: readonly AlarmInstance[],
  before: Statuses,
  samplesOf: SamplesOf,
  nowMs: number,
): Statuses {
  const byId = new Map(instances.map(({ alarm }) => [alarm.id, alarm]));
  const after = new Map<string, AlarmStatus>();
  for (const instance of instances) {
    const last = before.get(instance.key);
    const stateOf = (id: string): AlarmState =>
      after.get(instanceKey(id, ownDimensions(byId.get(id), instance.dimensions)))?.state ??
      'INSUFFICIENT_DATA';
    const { alarm } = instance;
    const state =
      alarm.kind === 'metric'
        ? stateOfMetric(alarm, instance, last, samplesOf, nowMs)
        : ruleHolds(alarm.rule, stateOf)
          ? 'ALARM'
          : 'OK';
    const sinceMs = last?.state === state ? last.sinceMs : nowMs;
    const suppression =
      alarm.kind === 'composite'
        ? suppressionOf(alarm, last, { state, sinceMs, stateOf, nowMs })
        : told(state);
    after.set(instance.key, { state, sinceMs, suppression });
  }
  return after;
}

/** The alarms that people are to know of: in ALARM, not held back by a suppressor, and not merely part of others. */
export function tellable(instances: readonly AlarmInstance[], statuses: Statuses): readonly AlarmInstance[] {
  return instances.filter(
    ({ key, alarm }) => alarm.tell !== undefined && statuses.get(key)?.suppression.told === 'ALARM',
  );
}

function stateOfMetric(
  alarm: MetricAlarm,
  { dimensions }: AlarmInstance,
  last: AlarmStatus | undefined,
  samplesOf: SamplesOf,
  nowMs: number,
): AlarmState {
  const range = datapointsOf(alarm, dimensions, samplesOf, nowMs);
  return metricState(range, alarm, last?.state ?? 'INSUFFICIENT_DATA');
}

function suppressionOf(
  { suppressor }: CompositeAlarm,
  last: AlarmStatus | undefined,
  at: {
    readonly state: AlarmState;
    readonly sinceMs: number;
    readonly stateOf: (id: string) => AlarmState;
    readonly nowMs: number;
  },
): Suppression {
  if (suppressor === undefined) return told(at.state);
  return suppress(last?.suppression ?? notSuppressed, suppressor, {
    state: at.state,
    sinceMs: at.sinceMs,
    suppressor: at.stateOf(suppressor.alarm),
    nowMs: at.nowMs,
  });
}

function told(state: AlarmState): Suppression {
  return { ...notSuppressed, told: state };
}

function ownDimensions(
  alarm: Alarm | undefined,
  dimensions: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const names = Object.keys(alarm?.per ?? {});
  return Object.fromEntries(Object.entries(dimensions).filter(([name]) => names.includes(name)));
}
