import type { CheckResult } from '../checks/check.ts';
import { groupBy } from '../checks/combine.ts';
import { mostFailingRows } from '../checks/failing-rows.ts';
import { recordChecks } from '../checks/record.ts';
import type { EngineContext } from '../context.ts';
import { newRunId } from '../warehouse/lease.ts';
import { readPublication } from '../warehouse/state.ts';
import { qualityErrors } from './errors.ts';
import { metricTruths } from './metric-truth.ts';
import type { MetricTruth, Sums } from './metric-truth.ts';
import { mustBePublished } from './published-state.ts';
import { countsOn, daysBetween } from './truth-days.ts';
import { truthSql } from './truth-sql.ts';

/** What the semantic layer is asked: metrics by day, and by currency where they have one; both days included. */
export interface MetricQuestion {
  readonly metrics: readonly string[];
  readonly from: string;
  readonly to: string;
}

/** One row a day and currency: `date`, `currency` ('' of what has none), and the metrics as exact text or null. */
export type MetricAnswer = ReadonlyArray<Readonly<Record<string, string | null>>>;

/** The semantic layer, as a check needs it. */
export interface MetricSource {
  /** Names of all governed metrics. */
  readonly metrics: () => Promise<readonly string[]>;
  readonly ask: (question: MetricQuestion) => Promise<MetricAnswer>;
}

/** Days before the newest that the marts reflect. */
const windowDays = 35;
const dayMs = 86_400_000;

/**
 * R9: the semantic layer's number is the mart's. Every governed metric by day and currency, as it is served, against plain
 * SQL over the marts; recorded. A difference is a warning: the marts are right, and who asks is not told so. Throws
 * QUALITY_MARTS_MOVED where marts were published in between.
 */
export async function checkMetrics(context: EngineContext, source: MetricSource): Promise<CheckResult[]> {
  const { warehouse, clock, project } = context;
  const state = await mustBePublished(context);
  const newest = state.last?.sourceCommittedAt ?? null;
  const now = clock.now();
  const end = newest === null ? now : new Date(Math.max(Date.parse(`${newest.replace(' ', 'T')}Z`), 0));
  // A day more, as business days may run ahead of UTC.
  const [from, to] = [-windowDays * dayMs, dayMs].map((by) =>
    new Date(end.getTime() + by).toISOString().slice(0, 10),
  );
  const question = { from: from ?? '', to: to ?? '' };
  const governed = await source.metrics();
  const told = metricTruths.filter(({ metric }) => governed.includes(metric));
  const answer = await source.ask({ ...question, metrics: told.map(({ metric }) => metric) });
  const rows = await warehouse.query(truthSql(warehouse.capabilities.dialect, question.from, question.to));
  if ((await readPublication(warehouse))?.version !== state.last?.version) {
    throw qualityErrors.error('QUALITY_MARTS_MOVED', {
      message: 'marts were published while they were compared',
    });
  }
  const truths = totalsOf(rows);
  const results = [
    ...told.map((truth) =>
      compare(project.name, truth, { truths, days: daysBetween(question.from, question.to) }, answer),
    ),
    ...governed
      .filter((name) => !told.some(({ metric }) => metric === name))
      .map((name) => untold(project.name, name)),
  ];
  const run = { id: newRunId(now), version: state.head, stageStep: state.stage.step };
  await recordChecks(warehouse, run, results, now.toISOString());
  return results;
}

interface Totals {
  readonly date: string;
  readonly currency: string;
  readonly digits: number;
  readonly sums: Map<string, bigint>;
}

function totalsOf(rows: ReadonlyArray<Readonly<Record<string, unknown>>>): Totals[] {
  const found = new Map<string, Totals>();
  for (const row of rows) {
    const [date, currency] = [String(row['day']).slice(0, 10), String(row['currency'])];
    const key = `${date} ${currency}`;
    const totals = found.get(key) ?? {
      date,
      currency,
      digits: Number(row['digits']),
      sums: new Map<string, bigint>(),
    };
    totals.sums.set(String(row['column_name']), BigInt(String(row['total'])));
    found.set(key, totals);
  }
  return [...found.values()];
}

