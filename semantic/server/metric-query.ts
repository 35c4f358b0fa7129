import { semanticErrors } from '../errors.ts';
import type { CubeQuery, CubeRow } from './cube-query.ts';
import type { Dimension, Metric, MetricCatalog } from './metric-catalog.ts';
import { findDimension, findMetric, findSegment } from './name-resolution.ts';
import { checkDates, invalidArgument, parseFilter } from './query-arguments.ts';
import type { Filter, Grain } from './query-arguments.ts';

/** Metrics and dimensions by short name (`gmv`, `channel`) or as Cube member (`finance.gmv`). */
export interface MetricQuery {
  readonly metrics: readonly string[];
  readonly by?: readonly string[] | undefined;
  /** Splits by date, each metric by its own: sales by the day of the event, fulfilled orders by the day of fulfilment. */
  readonly grain?: Grain | undefined;
  /** `channel=web`, `country=DE,FR`, `currency!=USD`; all must hold. */
  readonly where?: ReadonlyArray<string | Filter> | undefined;
  /** Conditions with a name, by short name; all must hold. */
  readonly segments?: readonly string[] | undefined;
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
  const planned = planQueries(catalog, query);
  const answers = await Promise.all(planned.map(async (plan) => toRows(plan, await load(plan.query))));
  const keys = [...(query.grain === undefined ? [] : ['date']), ...(query.by ?? [])];
  return { columns: [...keys, ...query.metrics], rows: joinRows(keys, query.metrics, answers) };
}

/** The queries that answer it together. Throws as queryMetrics does. */
export function planQueries(catalog: MetricCatalog, query: MetricQuery): readonly GroupPlan[] {
  const metrics = query.metrics.map((name) => findMetric(catalog, name));
  if (metrics.length === 0) throw invalidArgument('a query needs at least one metric');
  checkDates(query);
  const filters = (query.where ?? []).map((each) => (typeof each === 'string' ? parseFilter(each) : each));
  return groupByDate(metrics).map((group) => planGroup(catalog, group, query, filters));
}

/**
 * Metrics that one Cube query can answer: of the same view, reported by the same date, of the same period. Cube joins
 * periods by what they are split by and drops the rows that one of them lacks.
 */
function groupByDate(metrics: readonly Metric[]): Metric[][] {
  const groups = new Map<string, Metric[]>();
  for (const metric of metrics) {
    const key = `${metric.view}.${metric.timeDimension} ${metric.period ?? 'own'}`;
    groups.set(key, [...(groups.get(key) ?? []), metric]);
  }
  return [...groups.values()];
}

/** One query, and what of its rows is what. */
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
  const range = dateRange(first, query);
  const grain = query.grain === undefined ? {} : { granularity: query.grain };
  const asTime = { dimension: date, ...grain, ...(range === undefined ? {} : { dateRange: range }) };
  return {
    columns,
    query: {
      measures: group.map((metric) => metric.member),
      dimensions: split.filter((each) => !times.includes(each)).map(({ dimension }) => dimension.member),
      timeDimensions: [
        ...(query.grain === undefined && range === undefined ? [] : [asTime]),
        ...times.map(({ dimension }) => ({ dimension: dimension.member, granularity: 'day' })),
      ],
      filters: [
        ...filters.map((filter) => ({
          member: filterDimension(catalog, first, filter).member,
          operator: filter.operator,
          ...(filter.values.length === 0 ? {} : { values: filter.values }),
        })),
        ...(range === undefined ? ownDays(date, query) : []),
      ],
      segments: (query.segments ?? []).map((name) => findSegment(catalog, first, name).member),
      limit: rowLimit,
    },
  };
}

/** Rows of these days, for a metric that is told by the days of its own rows. */
function ownDays(date: string, { grain, from, to }: MetricQuery): object[] {
  return [
    // What has no such date yet, as an order that is not fulfilled, belongs to no period.
    ...(grain === undefined ? [] : [{ member: date, operator: 'set' }]),
    ...(from === undefined ? [] : [{ member: date, operator: 'afterOrOnDate', values: [from] }]),
    ...(to === undefined ? [] : [{ member: date, operator: 'beforeOrOnDate', values: [to] }]),
  ];
}

/** What is without a last day in any case, or by grain. */
const needsDays: Readonly<Record<NonNullable<Metric['period']>, 'always' | 'by grain' | 'never'>> = {
  previous_month: 'never',
  previous_year: 'never',
  trailing_28_days: 'always',
  to_date: 'by grain',
};

/** The days to show of a metric that looks at others, too: as a filter they would be all that it looks at. */
function dateRange(
  { name, period }: Metric,
  { from, to, grain }: MetricQuery,
): readonly [string, string] | undefined {
  if (period === undefined) return undefined;
  if (from !== undefined && to !== undefined) return [from, to];
  const need = needsDays[period];
  const open = from === undefined && to === undefined;
  if (open && (need === 'never' || (need === 'by grain' && grain === undefined))) return undefined;
  throw invalidArgument(`${name} looks back from its days, so it needs both a first and a last one`);
}

function column(dimension: Dimension): { member: string; isDate: boolean } {
  const isDate = dimension.type === 'time';
  return { member: isDate ? `${dimension.member}.day` : dimension.member, isDate };
}

function filterDimension(catalog: MetricCatalog, metric: Metric, filter: Filter): Dimension {
  const dimension = findDimension(catalog, metric, filter.name);
  if (dimension.type === 'time')
    throw invalidArgument(`"${filter.name}" is a date: use the first and last day instead`);
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
