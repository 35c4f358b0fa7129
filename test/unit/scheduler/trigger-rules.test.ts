import { describe, expect, test } from 'vitest';
import { taskInstanceStates } from '../../../scheduler/core/states.ts';
import type { TaskInstanceState } from '../../../scheduler/core/states.ts';
import { evaluateTriggerRule, triggerRuleTable } from '../../../scheduler/core/trigger-rules.ts';
import type { TriggerRule } from '../../../scheduler/core/trigger-rules.ts';

const letters: Readonly<Record<string, TaskInstanceState | null>> = {
  S: 'success',
  K: 'skipped',
  F: 'failed',
  U: 'upstream_failed',
  '.': 'running',
  n: null,
};

/** One column for each pair of upstream states; r: runs, -: waits, K: skipped, U: upstream_failed. */
const columns = [
  'SS',
  'S.',
  'SK',
  'SF',
  'SU',
  '..',
  '.K',
  '.F',
  '.U',
  'KK',
  'KF',
  'FF',
  'FU',
  'KU',
  'Sn',
  'nn',
];
const expected: Readonly<Record<TriggerRule, string>> = {
  //                            SS S. SK SF SU .. .K .F .U KK KF FF FU KU Sn nn
  all_success: '                r  -  K  U  U  -  K  U  U  K  U  U  U  U  -  -',
  all_failed: '                 K  K  K  K  K  -  K  -  -  K  K  r  r  K  K  -',
  all_done: '                   r  -  r  r  r  -  -  -  -  r  r  r  r  r  -  -',
  all_done_min_one_success: '   r  -  K  r  r  -  K  -  -  K  K  U  U  K  -  -',
  all_skipped: '                K  K  K  K  K  -  -  K  K  r  K  K  K  K  K  -',
  one_success: '                r  r  r  r  r  -  -  -  -  K  U  U  U  U  r  -',
  one_failed: '                 K  -  K  r  r  -  -  r  r  K  r  r  r  r  -  -',
  one_done: '                   r  r  r  r  r  -  -  r  -  K  r  r  r  K  r  -',
  none_failed: '                r  -  r  U  U  -  -  U  U  r  U  U  U  U  -  -',
  none_failed_min_one_success: 'r  -  r  U  U  -  -  U  U  K  U  U  U  U  -  -',
  none_skipped: '               r  -  K  r  r  -  K  -  -  K  K  r  r  K  -  -',
  always: '                     r  r  r  r  r  r  r  r  r  r  r  r  r  r  r  r',
};

describe.each(Object.entries(expected) as [TriggerRule, string][])('%s', (rule, line) => {
  const verdicts = line.trim().split(/\s+/);
  test.each(columns.map((states, index) => [states, verdicts[index]]))(
    '%s gives %s',
    (states = '', verdict) => {
      const result = evaluateTriggerRule(
        rule,
        states.split('').map((letter) => letters[letter] ?? null),
      );
      const shown = { run: 'r', wait: '-' } as const;
      const mark = { skipped: 'K', upstream_failed: 'U' } as const;
      expect(result.kind === 'mark' ? mark[result.state] : shown[result.kind]).toBe(verdict);
    },
  );

  test('passes without upstreams', () => expect(evaluateTriggerRule(rule, [])).toEqual({ kind: 'run' }));

  test('once every upstream is finished it decides, save for a removed one', () => {
    const finished = ['success', 'skipped', 'failed', 'upstream_failed'] as const;
    for (const a of finished)
      for (const b of finished) expect(evaluateTriggerRule(rule, [a, b]).kind).not.toBe('wait');
  });
});

test('the table and the expectations cover the same rules, and no state is unknown to them', () => {
  expect(Object.keys(expected).toSorted()).toEqual(Object.keys(triggerRuleTable).toSorted());
  for (const state of taskInstanceStates) {
    for (const rule of Object.keys(triggerRuleTable) as TriggerRule[]) {
      expect(['run', 'wait', 'mark']).toContain(evaluateTriggerRule(rule, [state]).kind);
    }
  }
});