function compare(
  project: string,
  truth: MetricTruth,
  { truths, days }: { readonly truths: readonly Totals[]; readonly days: readonly string[] },
  answer: MetricAnswer,
): CheckResult {
  const served = new Map(
    answer.map((row) => [`${row['date']?.slice(0, 10)} ${row['currency']}`, row[truth.metric]]),
  );
  const expected = expectedOf(truth, truths, days);
  const differing = [...new Set([...served.keys(), ...expected.keys()])].toSorted().flatMap((key) => {
    const [cube, mart] = [plain(served.get(key)), plain(expected.get(key))];
    const [date = '', currency = ''] = key.split(' ');
    return cube === mart ? [] : [{ date, currency, served: cube, mart }];
  });
  return toResult(project, truth, differing, new Set([...served.keys(), ...expected.keys()]).size);
}

/** The metric's value by day and currency, from the sums of the days that count. */
function expectedOf(
  truth: MetricTruth,
  truths: readonly Totals[],
  days: readonly string[],
): Map<string, string | undefined> {
  const byCurrency = groupBy(truths, ({ currency }) => currency);
  return new Map(
    [...byCurrency].flatMap(([currency, ofCurrency]) =>
      days.map((date) => {
        const counted = ofCurrency.filter((totals) => countsOn(truth.period, totals.date, date));
        return [`${date} ${currency}`, valueOf(truth, counted)] as const;
      }),
    ),
  );
}

function valueOf({ of, digits }: MetricTruth, counted: readonly Totals[]): string | undefined {
  const sum: Sums = (column) => counted.reduce((total, { sums }) => total + (sums.get(column) ?? 0n), 0n);
  const value = of(sum);
  if (value === undefined) return undefined;
  const decimals = digits === 'currency' ? (counted[0]?.digits ?? 2) : digits;
  const text = (value < 0n ? -value : value).toString().padStart(decimals + 1, '0');
  const whole = decimals === 0 ? text : `${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
  return value < 0n ? `-${whole}` : whole;
}

/** Without zeros that say nothing; nothing and zero are the same, as a day without rows is left out. */
function plain(value: string | null | undefined): string {
  const text = value ?? '0';
  const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return short === '-0' || short === '' ? '0' : short;
}

type Differing = Readonly<Record<string, string>>;

function toResult(
  project: string,
  { metric, mart }: MetricTruth,
  rows: readonly Differing[],
  compared: number,
): CheckResult {
  const [first] = rows;
  const example =
    first === undefined
      ? `${compared} days and currencies are equal`
      : `got ${rows.length} days and currencies; e.g. ${first['date']} ${first['currency']}: ${first['served']} is served, the mart has ${first['mart']}`;
  return {
    ...blank(project, metric, mart),
    status: rows.length === 0 ? 'pass' : 'warn',
    failures: rows.length,
    message: example,
    rows: rows.slice(0, mostFailingRows),
  };
}

/** A metric that nobody has said a second time: it is not known to be right, which is no pass. */
function untold(project: string, metric: string): CheckResult {
  return {
    ...blank(project, metric, metric),
    status: 'warn',
    failures: 1,
    message: 'nothing to compare it with: add it to transforms/engine/quality/metric-truth.ts',
    rows: [],
  };
}

function blank(
  project: string,
  metric: string,
  mart: string,
): Omit<CheckResult, 'status' | 'failures' | 'message' | 'rows'> {
  return {
    uniqueId: `metric.${project}.${metric}`,
    model: mart,
    name: `r9_${metric}`,
    kind: 'metric',
    severity: 'warn',
    samples: [],
    sql: '',
    refs: [mart],
    storedIn: undefined,
    definition: undefined,
  };
}
