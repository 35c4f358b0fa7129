import { semanticErrors } from '../errors.ts';
import type { CubeQuery, CubeRow } from './cube-query.ts';
import type { Dimension, Metric, MetricCatalog } from './metric-catalog.ts';
import { findDimension, findMetric } from './name-resolution.ts';

/** Business dates are days, so nothing finer. */
export const grains = ['day', 'week', 'month', 'quarter', 'year'] as const;
type Grain = (typeof grains)[number];

/** Metrics and dimensions by short name (`gmv`, `channel`) or as Cube member (`finance.gmv`). */
export interface MetricQuery {
  readonly metrics: readonly string[];
  readonly by?: readonly string[] | undefined;
  /** Splits by date, each metric by its own: sales by the day of the event, fulfilled orders by the day of fulfilment. */
  readonly grain?: Grain | undefined;
  /** `channel=web`, `country=DE,FR`, `currency!=USD`; all must hold. */
  readonly where?: readonly string[] | undefined;
  /** First day, YYYY-MM-DD. */
  readonly from?: string | undefined;
  /** Last day, YYYY-MM-DD, included. */
  readonly to?: string | undefined;
}

/** A table: `date` when there is a grain, then the dimensions, then the metrics. */
export interface MetricResult {
  readonly columns: readonly string[];
  /** Sorted by date and dimensions. Numbers are exact text; null where a metric has nothing to say. */
  readonly rows: readonly Readonly<Record<string, string | null>>[];
}

interface Filter {
  readonly name: string;
  readonly operator: 'equals' | 'notEquals';
  readonly values: readonly string[];
}

type Load = (query: CubeQuery) => Promise<CubeRow[]>;
type ResultRow = Record<string, string | null>;

// Cube's own upper limit. An answer of this size may have been cut, so it is refused.
const rowLimit = 50_000;

/**
 * Answers metrics that may live in different views, by drilling across: one query for each view and business date,
 * joined on what they were split by. Throws SEMANTIC_METRIC_UNKNOWN, SEMANTIC_DIMENSION_UNKNOWN or
 * SEMANTIC_ARGUMENT_INVALID before anything is sent.
 */
export async function queryMetrics(
  load: Load,
  catalog: MetricCatalog,
  query: MetricQuery,
): Promise<MetricResult> {
  const metrics = query.metrics.map((name) => findMetric(catalog, name));
  if (metrics.length === 0) throw invalid('a query needs at least one metric');
  checkDates(query);
  const filters = (query.where ?? []).map(parseFilter);
  const planned = groupByDate(metrics).map((group) => planGroup(catalog, group, query, filters));
  const answers = await Promise.all(planned.map(async (plan) => toRows(plan, await load(plan.query))));
  const keys = [...(query.grain === undefined ? [] : ['date']), ...(query.by ?? [])];
  return { columns: [...keys, ...query.metrics], rows: joinRows(keys, query.metrics, answers) };
}

/** Metrics that one Cube query can answer: of the same view, reported by the same date. */
function groupByDate(metrics: readonly Metric[]): Metric[][] {
  const groups = new Map<string, Metric[]>();
  for (const metric of metrics) {
    const key = `${metric.view}.${metric.timeDimension}`;
    groups.set(key, [...(groups.get(key) ?? []), metric]);
  }
  return [...groups.values()];
}

interface GroupPlan {
  readonly query: CubeQuery;
  /** Name in the answer to member in Cube's row. */
  readonly columns: ReadonlyMap<string, { readonly member: string; readonly isDate: boolean }>;
}

