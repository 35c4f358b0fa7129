import { messageOf, ShopwaveError } from '../../lib/errors.ts';
import type { Metric } from '../server/metric-catalog.ts';
import type { TriedModel } from '../server/workbench.ts';
import { difference, isSameNumber } from './exact.ts';
import { askFor } from './metric-changes.ts';

/** The days that are compared; left out, all there are. */
export interface Days {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** A metric's number by one model and by another. */
export interface NumberPair {
  /** `total`, or the first day of a month. */
  readonly period: string;
  /** Of money that several currencies have. */
  readonly currency: string | null;
  readonly before: string | null;
  readonly now: string | null;
  /** Exact; null where one of both is not there. */
  readonly difference: string | null;
  readonly isSame: boolean;
}

/** A metric as a model has it; undefined where the model has no such metric. */
export interface Side {
  readonly tried: TriedModel;
  readonly metric: Metric | undefined;
}

type Numbers = ReadonlyMap<string, string | null>;

/** Total and months of a metric by both models. Throws what keeps a query from being answered. */
export async function metricNumbers(before: Side, now: Side, days: Days): Promise<readonly NumberPair[]> {
  const range = await rangeOf(now.metric === undefined ? before : now, days);
  const [old, fresh] = [await numbersOf(before, range), await numbersOf(now, range)];
  const keys = [...new Set([...old.keys(), ...fresh.keys()])].toSorted(byPeriod);
  return keys.map((key) => {
    const [period, currency] = JSON.parse(key) as [string, string | null];
    const [a, b] = [old.get(key) ?? null, fresh.get(key) ?? null];
    return {
      period,
      currency,
      before: a,
      now: b,
      difference: difference(a, b) ?? null,
      isSame: isSameNumber(a, b),
    };
  });
}

async function numbersOf({ tried, metric }: Side, days: Days): Promise<Numbers> {
  if (metric === undefined) return new Map();
  const query = { ...askFor(tried, metric), ...days };
  const [total, months] = [
    await tried.queryMetrics(query),
    await tried.queryMetrics({ ...query, grain: 'month' }),
  ];
  const keyed = (period: string, row: Readonly<Record<string, string | null>>): [string, string | null] => [
    JSON.stringify([period, row['currency'] ?? null]),
    row[metric.name] ?? null,
  ];
  return new Map([
    ...total.rows.map((row) => keyed('total', row)),
    ...months.rows.map((row) => keyed(row['date'] ?? '', row)),
  ]);
}

/** What looks back from its days needs a first and a last one: of the months that the marts have. */
async function rangeOf({ tried, metric }: Side, { from, to }: Days): Promise<Days> {
  if (metric?.period === undefined || (from !== undefined && to !== undefined)) return { from, to };
  const date = `${metric.view}.${metric.timeDimension}`;
  const rows = await tried.load({
    dimensions: [],
    timeDimensions: [{ dimension: date, granularity: 'month' }],
    filters: [{ member: date, operator: 'set' }],
    order: { [date]: 'asc' },
  });
  const months = rows.map((row) => String(row[`${date}.month`]).slice(0, 10)).toSorted();
  const last = months.at(-1);
  return { from: from ?? months[0], to: to ?? (last === undefined ? undefined : lastDayOf(last)) };
}

function lastDayOf(month: string): string {
  const day = new Date(`${month}T00:00:00Z`);
  return new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).toISOString().slice(0, 10);
}

/** The total first, then month by month. */
function byPeriod(a: string, b: string): number {
  const rank = (key: string): string => (key.startsWith('["total"') ? `0${key}` : `1${key}`);
  return rank(a) < rank(b) ? -1 : 1;
}

/** Why numbers could not be told, as a line. */
export function whyNot(error: unknown): string {
  return error instanceof ShopwaveError ? `${error.code}: ${error.message}` : messageOf(error);
}
