import type { CubeQuery } from '../../../semantic/server/cube-query.ts';
import type { Metric, MetricCatalog } from '../../../semantic/server/metric-catalog.ts';
import { grains } from '../../../semantic/server/query-arguments.ts';

export interface CataloguedQuery {
  readonly what: string;
  readonly query: CubeQuery;
}

type Filters = readonly (readonly [what: string, filter: object])[];

/**
 * Queries of all kinds that the model allows: every metric alone, all metrics of a view by every dimension at every
 * grain, and all of them under every kind of filter (every operator for one text, one joined text, one metric and each
 * date of a view, one operator for the others). Currency is always split by where there is one, so that money adds up.
 * Metrics of other days than a row's own are asked by period, as they cannot stand beside others.
 */
export function queryCatalogue(catalog: MetricCatalog): CataloguedQuery[] {
  return catalog.views.flatMap(({ name: view }) => {
    const periods = new Set(catalog.metrics.filter((each) => each.view === view).map(({ period }) => period));
    return [
      ...(periods.has(undefined) ? ownDays(catalog, view) : []),
      ...[...periods].flatMap((period) => (period === undefined ? [] : otherDays(catalog, view, period))),
    ];
  });
}

function otherDays(catalog: MetricCatalog, view: string, period: Metric['period']): CataloguedQuery[] {
  const metrics = catalog.metrics.filter((metric) => metric.view === view && metric.period === period);
  const measures = metrics.map(({ member }) => member);
  const [dimension] = metrics.map(({ timeDimension }) => `${view}.${timeDimension}`);
  const dateRange = ['2025-12-30', '2026-03-02'];
  return [undefined, ...grains].flatMap((granularity) => ({
    what: `${view} of ${period} by ${granularity ?? 'no'} grain`,
    query: {
      measures,
      dimensions: currencyOf(catalog, view),
      timeDimensions: [{ dimension, dateRange, ...(granularity === undefined ? {} : { granularity }) }],
    },
  }));
}

function currencyOf(catalog: MetricCatalog, view: string): string[] {
  const own = catalog.dimensions.filter((each) => each.view === view && each.name === 'currency');
  return own.map(({ member }) => member);
}

function ownDays(catalog: MetricCatalog, view: string): CataloguedQuery[] {
  const metrics = catalog.metrics.filter((metric) => metric.view === view && metric.period === undefined);
  const dimensions = catalog.dimensions.filter((dimension) => dimension.view === view);
  const measures = metrics.map((metric) => metric.member);
  const currency = currencyOf(catalog, view);
  const texts = dimensions.filter(({ type }) => type === 'string').map(({ member }) => member);
  const dates = dimensions.filter(({ type }) => type === 'time').map(({ member }) => member);
  const [date = ''] = dates;
  const alone = metrics.map((metric) => ({
    what: `${metric.member} alone`,
    query: { measures: [metric.member], dimensions: currency },
  }));
  const split = [undefined, ...grains].flatMap((grain) =>
    // Grains and texts do not meddle with each other: one text at every grain, the others at two.
    [undefined, ...(grain === undefined || grain === 'month' ? texts : texts.slice(0, 1))].map((text) => ({
      what: `${view} by ${text ?? 'nothing'} and ${grain ?? 'no'} grain`,
      query: {
        measures,
        dimensions: [...new Set([...currency, ...(text === undefined ? [] : [text])])],
        timeDimensions: grain === undefined ? [] : [{ dimension: date, granularity: grain }],
      },
    })),
  );
  const dated = dates.flatMap((dimension) => [
    { what: `${dimension} as it is`, query: { measures, dimensions: [...currency, dimension] } },
    {
      what: `${dimension} within a period`,
      query: {
        measures,
        dimensions: currency,
        timeDimensions: [{ dimension, granularity: 'day', dateRange: ['2025-12-31', '2026-02-01'] }],
      },
    },
  ]);
  const channel = texts.find((member) => member.endsWith('.channel')) ?? texts[0] ?? '';
  const filtered = [
    ...texts.flatMap((member) => textFilters(member, member === channel || member.endsWith('.segment'))),
    ...dates.flatMap((member) => dateFilters(member)),
    ...measures.flatMap((member, place) => numberFilters(member, place === 0)),
  ].map(([what, filter]) => ({
    what: `${view} where ${what}`,
    query: { measures, dimensions: [...new Set([...currency, channel])], filters: [filter] },
  }));
  const segments = catalog.segments
    .filter((segment) => segment.view === view)
    .map(({ member }) => ({
      what: `${view} in segment ${member}`,
      query: { measures, dimensions: currency, segments: [member] },
    }));
  const sorted = [...new Set([texts.at(-1) ?? '', ...currency])];
  const page = {
    what: `${view}: the second page of a sorted list`,
    query: {
      measures,
      dimensions: sorted,
      order: Object.fromEntries(sorted.map((member, place) => [member, place === 0 ? 'desc' : 'asc'])),
      limit: 2,
      offset: 1,
    },
  };
  return [...alone, ...split, ...dated, ...filtered, ...segments, page];
}

function textFilters(member: string, allOperators: boolean): Filters {
  if (!allOperators) return [[`${member} equals`, { member, operator: 'equals', values: ['web', 'home'] }]];
  const set = ['set', 'notSet'].map((operator) => [`${member} ${operator}`, { member, operator }] as const);
  const like = ['contains', 'notContains', 'startsWith', 'notStartsWith', 'endsWith', 'notEndsWith'].map(
    (operator) => [`${member} ${operator}`, { member, operator, values: ['o%_\\'] }] as const,
  );
  const equal = ['equals', 'notEquals'].flatMap((operator) => [
    [`${member} ${operator}`, { member, operator, values: ['web'] }] as const,
    [`${member} ${operator} several`, { member, operator, values: ["O'x", 'consumer', null] }] as const,
  ]);
  return [...set, ...like, ...equal];
}

function dateFilters(member: string): Filters {
  const one = ['afterDate', 'afterOrOnDate', 'beforeDate', 'beforeOrOnDate'].map(
    (operator) => [`${member} ${operator}`, { member, operator, values: ['2026-01-01'] }] as const,
  );
  const two = ['inDateRange', 'notInDateRange'].map(
    (operator) =>
      [`${member} ${operator}`, { member, operator, values: ['2025-12-31', '2026-01-01'] }] as const,
  );
  return [...one, ...two, [`${member} set`, { member, operator: 'set' }]];
}

function numberFilters(member: string, allOperators: boolean): Filters {
  const operators = allOperators ? ['gt', 'gte', 'lt', 'lte', 'equals', 'notEquals'] : ['gte'];
  return operators.map(
    (operator) => [`${member} ${operator}`, { member, operator, values: ['2.00'] }] as const,
  );
}