function planGroup(
  catalog: MetricCatalog,
  group: readonly Metric[],
  query: MetricQuery,
  filters: readonly Filter[],
): GroupPlan {
  const [first] = group;
  if (first === undefined) throw new Error('a group of metrics is never empty');
  const date = `${first.view}.${first.timeDimension}`;
  const split = (query.by ?? []).map((name) => ({ name, dimension: findDimension(catalog, first, name) }));
  const times = split.filter(({ dimension }) => dimension.type === 'time');
  const columns = new Map<string, { member: string; isDate: boolean }>();
  if (query.grain !== undefined) columns.set('date', { member: `${date}.${query.grain}`, isDate: true });
  for (const { name, dimension } of split) columns.set(name, column(dimension));
  for (const name of query.metrics) {
    const metric = group.find((each) => each.name === name || each.member === name);
    if (metric !== undefined) columns.set(name, { member: metric.member, isDate: false });
  }
  return {
    columns,
    query: {
      measures: group.map((metric) => metric.member),
      dimensions: split.filter((each) => !times.includes(each)).map(({ dimension }) => dimension.member),
      timeDimensions: [
        ...(query.grain === undefined ? [] : [{ dimension: date, granularity: query.grain }]),
        ...times.map(({ dimension }) => ({ dimension: dimension.member, granularity: 'day' })),
      ],
      filters: [
        ...filters.map((filter) => ({
          member: filterDimension(catalog, first, filter).member,
          operator: filter.operator,
          values: filter.values,
        })),
        // What has no such date yet, as an order that is not fulfilled, belongs to no period.
        ...(query.grain === undefined ? [] : [{ member: date, operator: 'set' }]),
        ...(query.from === undefined
          ? []
          : [{ member: date, operator: 'afterOrOnDate', values: [query.from] }]),
        ...(query.to === undefined ? [] : [{ member: date, operator: 'beforeOrOnDate', values: [query.to] }]),
      ],
      limit: rowLimit,
    },
  };
}

function column(dimension: Dimension): { member: string; isDate: boolean } {
  const isDate = dimension.type === 'time';
  return { member: isDate ? `${dimension.member}.day` : dimension.member, isDate };
}

function filterDimension(catalog: MetricCatalog, metric: Metric, filter: Filter): Dimension {
  const dimension = findDimension(catalog, metric, filter.name);
  if (dimension.type === 'time')
    throw invalid(`"${filter.name}" is a date: use the first and last day instead`);
  return dimension;
}

function toRows(plan: GroupPlan, rows: readonly CubeRow[]): ResultRow[] {
  if (rows.length >= rowLimit) {
    throw semanticErrors.error('SEMANTIC_RESULT_TOO_LARGE', {
      message: `the answer has ${rowLimit} rows or more`,
    });
  }
  return rows.map((row) =>
    Object.fromEntries(
      [...plan.columns].map(([name, { member, isDate }]) => [name, toText(row[member] ?? null, isDate)]),
    ),
  );
}

function toText(value: string | boolean | null, isDate: boolean): string | null {
  if (value === null) return null;
  return isDate ? String(value).slice(0, 10) : String(value);
}

/** A full outer join of the answers on `keys`. */
function joinRows(
  keys: readonly string[],
  metrics: readonly string[],
  answers: readonly ResultRow[][],
): ResultRow[] {
  const empty: ResultRow = Object.fromEntries([...keys, ...metrics].map((name) => [name, null]));
  const joined = new Map<string, ResultRow>();
  for (const row of answers.flat()) {
    const key = JSON.stringify(keys.map((name) => row[name]));
    joined.set(key, { ...empty, ...joined.get(key), ...row });
  }
  return [...joined.values()].sort((a, b) => compareKeys(keys, a, b));
}

function compareKeys(keys: readonly string[], a: ResultRow, b: ResultRow): number {
  for (const key of keys) {
    const [left, right] = [a[key] ?? null, b[key] ?? null];
    if (left === right) continue;
    if (left === null) return 1;
    if (right === null) return -1;
    return left < right ? -1 : 1;
  }
  return 0;
}

function parseFilter(text: string): Filter {
  const match = /^\s*([\w.]+)\s*(!?=)\s*(.+?)\s*$/.exec(text);
  const [, name, operator, values] = match ?? [];
  if (name === undefined || values === undefined) throw invalid(`"${text}" is not a filter`);
  return {
    name,
    operator: operator === '=' ? 'equals' : 'notEquals',
    values: values.split(',').map((value) => value.trim()),
  };
}

function checkDates({ from, to, grain }: MetricQuery): void {
  for (const date of [from, to]) {
    if (date !== undefined && !isDate(date)) throw invalid(`"${date}" is not a date`);
  }
  if (from !== undefined && to !== undefined && to < from) {
    throw invalid(`the last day ${to} lies before the first, ${from}`);
  }
  if (grain !== undefined && !grains.includes(grain)) {
    throw invalid(`"${grain}" is not a grain; there are ${grains.join(', ')}`);
  }
}

function isDate(text: string): boolean {
  const parsed = new Date(`${text}T00:00:00Z`);
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) &&
    !Number.isNaN(parsed.getTime()) &&
    parsed.toISOString().startsWith(text)
  );
}

function invalid(message: string): Error {
  return semanticErrors.error('SEMANTIC_ARGUMENT_INVALID', { message });
}
