import { z } from 'zod';
import { queriesIn } from '../query-text.ts';

/**
 * How long an answer stays true: until what it read changes, only on the day that it was given (`last week` is another
 * one tomorrow), or for no time that is known here.
 */
export type AnswerLife = 'publication' | 'day' | 'moment';

const plain = /^\d{4}-\d{2}-\d{2}(?:[T ][\d:.]+Z?)?$/;
const ofDays =
  /^(?:today|yesterday|tomorrow|(?:this|last|next)(?: \d+)? (?:day|week|month|quarter|year)s?)$/i;

/** Operators of which the values are dates, and may be such as `last week`. */
const dateOperators = new Set([
  'inDateRange',
  'notInDateRange',
  'onTheDate',
  'beforeDate',
  'beforeOrOnDate',
  'afterDate',
  'afterOrOnDate',
]);

/** The dates in a filter, however deep. */
const filterDates: z.ZodType<unknown[]> = z.lazy(() =>
  z.union([
    z.looseObject({ or: z.array(filterDates) }).transform(({ or }) => or.flat()),
    z.looseObject({ and: z.array(filterDates) }).transform(({ and }) => and.flat()),
    z
      .looseObject({ operator: z.string(), values: z.array(z.unknown()).nullish() })
      .transform(({ operator, values }) => (dateOperators.has(operator) ? (values ?? []) : [])),
  ]),
);

const dates = z.union([z.string(), z.array(z.unknown())]);
const query = z.looseObject({
  filters: z.array(filterDates).default([]),
  timezone: z.string().default('UTC'),
  timeDimensions: z
    .array(z.looseObject({ dateRange: dates.nullish(), compareDateRange: z.array(dates).nullish() }))
    .default([]),
});

/** By the text of a query or of several. */
export function lifeOf(text: string): AnswerLife {
  const queries = queriesIn(text, query);
  if (queries === undefined) return 'moment';
  const ranges = queries.flatMap(({ timeDimensions }) =>
    timeDimensions.flatMap(({ dateRange, compareDateRange }) => [
      dateRange ?? [],
      ...(compareDateRange ?? []),
    ]),
  );
  const filtered = queries.flatMap(({ filters }) => filters.flat());
  const lives = [...ranges.flat(), ...filtered].map(lifeOfDate);
  if (lives.includes('moment')) return 'moment';
  if (!lives.includes('day')) return 'publication';
  // Days are counted in the zone of the query, and begin there at another time.
  return queries.every(({ timezone }) => timezone === 'UTC') ? 'day' : 'moment';
}

function lifeOfDate(date: unknown): AnswerLife {
  if (typeof date !== 'string') return 'moment';
  if (plain.test(date)) return 'publication';
  return ofDays.test(date.trim()) ? 'day' : 'moment';
}
