import { formatDuration } from '../lib/duration.ts';
import type { Alarm, CompositeAlarm, MetricAlarm } from './alarm.ts';
import { dimensions, metrics } from './metrics.ts';
import type { DimensionName, MetricDefinition } from './metrics.ts';

/** What keeps an alarm from being loaded: a code of `monitoringErrors`, the words, the property at fault. */
export interface AlarmProblem {
  readonly code: 'MONITORING_METRIC_UNKNOWN' | 'MONITORING_WINDOW_IMPOSSIBLE' | 'MONITORING_ALERT_INVALID';
  readonly message: string;
  readonly at: readonly string[];
}

type Check<Of extends Alarm> = (alarm: Of) => AlarmProblem | undefined;

const day = 86_400;
const week = 7 * day;

const ofMetrics: readonly Check<MetricAlarm>[] = [metricKnown, dimensionsWhole, period, points, window, seen];
const ofAll: readonly Check<Alarm>[] = [keysFilled];

/** Values of the dimensions that an alarm is made for, `*` written out; the problem where one is not in the catalogue. */
export function writtenOut(
  per: Readonly<Record<string, '*' | readonly string[]>>,
): { readonly per: Alarm['per'] } | { readonly problem: AlarmProblem } {
  const out: Partial<Record<DimensionName, readonly string[]>> = {};
  for (const [name, wanted] of Object.entries(per)) {
    if (!isDimension(name)) {
      return { problem: unknown(`there is no dimension "${name}"`, ['per', name]) };
    }
    const known: readonly string[] = dimensions[name];
    const stray = wanted === '*' ? undefined : wanted.find((value) => !known.includes(value));
    if (stray !== undefined) {
      return { problem: unknown(`dimension ${name} has no value "${stray}"`, ['per', name]) };
    }
    out[name] = wanted === '*' ? known : [...new Set(wanted)];
  }
  return { per: out };
}

/** The first thing that is wrong with an alarm by itself. */
export function problemOf(alarm: Alarm): AlarmProblem | undefined {
  const own =
    alarm.kind === 'metric'
      ? ofMetrics.map((check) => check(alarm)).find((each) => each !== undefined)
      : undefined;
  return own ?? ofAll.map((check) => check(alarm)).find((each) => each !== undefined);
}

/** What keeps a composite alarm from watching another one. */
export function childProblem(parent: CompositeAlarm, child: Alarm): string | undefined {
  for (const [name, values] of Object.entries(child.per)) {
    const mine: readonly string[] | undefined = isDimension(name) ? parent.per[name] : undefined;
    if (mine === undefined) return `${child.id} is one alarm per ${name}, ${parent.id} is not`;
    const stray = mine.find((value) => !values.includes(value));
    if (stray !== undefined) return `${child.id} has no alarm for ${name} "${stray}"`;
  }
  return undefined;
}

function isDimension(name: string): name is DimensionName {
  return Object.hasOwn(dimensions, name);
}

function definitionOf(alarm: MetricAlarm): MetricDefinition | undefined {
  return Object.hasOwn(metrics, alarm.metric) ? metrics[alarm.metric] : undefined;
}

function metricKnown(alarm: MetricAlarm): AlarmProblem | undefined {
  if (definitionOf(alarm) !== undefined) return undefined;
  return unknown(`there is no metric "${alarm.metric}"`, ['metric']);
}

/** CloudWatch knows a metric by all of its dimensions; an alarm on fewer watches something that never comes. */
function dimensionsWhole(alarm: MetricAlarm): AlarmProblem | undefined {
  const known: readonly string[] = definitionOf(alarm)?.dimensions ?? [];
  const given = Object.keys(alarm.per);
  const lacking = known.find((name) => !given.includes(name));
  if (lacking !== undefined) return unknown(`${alarm.metric} is measured per ${lacking}; say which`, ['per']);
  const stray = given.find((name) => !known.includes(name));
  return stray === undefined
    ? undefined
    : unknown(`${alarm.metric} is not measured per ${stray}`, ['per', stray]);
}

function period({ periodSeconds: seconds }: MetricAlarm): AlarmProblem | undefined {
  if ((seconds % 60 === 0 || [10, 20, 30].includes(seconds)) && seconds > 0 && seconds <= day)
    return undefined;
  return impossible(`a period is 10s, 20s, 30s or whole minutes up to a day, not ${seconds}s`, 'period');
}

function points({ evaluationPeriods, datapointsToAlarm }: MetricAlarm): AlarmProblem | undefined {
  if (datapointsToAlarm <= evaluationPeriods) return undefined;
  return impossible(
    `${datapointsToAlarm} datapoints cannot breach in ${evaluationPeriods} periods`,
    'datapoints_to_alarm',
  );
}

function window({ periodSeconds, evaluationPeriods }: MetricAlarm): AlarmProblem | undefined {
  const whole = periodSeconds * evaluationPeriods;
  const most = periodSeconds < 3_600 ? day : week;
  if (whole <= most) return undefined;
  return impossible(
    `${evaluationPeriods} periods of ${formatDuration(periodSeconds * 1000)} are longer than ${most / day} day(s)`,
    'evaluation_periods',
  );
}

/** A period shorter than the time between two values is without one even while all is well. */
function seen(alarm: MetricAlarm): AlarmProblem | undefined {
  const every = definitionOf(alarm)?.everySeconds;
  if (every === undefined) {
    return alarm.missing === 'breaching'
      ? impossible(`${alarm.metric} comes with events: its silence means nothing`, 'missing')
      : undefined;
  }
  if (alarm.periodSeconds >= every) return undefined;
  return impossible(
    `${alarm.metric} has a value every ${formatDuration(every * 1000)}; a shorter period is empty while all is well`,
    'period',
  );
}

function keysFilled(alarm: Alarm): AlarmProblem | undefined {
  if (alarm.tell === undefined) return undefined;
  const { cause, dedupeKey, explainedBy } = alarm.tell;
  const written: readonly (readonly [string, string])[] = [
    ['cause', cause],
    ['dedupe_key', dedupeKey],
    ...explainedBy.map((each) => ['explained_by', each] as const),
  ];
  for (const [property, text] of written) {
    const stray = Array.from(text.matchAll(/\{([^}]*)\}/g), ([, name = '']) => name).find(
      (name) => !Object.hasOwn(alarm.per, name),
    );
    if (stray !== undefined) {
      return {
        code: 'MONITORING_ALERT_INVALID',
        message: `{${stray}} stands for nothing: the alarm is not one per ${stray}`,
        at: ['tell', property],
      };
    }
  }
  const shared = Object.keys(alarm.per).find((name) => !dedupeKey.includes(`{${name}}`));
  return shared === undefined
    ? undefined
    : {
        code: 'MONITORING_ALERT_INVALID',
        message: `dedupe_key lacks {${shared}}: the alarms of all its values would be told as one`,
        at: ['tell', 'dedupe_key'],
      };
}

function unknown(message: string, at: readonly string[]): AlarmProblem {
  return { code: 'MONITORING_METRIC_UNKNOWN', message, at };
}

function impossible(message: string, property: string): AlarmProblem {
  return { code: 'MONITORING_WINDOW_IMPOSSIBLE', message, at: [property] };
}
