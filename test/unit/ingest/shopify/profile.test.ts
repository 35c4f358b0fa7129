import { expect, test } from 'vitest';
import { shopifyProfile } from '../../../../ingest/shopify/profile.ts';

const { judge, rateReport, authorize } = shopifyProfile('https://shop.example');

const cost = {
  requestedQueryCost: 300,
  actualQueryCost: null,
  throttleStatus: { maximumAvailable: 2000, currentlyAvailable: 100, restoreRate: 100 },
};
const withCodes = (...codes: readonly string[]): { errors: object[] } => ({
  errors: codes.map((code) => ({ message: 'may quote what was sent', extensions: { code } })),
});

test.each([
  ['an answer without errors', 200, { data: {} }, undefined],
  [
    'a throttled one waits for the missing points',
    200,
    { ...withCodes('THROTTLED'), extensions: { cost } },
    { outcome: 'rate_limited', code: 'THROTTLED', waitMs: 2000 },
  ],
  [
    'a denied field, whatever data comes beside it',
    200,
    { data: { orders: {} }, ...withCodes('ACCESS_DENIED') },
    {
      outcome: 'forbidden',
      code: 'ACCESS_DENIED',
    },
  ],
  [
    'a failure inside',
    200,
    withCodes('INTERNAL_SERVER_ERROR'),
    {
      outcome: 'server_error',
      code: 'INTERNAL_SERVER_ERROR',
    },
  ],
  ['a query that is wrong', 200, withCodes('undefinedField'), { outcome: 'refused', code: 'undefinedField' }],
  ['an error without a code', 200, { errors: [{ message: 'x' }] }, { outcome: 'refused', code: 'NO_CODE' }],
  ['one that costs too much is for the caller', 200, withCodes('MAX_COST_EXCEEDED'), undefined],
  ['other statuses speak for themselves', 401, { errors: '[API] Invalid API key' }, undefined],
] as const)('%s', (_, status, body, verdict) => {
  expect(judge?.(status, JSON.parse(JSON.stringify(body)) as never)).toEqual(verdict);
});

test('the budget follows what the API says, and the token goes into its header', () => {
  expect(rateReport?.(new Headers(), { extensions: { cost } })).toEqual({
    available: 100,
    perSecond: 100,
    burst: 2000,
  });
  expect(authorize(['shpat_1'])).toEqual({ 'x-shopify-access-token': 'shpat_1' });
});
