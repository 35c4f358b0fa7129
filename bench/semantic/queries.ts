import { lastDay } from './marts.ts';

export type Kind = 'repeated' | 'rollup' | 'new';

/** A query as text, as a dashboard sends it. */
export interface LoadQuery {
  readonly kind: Kind;
  readonly text: string;
}

const measures: readonly (readonly string[])[] = [
  ['finance.gmv'],
  ['finance.net_revenue', 'finance.refunds'],
  ['finance.gmv', 'finance.discounts', 'finance.refund_rate'],
  ['finance.total_sales', 'finance.tax', 'finance.shipping'],
];
const splits: readonly (readonly string[])[] = [
  ['finance.channel'],
  ['finance.country'],
  ['finance.channel', 'finance.country'],
  ['finance.category'],
  [],
];
const periods: readonly (readonly [string, string])[] = [
  ['2026-06-01', lastDay],
  ['2026-04-01', lastDay],
  ['2026-01-01', lastDay],
  ['2025-07-01', '2026-06-30'],
];

/** The tiles of the dashboards: what most people look at again and again. */
export const tiles: readonly string[] = [
  ...measures.flatMap((each, m) =>
    splits.flatMap((split, s) => {
      const period = periods[(m + s) % periods.length] ?? ['2026-06-01', lastDay];
      const granularity = s % 2 === 0 ? 'day' : 'month';
      return [finance(each, split, period, granularity), finance(each, split, period, undefined)];
    }),
  ),
  ...['operations.channel', 'operations.country', 'operations.order_status'].map((split) =>
    JSON.stringify({
      measures: ['operations.orders', 'operations.cancellation_rate', 'operations.time_to_ship'],
      dimensions: [split],
      timeDimensions: [{ dimension: 'operations.order_date', dateRange: periods[1] }],
    }),
  ),
  ...['support.topic', 'support.priority'].map((split) =>
    JSON.stringify({ measures: ['support.tickets', 'support.first_response_time'], dimensions: [split] }),
  ),
];

/** Shows whether an answer is of one publication, and of which: each adds the same to both channels. */
export const witness = JSON.stringify({
  measures: ['finance.gmv'],
  dimensions: ['finance.channel'],
  timeDimensions: [{ dimension: 'finance.event_date', dateRange: [lastDay, lastDay] }],
  filters: [
    { member: 'finance.country', operator: 'equals', values: ['DE'] },
    { member: 'finance.currency', operator: 'equals', values: ['EUR'] },
  ],
});

function finance(
  asked: readonly string[],
  split: readonly string[],
  dateRange: readonly [string, string],
  granularity: string | undefined,
): string {
  return JSON.stringify({
    measures: asked,
    dimensions: ['finance.currency', ...split],
    timeDimensions: [
      { dimension: 'finance.event_date', dateRange, ...(granularity === undefined ? {} : { granularity }) },
    ],
  });
}

/** 80 in 100 repeated, 15 that a rollup answers and nobody has asked before, 5 that only the warehouse can answer. */
export function nextQuery(random: () => number): LoadQuery {
  const dice = random();
  if (dice < 0.8) return { kind: 'repeated', text: dice < 0.1 ? witness : pick(tiles, random) };
  const period = days(random, dice < 0.95 ? 700 : 60);
  if (dice < 0.95)
    return { kind: 'rollup', text: finance(pick(measures, random), pick(splits, random), period, 'day') };
  return { kind: 'new', text: newQuery(random, period) };
}

function newQuery(random: () => number, dateRange: readonly [string, string]): string {
  const timeDimensions = [{ dimension: 'finance.event_date', dateRange }];
  const dimensions = ['finance.currency'];
  if (random() < 0.5) return JSON.stringify({ measures: ['finance.aov'], dimensions, timeDimensions });
  return JSON.stringify({
    measures: ['finance.gmv'],
    dimensions: [...dimensions, 'finance.segment'],
    timeDimensions,
  });
}

function days(random: () => number, most: number): readonly [string, string] {
  const end = Date.parse(lastDay) - Math.floor(random() * 20) * 86_400_000;
  const start = end - Math.floor(random() * most) * 86_400_000;
  return [isoDay(start), isoDay(end)];
}

function isoDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function pick<T>(all: readonly T[], random: () => number): T {
  const found = all[Math.floor(random() * all.length)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
}
