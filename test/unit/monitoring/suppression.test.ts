import { expect, test } from 'vitest';
import type { AlarmState } from '../../../monitoring/evaluator/alarm-state.ts';
import { notSuppressed, suppress } from '../../../monitoring/evaluator/suppression.ts';
import type { SuppressedBy } from '../../../monitoring/evaluator/suppression.ts';

const suppressor = { waitSeconds: 60, extensionSeconds: 120 };

/** A: in ALARM, 0: not; a letter is half a minute. Gives what was told, and what held it back, at each step. */
function play(
  composite: string,
  other: string,
): readonly (readonly [AlarmState, SuppressedBy | undefined])[] {
  let before = notSuppressed;
  let sinceMs = 0;
  return Array.from(composite, (letter, index) => {
    const nowMs = index * 30_000;
    if (index === 0 || letter !== composite[index - 1]) sinceMs = nowMs;
    before = suppress(before, suppressor, {
      state: letter === 'A' ? 'ALARM' : 'OK',
      sinceMs,
      suppressor: other[index] === 'A' ? 'ALARM' : 'OK',
      nowMs,
    });
    return [before.told, before.by];
  });
}

const told = (composite: string, other: string): string =>
  play(composite, other)
    .map(([state]) => (state === 'ALARM' ? 'A' : '0'))
    .join('');

test.each([
  ['without the suppressor it waits for it, then tells', '0AAAAA', '000000', '000AAA'],
  ['the suppressor comes within the wait: nothing is told', '0AAAA0', '00AAAA', '000000'],
  ['the suppressor was there before', '00AAAA', 'AAAAAA', '000000'],
  ['it leaves: the extension, then what is still so is told', '0AAAAAAAAA', 'AAA0000000', '0000000AAA'],
  ['over within the extension: nothing was ever told', '0AAAA00000', 'AAA0000000', '0000000000'],
  ['it comes back within the extension', '0AAAAAAAA', 'AAA0AAA00', '000000000'],
  ['what was told ends without the suppressor after the wait', '0AAAA000', '00000000', '000AAAA0'],
  [
    'what was told and ends while suppressed is told to be over after it',
    '0AAAA00000000',
    '0000AAAA00000',
    '000AAAAAAAAA0',
  ],
])('%s', (_, composite, other, expected) => {
  expect(told(composite, other)).toBe(expected);
});

test('it says what holds it back', () => {
  const by = play('0AAAAAAAA', '00AA00000').map(([, reason]) => reason);
  expect(by).toEqual([
    undefined,
    'WaitPeriod',
    'Alarm',
    'Alarm',
    'ExtensionPeriod',
    'ExtensionPeriod',
    'ExtensionPeriod',
    'ExtensionPeriod',
    undefined,
  ]);
});
