import { describe, expect, test } from 'vitest';
import { secondsToExhaustion, slotHealth } from '../../../ingest/postgres/slot-health.ts';
import type { HealthLevel, SlotHealthFacts } from '../../../ingest/postgres/slot-health.ts';

const gigabyte = 1_073_741_824;
const well: SlotHealthFacts = {
  walStatus: 'reserved',
  retainedBytes: 1000,
  lagBytes: 0,
  lagSeconds: 0,
  budgetLeftBytes: 49 * gigabyte,
  budgetBytes: 50 * gigabyte,
  bytesPerSecond: 100_000,
  longTransactions: [],
};
const open = (pid: number, seconds: number) => ({ pid, who: 'psql, ann, idle in transaction', seconds });

describe('health of the slot', () => {
  test.each<[string, Partial<SlotHealthFacts>, HealthLevel, RegExp]>([
    ['all is well', {}, 'ok', /reserved/],
    ['the log is kept beyond its usual size', { walStatus: 'extended' }, 'ok', /extended/],
    ['the next checkpoint may cost it', { walStatus: 'unreserved' }, 'page', /unreserved/],
    ['lost', { walStatus: 'lost' }, 'page', /lost/],
    ['missing', { walStatus: undefined }, 'page', /missing/],
    ['late', { lagSeconds: 600, lagBytes: 1 }, 'warn', /10m/],
    ['very late', { lagSeconds: 1800, lagBytes: 1 }, 'page', /30m/],
    ['half of the budget is used', { budgetLeftBytes: 25 * gigabyte }, 'warn', /50% of 51200.0 MB/],
    ['nearly all of it is', { budgetLeftBytes: 10 * gigabyte }, 'page', /20%/],
    ['no limit', { budgetBytes: undefined, budgetLeftBytes: undefined }, 'warn', /no limit/],
    ['lost within hours', { bytesPerSecond: (49 * gigabyte) / 20_000 }, 'warn', /5h/],
    ['lost within the shift', { bytesPerSecond: (49 * gigabyte) / 14_000 }, 'page', /3h/],
    ['an open transaction', { longTransactions: [open(7, 90)] }, 'ok', /process 7/],
    ['one for half an hour', { longTransactions: [open(7, 90), open(8, 1800)] }, 'warn', /process 8/],
    ['one for hours', { longTransactions: [open(9, 14_400)] }, 'page', /process 9/],
  ])('%s', (_, change, level, value) => {
    const health = slotHealth({ ...well, ...change });
    expect(health.level).toBe(level);
    expect(health.findings.map((each) => each.value).join('\n')).toMatch(value);
    for (const each of health.findings) expect(each.advice === '').toBe(each.level === 'ok');
  });

  test('when the slot is lost: never, at once, or computed', () => {
    expect(secondsToExhaustion({ ...well, bytesPerSecond: undefined })).toBeUndefined();
    expect(secondsToExhaustion({ ...well, bytesPerSecond: 0 })).toBeUndefined();
    expect(secondsToExhaustion({ ...well, budgetLeftBytes: -5 })).toBe(0);
    expect(secondsToExhaustion({ ...well, budgetLeftBytes: 1000, bytesPerSecond: 10 })).toBe(100);
  });

  test('the longest transaction is the one to end', () => {
    const { findings } = slotHealth({ ...well, longTransactions: [open(1, 2000), open(2, 9000)] });
    expect(findings.find((each) => each.what === 'open transactions')?.advice).toContain('(2)');
  });
});
