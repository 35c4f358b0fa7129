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

const dates = z.union([z.string(), z.array(z.unknown())]);
const query = z.looseObject({
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
  const lives = ranges.flatMap((range) => (typeof range === 'string' ? [range] : range)).map(lifeOfDate);
  if (lives.includes('moment')) return 'moment';
  return lives.includes('day') ? 'day' : 'publication';
}

function lifeOfDate(date: unknown): AnswerLife {
  if (typeof date !== 'string') return 'moment';
  if (plain.test(date)) return 'publication';
  return ofDays.test(date.trim()) ? 'day' : 'moment';
}
