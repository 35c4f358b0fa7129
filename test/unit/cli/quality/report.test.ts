import { expect, test } from 'vitest';
import { age, qualityPage } from '../../../../cli/quality/page.ts';
import { reportRows } from '../../../../cli/quality/rows.ts';
import { checkShown } from '../../../../cli/quality/show.ts';
import type { CheckHistory } from '../../../../transforms/engine/quality/history.ts';
import type { QualityReport } from '../../../../transforms/engine/quality/report.ts';

const at = '2026-03-01T10:00:00.000Z';

function check(
  name: string,
  status: CheckHistory['status'],
  change: Partial<CheckHistory> = {},
): CheckHistory {
  return {
    uniqueId: `test.shopwave.${name}`,
    name,
    model: 'fct_orders',
    kind: 'unique',
    severity: 'error',
    version: 3,
    status,
    since: at,
    checkedAt: at,
    failures: status === 'pass' ? 0 : 2,
    message: null,
    points: [],
    failed: undefined,
    ...change,
  };
}

const source = {
  uniqueId: 'source.shopwave.shop.orders',
  snapshottedAt: new Date(at),
  criteria: { warnAfter: undefined, errorAfter: undefined, filter: undefined },
  message: undefined,
  executionTime: 0,
  threadId: 'Thread-1',
};

const report: QualityReport = {
  generatedAt: at,
  since: '2026-02-01T00:00:00.000Z',
  grain: 'day',
  version: 3,
  checks: [
    check('unique_order_key', 'pass'),
    check('sums', 'warn'),
    check('grain', 'fail'),
    check('odd', 'error'),
  ],
  notRun: [
    { uniqueId: 'test.shopwave.later', model: 'fct_orders', name: 'later', cadence: null },
    { uniqueId: 'test.shopwave.volume', model: 'fct_orders', name: 'volume', cadence: 'hourly' },
  ],
  held: [
    {
      model: 'fct_orders',
      version: 2,
      since: at,
      sourceWatermark: null,
      sourceCommittedAt: null,
      reasons: ['grain on fct_orders: 2 row(s)'],
    },
  ],
  sources: [
    {
      ...source,
      source: 'stripe.charges',
      status: 'error',
      maxLoadedAt: new Date('0001-01-01T00:00:00Z'),
      ageSeconds: 6e10,
    },
    { ...source, source: 'shop.orders', status: 'pass', maxLoadedAt: new Date(at), ageSeconds: 239.7 },
  ],
  marts: [{ mart: 'fct_orders', source: 'shop', reflects: at, ageSeconds: 4, status: 'warn' }],
};

const shown = (notPassed: boolean): unknown[] =>
  reportRows(report, { age, notPassed })[0].map((row) => [row['status'], row['name'] ?? row['model']]);

const wrong = [
  ['held', 'fct_orders'],
  ['fail', 'grain'],
  ['error', 'odd'],
  ['warn', 'shop'],
  ['warn', 'sums'],
];

test('the report begins with what is wrong, the worst first, and ends with how many', () => {
  expect(shown(false)).toEqual([
    ...wrong,
    ['not read yet', 'stripe.charges'],
    ['pass', 'shop.orders'],
    ['pass', 'unique_order_key'],
    ['not run', 'later'],
    ['not run', 'volume'],
  ]);
  expect(reportRows(report, { age, notPassed: false })[1].notes).toEqual([
    'checks: 1 pass, 1 warn, 2 fail, 2 not run; models: 1 held',
  ]);
});

test('--not-passed leaves what is right, has not begun or has not run, in rows and in JSON', () => {
  expect(shown(true)).toEqual(wrong);
  const [, { json, notes }] = reportRows(report, { age, notPassed: true });
  expect(json).toHaveLength(wrong.length);
  expect(notes).toEqual(['checks: 1 pass, 1 warn, 2 fail, 2 not run; models: 1 held']);
});

test('a source of which nothing was read yet is none that is stale', () => {
  const [rows] = reportRows(report, { age, notPassed: false });
  expect(rows.find(({ name }) => name === 'stripe.charges')).toMatchObject({ last: 'never', detail: null });
  expect(rows.find(({ name }) => name === 'shop.orders')).toMatchObject({ last: at, detail: '4m 0s' });
  const page = qualityPage(report);
  expect(page).toContain('<td>not read yet</td><td>never</td>');
  expect(page).not.toContain('0001-01-01');
});

test('a check that passes now says so before the rows of its last failure', () => {
  const failed = { at, version: 2, rows: [{ order_key: 'k1' }] };
  const checks = [check('unique_order_key', 'pass', { failed })];
  expect(checkShown({ ...report, checks }, 'fct_orders.unique_order_key')).toMatchObject({
    rows: [{ order_key: 'k1' }],
    preface: [
      `fct_orders.unique_order_key: pass, 0 rows, since ${at}`,
      `it passes now; rows of its last failure, at ${at}, version 2:`,
    ],
  });
});

test.each([
  ['later', 'it runs with the next build of what it reads'],
  ['fct_orders.volume', '`shopwave quality check --cadence hourly`'],
])('a check that has not run, %s, is known and says when it will', (name, words) => {
  const result = checkShown(report, name);
  expect(result).toMatchObject({ rows: [], preface: [expect.stringContaining(words)] });
});

test.each([
  ['uniqe_order_key', 'did you mean unique_order_key?'],
  ['fct_order.unique_order_key', 'did you mean fct_orders.unique_order_key?'],
  ['order_key', 'did you mean fct_orders.unique_order_key?'],
  ['latr', 'did you mean later?'],
])('a misspelt check, %s, is answered with the nearest', (name, words) => {
  expect(() => checkShown(report, name)).toThrow(words);
});

test('a name like no other is just not there', () => {
  expect(() => checkShown(report, 'zzzzzzzz')).toThrow(/^there is no check zzzzzzzz$/);
});
