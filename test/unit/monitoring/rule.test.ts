import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import type { AlarmState } from '../../../monitoring/evaluator/alarm-state.ts';
import { parseRule, ruleHolds } from '../../../monitoring/evaluator/rule.ts';

const states: Readonly<Record<string, AlarmState>> = {
  cpu: 'ALARM',
  disk: 'OK',
  net: 'INSUFFICIENT_DATA',
  'two words': 'ALARM',
};

function holds(text: string): boolean {
  const parsed = parseRule(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return ruleHolds(parsed.rule, (alarm) => states[alarm] ?? 'INSUFFICIENT_DATA');
}

test.each([
  ['ALARM(cpu)', true],
  ['ALARM("cpu")', true],
  ['ALARM("two words")', true],
  ['OK(cpu)', false],
  ['INSUFFICIENT_DATA(net)', true],
  ['TRUE', true],
  ['FALSE', false],
  // The examples of "Creating a composite alarm".
  ['ALARM(cpu) AND ALARM(disk)', false],
  ['ALARM(cpu) AND NOT ALARM(net)', true],
  ['(ALARM(cpu) OR ALARM(disk)) AND OK(net)', false],
  ['(ALARM(cpu) OR ALARM(disk)) AND INSUFFICIENT_DATA(net)', true],
  // NOT before AND before OR.
  ['TRUE OR FALSE AND FALSE', true],
  ['(TRUE OR FALSE) AND FALSE', false],
  ['NOT FALSE AND FALSE', false],
  ['NOT (FALSE AND FALSE)', true],
  ['NOT NOT ALARM(cpu)', true],
  ['  ALARM( cpu )\n  AND\n  OK(disk)  ', true],
])('%s is %s', (text, expected) => {
  expect(holds(text)).toBe(expected);
});

test.each([
  ['', /is expected at the end/],
  ['ALARM', /\( is expected at the end/],
  ['ALARM()', /names no alarm/],
  ['ALARM(cpu', /\) is expected at the end/],
  ['ALARM(cpu) ALARM(disk)', /"ALARM" is not expected there/],
  ['ALARM(cpu) AND', /is expected at the end/],
  ['ALARM(cpu) XOR ALARM(disk)', /"XOR" is not expected/],
  ['BROKEN(cpu)', /"BROKEN" is no function/],
  ['constructor(cpu)', /"constructor" is no function/],
  ['"TRUE"', /"TRUE" is no function/],
  ['ALARM(cpu))', /"\)" is not expected/],
  ['ALARM("cpu)', /cannot be read from character 7/],
  [Array.from({ length: 101 }, (_, index) => `ALARM(a${index})`).join(' OR '), /101 alarms/],
  [Array.from({ length: 501 }, () => 'TRUE').join(' OR '), /501 elements/],
])('%s cannot be read', (text, problem) => {
  const parsed = parseRule(text);
  expect(parsed.ok ? 'it could' : parsed.problem).toMatch(problem);
});

it('any text is read or refused, never thrown at', () => {
  const piece = fc.constantFrom(
    'ALARM',
    'OK',
    '(',
    ')',
    'AND',
    'OR',
    'NOT',
    'TRUE',
    ' ',
    'x',
    '"',
    '\n',
    '}',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      expect(typeof parseRule(pieces.join('')).ok).toBe('boolean');
    }),
  );
});

it('De Morgan holds', () => {
  const leaf = fc.constantFrom('ALARM(cpu)', 'OK(disk)', 'OK(net)', 'TRUE', 'FALSE');
  fc.assert(
    fc.property(leaf, leaf, (a, b) => {
      expect(holds(`NOT (${a} AND ${b})`)).toBe(holds(`NOT ${a} OR NOT ${b}`));
    }),
  );
});
