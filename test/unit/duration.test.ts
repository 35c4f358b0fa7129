import { expect, test } from 'vitest';
import { formatDuration, parseDurationMs } from '../../lib/duration.ts';

test.each([
  [0, '0ms'],
  [999.4, '999ms'],
  [999.6, '1.0s'],
  [9_940, '9.9s'],
  [9_960, '10s'],
  [59_400, '59s'],
  [59_600, '1m 0s'],
  [93_000, '1m 33s'],
  [239_700, '4m 0s'],
  [3_599_600, '1h 0m'],
  [7_259_000, '2h 0m'],
  [86_400_000, '24h 0m'],
])('%d ms are told as %s: what is rounded up carries', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test('a duration that is read back is the same', () => {
  expect(parseDurationMs('30d')).toBe(30 * 86_400_000);
});
