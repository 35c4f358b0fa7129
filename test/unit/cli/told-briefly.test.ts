import { expect, test } from 'vitest';
import { sourceEntries, siteOf } from '../../../cli/api-sources.ts';
import { checksFailed } from '../../../cli/operations/checks-failed.ts';
import { describeBehind } from '../../../cli/operations/source-freshness.ts';
import { factsResult } from '../../../cli/operations/status.ts';
import { shorten } from '../../../cli/output/shorten.ts';
import { unread } from '../../../cli/output/summary.ts';
import { describeTask } from '../../../cli/supervisor/console.ts';
import { environmentSecrets } from '../../../ingest/extract/secrets.ts';
import { selectErrors } from '../../../transforms/engine/select/errors.ts';

test('a message of many lines becomes one that ends with the command for the rest', () => {
  expect(shorten('short\n  and  plain', 'shopwave x')).toBe('short and plain');
  expect(shorten('y'.repeat(300), 'shopwave x')).toBe('y'.repeat(300));
  expect(shorten('y'.repeat(1_300), 'shopwave x')).toBe(`${'y'.repeat(300)} … (1000 more; \`shopwave x\`)`);
});

test.each([
  ['TRANSFORM_HELD_BACK', '(4700 more; `shopwave transform held`)'],
  ['CLI_RUN_FAILED', '(4700 more; `shopwave tasks logs`)'],
])('the console tells a failed task in one line of bounded length: %s', (code, rest) => {
  const line = describeTask({
    type: 'task_instance',
    dagId: 'shop_marts',
    runId: 'r',
    taskId: 'build',
    mapIndex: -1,
    state: 'failed',
    tryNumber: 1,
    at: new Date(0),
    error: { code, message: 'm'.repeat(5_000), remedy: '', retryable: false },
  } as unknown as Parameters<typeof describeTask>[0]);
  expect(line).toMatch(/^ {2}✗ shop_marts\.build is failed: /);
  expect(line?.endsWith(rest)).toBe(true);
  expect(line?.length).toBeLessThan(420);
});

test('status cuts what is long for people, and leaves it whole for programs', () => {
  const result = factsResult([
    ['publication', 7],
    ['held back', 'r'.repeat(400), 'shopwave transform held'],
  ]);
  expect(result).toMatchObject({
    rows: [{ value: 7 }, { value: `${'r'.repeat(300)} … (100 more; \`shopwave transform held\`)` }],
    json: [{ value: 7 }, { value: 'r'.repeat(400) }],
  });
});

const now = new Date('2026-03-01T00:00:00Z');

test.each([
  [null, 'not read yet'],
  ['2026-02-28T23:56:00.300Z', '4m 0s behind'],
  ['2019-08-19T00:00:00.000Z', 'its past is read up to 2019-08-19, 2386d behind'],
  ['2026-03-01T00:00:05.000Z', '0ms behind'],
])('a source complete up to %s: %s', (freshTo, text) => {
  expect(describeBehind(freshTo, now)).toBe(text);
});

test('a source of which nothing is set is told from one that is set in part', () => {
  const secrets = environmentSecrets({});
  const [name = ''] = sourceEntries.zendesk.secretNames;
  expect(siteOf('zendesk', {}, false, secrets)).toMatchObject({ kind: 'off', isUntouched: true });
  expect(siteOf('zendesk', { [name]: 'x' }, false, secrets)).toMatchObject({
    kind: 'off',
    isUntouched: false,
  });
});

test('after --once the sources that only a running platform reads are named', () => {
  const source = (
    name: string,
    site: string,
    freshTo: string | null,
  ): Parameters<typeof unread>[0]['sources'][number] => ({
    source: name,
    site,
    freshTo,
    behind: '',
  });
  const sources = [
    source('shop', 'embedded', null),
    source('stripe', 'simulated', null),
    source('shopify', 'not configured', null),
    source('zendesk', 'simulated', now.toISOString()),
  ];
  expect(unread({ port: undefined, sources }).join()).toContain('without --once): stripe.');
  expect(unread({ port: 4000, sources })).toEqual([]);
  expect(unread({ port: undefined, sources: sources.slice(2) })).toEqual([]);
});

test('remedies name the command that helps', () => {
  const check = { model: 'fct_orders', name: 'assert_sums' };
  expect(checksFailed('1 of 2', { ...check, kind: 'singular' }).remedy).toContain(
    'transform compile -s assert_sums',
  );
  expect(checksFailed('1 of 2', { ...check, kind: 'unique' }).remedy).toContain('quality show');
  expect(selectErrors.kinds.SELECT_STATE_MISSING.remedy).toContain('--state');
});
