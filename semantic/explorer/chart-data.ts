import type { Metric } from '../server/metric-catalog.ts';
import type { MetricResult } from '../server/metric-query.ts';
import type { Grain } from '../server/query-arguments.ts';
import { compareExact, isNumber } from './exact-number.ts';
import type { Unit } from './exact-number.ts';
import { nextDate } from './period.ts';
import type { ChartKind } from './state.ts';

export interface Mark {
  /** A day, or what the bars of one place are about. */
  readonly at: string;
  /** Only for where it is drawn. */
  readonly value: number;
  /** What is told. */
  readonly text: string;
}

export interface Series {
  readonly label: string;
  readonly marks: readonly Mark[];
}

/** What can share an axis: one unit and, of money, one currency. */
export interface Panel {
  readonly title: string;
  readonly unit: Unit;
  readonly series: readonly Series[];
  /** Places along the axis, in order. */
  readonly places: readonly string[];
  /** What there is and is not drawn. */
  readonly leftOut: string | undefined;
}

export interface Chart {
  readonly kind: 'line' | 'bars';
  readonly panels: readonly Panel[];
}

/** As many as there are colours that can be told apart. */
export const mostSeries = 8;
const mostPlaces = 25;

export interface ChartInput {
  readonly result: MetricResult;
  readonly metrics: readonly Metric[];
  readonly by: readonly string[];
  readonly grain: Grain | undefined;
  readonly kind: ChartKind;
}

/** What to draw of an answer; undefined when nothing is to be drawn. */
export function chartOf({ result, metrics, by, grain, kind }: ChartInput): Chart | undefined {
  if (kind === 'none' || result.rows.length === 0) return undefined;
  if (kind === 'auto' && grain === undefined && by.length === 0) return undefined;
  const dates = result.rows.flatMap((row) => row['date'] ?? []);
  const isLine = grain !== undefined && (kind === 'line' || (kind === 'auto' && new Set(dates).size > 1));
  const marks = metrics.flatMap((metric) => marksOf(result, metric, by, isLine));
  // All axes of an answer show the same days.
  const places = isLine ? everyDate(dates, grain) : undefined;
  const panels = [...groupBy(marks, ({ panel }) => panel).values()].map((found) => panelOf(found, places));
  return { kind: isLine ? 'line' : 'bars', panels };
}

interface PlacedMark extends Mark {
  readonly panel: string;
  readonly metric: string;
  readonly currency: string;
  readonly split: readonly string[];
  readonly unit: Unit;
}

function marksOf(
  { rows, columns }: MetricResult,
  metric: Metric,
  by: readonly string[],
  isLine: boolean,
): PlacedMark[] {
  const { title, unit } = metric;
  const column = columns.find((name) => name === metric.name || name === metric.member) ?? metric.name;
  return rows.flatMap((row) => {
    const text = row[column] ?? null;
    const date = row['date'] ?? undefined;
    // What has no day yet has no place along them.
    if (text === null || !isNumber(text) || (isLine && date === undefined)) return [];
    const ofCurrency = unit === 'currency' && by.includes('currency');
    const currency = ofCurrency ? (row['currency'] ?? 'none') : '';
    // What the axis says already is not said again.
    const split = by
      .filter((name) => !(ofCurrency && name === 'currency'))
      .map((name) => row[name] ?? 'none');
    const at = isLine ? (date ?? '') : [...(date === undefined ? [] : [date]), ...split].join(', ');
    const value = Number(text);
    return {
      at: at || title,
      value,
      text,
      unit,
      metric: title,
      currency,
      split,
      panel: `${unit} ${currency}`,
    };
  });
}

/** Days without a row are there, too: a line must not run past them. */
function everyDate(dates: readonly string[], grain: Grain): string[] {
  const known = [...new Set(dates)].sort();
  const [first] = known;
  const last = known.at(-1);
  if (first === undefined || last === undefined) return [];
  const every: string[] = [];
  for (let at = first; at <= last && every.length < mostDates; at = nextDate(at, grain)) every.push(at);
  const all = new Set(every);
  return known.every((date) => all.has(date)) ? every : known;
}

const mostDates = 5000;

function panelOf(marks: readonly PlacedMark[], dates: readonly string[] | undefined): Panel {
  const [first] = marks;
  const metrics = [...new Set(marks.map(({ metric }) => metric))];
  const label = ({ metric, split }: PlacedMark): string => {
    if (dates === undefined || split.length === 0) return metric;
    return metrics.length === 1 ? split.join(', ') : `${metric}: ${split.join(', ')}`;
  };
  const bySize = [...groupBy(marks, label)].sort(([, left], [, right]) => size(right) - size(left));
  const kept = bySize.slice(0, mostSeries);
  const shown = kept.flatMap(([, found]) => found);
  const places = dates ?? largest(shown, mostPlaces);
  const all = new Set(marks.map(({ at }) => at)).size;
  const seen = new Set(places);
  return {
    title: [metrics.join(', '), first?.currency ?? ''].filter((part) => part !== '').join(', '),
    unit: first?.unit ?? 'count',
    places,
    series: kept.map(([name, found]) => ({
      label: name,
      marks: found.filter(({ at }) => seen.has(at)).map(({ at, value, text }) => ({ at, value, text })),
    })),
    leftOut:
      leftOut(bySize.length, kept.length, 'series') ??
      (dates === undefined ? leftOut(all, places.length, 'bars') : undefined),
  };
}

/** Days stay in their order, everything else is in that of its size. */
function largest(marks: readonly PlacedMark[], most: number): string[] {
  const found = new Map<string, PlacedMark>();
  for (const mark of marks) {
    const before = found.get(mark.at);
    if (before === undefined || Math.abs(mark.value) > Math.abs(before.value)) found.set(mark.at, mark);
  }
  const sorted = [...found.values()].sort((left, right) => compareExact(right.text, left.text));
  const dated = sorted.every(({ at }) => /^\d{4}-\d\d-\d\d/.test(at));
  const places = sorted.slice(0, most).map(({ at }) => at);
  return dated ? places.sort() : places;
}

function leftOut(all: number, shown: number, what: string): string | undefined {
  return all > shown ? `The ${shown} largest of ${all} ${what}; the table has all.` : undefined;
}

function size(marks: readonly Mark[]): number {
  return marks.reduce((sum, { value }) => sum + Math.abs(value), 0);
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
