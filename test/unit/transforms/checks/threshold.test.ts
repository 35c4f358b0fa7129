import { expect, test } from 'vitest';
import { countsAnyFailure, judge, parseThreshold } from '../../../../transforms/engine/checks/threshold.ts';
import { makeDataTest } from '../../../support/check-world.ts';

test.each([
  ['!= 0', [0, false], [1, true]],
  ['<>0', [0, false], [3, true]],
  ['>10', [10, false], [11, true]],
  ['>=10', [9, false], [10, true]],
  ['< 3', [2, true], [3, false]],
  ['<= 3', [3, true], [4, false]],
  ['= 2', [2, true], [3, false]],
  ['==2', [2, true], [1, false]],
  ['> 0.5', [0.4, false], [0.6, true]],
  ['>-1', [0, true], [-1, false]],
  ['between 1 and 5', [5, true], [6, false]],
  ['NOT BETWEEN 1 AND 5', [5, false], [6, true]],
] as ReadonlyArray<[string, ...[number, boolean][]]>)('%s holds for what it says', (text, ...cases) => {
  for (const [failures, holds] of cases) expect(parseThreshold(text)(failures)).toBe(holds);
});

test.each(['', '10', 'many', '> ten', '!= 0; drop table x', '>10 or 1=1', 'between 1 and', '=> 3'])(
  '"%s" is refused',
  (text) => {
    expect(() => parseThreshold(text)).toThrow(
      expect.objectContaining({ code: 'CHECK_CONDITION_INVALID' }) as Error,
    );
  },
);

test.each([
  { severity: 'error', errorIf: '!= 0', warnIf: '!= 0', failures: 0, status: 'pass' },
  { severity: 'error', errorIf: '!= 0', warnIf: '!= 0', failures: 1, status: 'fail' },
  { severity: 'error', errorIf: '>10', warnIf: '!= 0', failures: 10, status: 'warn' },
  { severity: 'error', errorIf: '>10', warnIf: '>20', failures: 10, status: 'pass' },
  { severity: 'warn', errorIf: '>10', warnIf: '!= 0', failures: 99, status: 'warn' },
  { severity: 'warn', errorIf: '!= 0', warnIf: '>100', failures: 99, status: 'pass' },
] as const)(
  '$severity, error if $errorIf, warn if $warnIf: $failures is a $status',
  ({ failures, status, ...config }) => {
    expect(judge(config, failures)).toBe(status);
  },
);

test.each([
  [{}, true],
  [{ errorIf: '>0', warnIf: '>=1' }, true],
  [{ errorIf: '>1' }, false],
  [{ warnIf: 'between 1 and 5' }, false],
  [{ failCalc: 'sum(n_records)' }, false],
] as const)('%o: any failure decides: %s', (config, expected) => {
  expect(countsAnyFailure(makeDataTest('m', 'unique', { config }).config)).toBe(expected);
});
