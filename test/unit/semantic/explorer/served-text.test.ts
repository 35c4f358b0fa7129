import { expect, it } from 'vitest';
import { servedText } from '../../../../semantic/explorer/served-text.ts';

const now = new Date('2026-03-01T12:00:00Z');
const served = {
  publication: '7',
  origin: 'rollup',
  publishedAt: new Date('2026-03-01T11:58:30Z'),
  freshAsOf: new Date('2026-03-01T11:54:10Z'),
  isStale: false,
  model: 'm',
};

it.each([
  [{}, 'Publication 7, complete up to 2026-03-01 11:54 UTC (5 min ago), from the rollup'],
  [{ freshAsOf: undefined }, 'Publication 7, published 2026-03-01 11:58 UTC (1 min ago), from the rollup'],
  [{ freshAsOf: undefined, publishedAt: undefined }, 'Publication 7, from the rollup'],
  [
    { freshAsOf: now },
    'Publication 7, complete up to 2026-03-01 12:00 UTC (under a minute ago), from the rollup',
  ],
  [
    { freshAsOf: new Date('2026-03-01T08:30:00Z') },
    'Publication 7, complete up to 2026-03-01 08:30 UTC (3 hours ago), from the rollup',
  ],
  [
    { freshAsOf: new Date('2026-02-01T12:00:00Z'), isStale: true },
    'Publication 7, complete up to 2026-02-01 12:00 UTC (28 days ago), from the rollup, a newer one could not be asked',
  ],
  [{ publication: '', origin: '', freshAsOf: undefined, publishedAt: undefined }, ''],
])('what is told of an answer with %o', (other, text) => {
  expect(servedText({ ...served, ...other }, now)).toBe(text);
});
