import { z } from 'zod';
import { parseDurationMs } from '../lib/duration.ts';
import { readYaml } from '../lib/yaml-places.ts';
import { comparisons, missingDataRules, severities } from './alarm.ts';
import type { Statistic } from './alarm.ts';
import { monitoringErrors } from './errors.ts';

const statistics = /^(?:Average|Sum|Minimum|Maximum|SampleCount|p\d{1,2}(?:\.\d{1,2})?)$/;

const id = z.string().regex(/^[a-z][a-z\d-]*$/, 'expected lower case letters, digits and -');
const text = z.string().min(1);
/** `5m` to 300. */
const duration = z
  .string()
  .regex(/^\d+[smhd]$/, 'expected a duration such as 30s, 5m or 1h')
  .transform((value) => parseDurationMs(value) / 1000);
const statistic = z.custom<Statistic>(
  (value) => typeof value === 'string' && statistics.test(value) && value !== 'p0',
  'expected Average, Sum, Minimum, Maximum, SampleCount or a percentile such as p95',
);

const tell = z.strictObject({
  severity: z.enum(severities),
  cause: text,
  explained_by: z.array(text).default([]),
  dedupe_key: text,
  auto_resolve: z.boolean(),
});

const common = {
  id,
  summary: text,
  tell: tell.optional(),
  per: z.record(z.string(), z.union([z.literal('*'), z.array(text).min(1)])).default({}),
};

const metricAlarm = z.strictObject({
  kind: z.literal('metric'),
  ...common,
  metric: text,
  statistic,
  period: duration,
  evaluation_periods: z.int().min(1),
  datapoints_to_alarm: z.int().min(1),
  comparison: z.enum(comparisons),
  threshold: z.number(),
  // No default: what silence means has to be thought of.
  missing: z.enum(missingDataRules),
});

const compositeAlarm = z.strictObject({
  kind: z.literal('composite'),
  ...common,
  rule: text,
  suppressor: z.strictObject({ alarm: id, wait: duration, extension: duration }).optional(),
});

const alertFile = z.strictObject({
  owner: text,
  runbook: id,
  alarms: z.array(z.discriminatedUnion('kind', [metricAlarm, compositeAlarm])).min(1),
});

/** A file of alerts as it is written, its shape checked and nothing else. */
export type AlertFile = z.infer<typeof alertFile>;
export type WrittenAlarm = AlertFile['alarms'][number];

export interface ParsedAlertFile {
  readonly written: AlertFile;
  /** `freshness.yml:12:5` for a path into the file. */
  readonly placeOf: (path: readonly PropertyKey[]) => string;
}

/** Reads the text of an alert file. Throws MONITORING_ALERT_INVALID with file, line and column. */
export function parseAlertFile(content: string, file: string): ParsedAlertFile {
  const { value, problems, placeOf } = readYaml(content);
  const place = (path: readonly PropertyKey[]): string => {
    const found = placeOf(path);
    return found === undefined ? file : `${file}:${found.line}:${found.column}`;
  };
  const [broken] = problems;
  if (broken !== undefined) {
    throw monitoringErrors.error('MONITORING_ALERT_INVALID', {
      message: `this is no YAML: ${broken.message}`,
      where: `${file}:${broken.line}:${broken.column}`,
    });
  }
  const parsed = alertFile.safeParse(value ?? {});
  if (parsed.success) return { written: parsed.data, placeOf: place };
  const [issue] = parsed.error.issues;
  const path = issue?.path ?? [];
  // A key that is not known is told where it stands, not where the thing around it begins.
  const [stray] = issue?.code === 'unrecognized_keys' ? issue.keys : [];
  throw monitoringErrors.error('MONITORING_ALERT_INVALID', {
    message: `${path.map(String).join('.') || 'the file'}: ${issue?.message ?? 'it is wrong'}`,
    where: place(stray === undefined ? path : [...path, stray]),
  });
}
