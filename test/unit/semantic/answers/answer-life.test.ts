import { expect, it } from 'vitest';
import { lifeOf } from '../../../../semantic/server/answers/answer-life.ts';

const asked = (dateRange: unknown, more: object = {}): string =>
  JSON.stringify({ measures: ['a.b'], timeDimensions: [{ dimension: 'a.d', dateRange, ...more }] });

const filtered = (operator: string, value: string): string =>
  JSON.stringify({
    measures: ['a.b'],
    filters: [
      { or: [{ and: [{ member: 'a.d', operator, values: [value] }] }, { member: 'a.e', operator: 'set' }] },
    ],
  });

it.each([
  ['publication', asked(undefined)],
  ['publication', asked(['2026-01-01', '2026-02-01T00:00:00.000'])],
  ['publication', '{"measures":["a.b"]}'],
  ['publication', '[{"measures":["a.b"]},{"measures":["a.c"]}]'],
  ['day', asked('last week')],
  ['day', asked('Last 7 days')],
  ['day', asked('today')],
  ['day', asked(['2026-01-01', 'today'])],
  ['day', asked(undefined, { compareDateRange: ['this month', 'last month'] })],
  ['day', `[${asked(['2026-01-01', '2026-01-02'])},${asked('this year')}]`],
  ['publication', filtered('inDateRange', '2026-01-01')],
  ['publication', filtered('equals', 'last week')],
  ['day', filtered('inDateRange', 'last 7 days')],
  ['day', filtered('afterOrOnDate', 'yesterday')],
  ['day', filtered('beforeDate', 'today')],
  ['moment', filtered('onTheDate', 'an hour ago')],
  ['moment', JSON.stringify({ measures: ['a.b'], filters: [{ member: 'a.d' }] })],
  ['day', JSON.stringify({ ...(JSON.parse(asked('today')) as object), timezone: 'UTC' })],
  ['moment', JSON.stringify({ ...(JSON.parse(asked('today')) as object), timezone: 'Pacific/Auckland' })],
  ['publication', JSON.stringify({ measures: ['a.b'], timezone: 'Pacific/Auckland' })],
  ['moment', asked('last 2 hours')],
  ['moment', asked('from 30 minutes ago to now')],
  ['moment', asked(['now', '2026-01-01'])],
  ['moment', asked([1, 2])],
  ['moment', asked(undefined, { compareDateRange: [['last 3 hours', 'now']] })],
  ['moment', `{"filters":[${'{"or":['.repeat(60_000)}${']}'.repeat(60_000)}]}`],
  ['moment', 'no query'],
  ['moment', '"text"'],
])('%s: %s', (life, text) => {
  expect(lifeOf(text)).toBe(life);
});
