import { describe, expect, test } from 'vitest';
import type { TaskInstanceState } from '../../../scheduler/core/states.ts';
import {
  evaluateIndirectSetups,
  evaluateTriggerRule,
  triggerRuleTable,
} from '../../../scheduler/core/trigger-rules.ts';
import type { AnyTriggerRule, TriggerVerdict } from '../../../scheduler/core/trigger-rules.ts';

/** S success, K skipped, F failed, U upstream_failed, R removed, and one that is not finished. */
const letters = {
  S: 'success',
  K: 'skipped',
  F: 'failed',
  U: 'upstream_failed',
  R: 'removed',
  '.': 'running',
} as const;
type Letter = keyof typeof letters;
type Answer = 'run' | 'wait' | 'skipped' | 'upstream_failed' | 'removed';

/** Every multiset of 1 to 4 upstream states: 209 of them. */
function vectors(): readonly (readonly Letter[])[] {
  const all = Object.keys(letters) as Letter[];
  const grow = (size: number, from: number): readonly (readonly Letter[])[] =>
    size === 0
      ? [[]]
      : all
          .slice(from)
          .flatMap((letter, index) => grow(size - 1, from + index).map((rest) => [letter, ...rest]));
  return [1, 2, 3, 4].flatMap((size) => grow(size, 0));
}

/**
 * The rules once more, said with "some", "every" and "none" over the upstreams instead of sums. `i` is the map index,
 * undefined where the task is not mapped.
 */
const rules: Readonly<Record<AnyTriggerRule, (up: readonly Letter[], i: number | undefined) => Answer>> = {
  all_success: (up, i) => {
    if (some(up, 'F', 'U')) return 'upstream_failed';
    if (some(up, 'K')) return 'skipped';
    if (i !== undefined && some(up, 'R') && some(up, 'S') && up.filter((u) => u === 'S')[i] === undefined) {
      return 'removed';
    }
    return only(present(up, i), 'S') ? 'run' : 'wait';
  },
  all_failed: (up, i) => {
    if (some(up, 'S', 'K')) return 'skipped';
    return only(present(up, i), 'F', 'U') ? 'run' : 'wait';
  },
  all_done: (up) => (some(up, '.') ? 'wait' : 'run'),
  all_done_min_one_success: (up) => {
    if (some(up, 'K')) return 'skipped';
    if (some(up, '.')) return 'wait';
    return some(up, 'S') ? 'run' : 'upstream_failed';
  },
  all_skipped: (up) => (some(up, 'S', 'F', 'U') ? 'skipped' : only(up, 'K') ? 'run' : 'wait'),
  one_success: (up) => {
    if (some(up, 'S')) return 'run';
    if (some(up, '.')) return 'wait';
    return only(up, 'K') ? 'skipped' : 'upstream_failed';
  },
  one_failed: (up) => (some(up, 'F', 'U') ? 'run' : some(up, '.') ? 'wait' : 'skipped'),
  one_done: (up) => (some(up, 'S', 'F') ? 'run' : some(up, '.') ? 'wait' : 'skipped'),
  none_failed: (up, i) => {
    if (some(up, 'F', 'U')) return 'upstream_failed';
    return only(present(up, i), 'S', 'K') ? 'run' : 'wait';
  },
  none_failed_min_one_success: (up, i) => {
    if (some(up, 'F', 'U')) return 'upstream_failed';
    if (only(up, 'K')) return 'skipped';
    return only(present(up, i), 'S', 'K') ? 'run' : 'wait';
  },
  none_skipped: (up) => (some(up, 'K') ? 'skipped' : some(up, '.') ? 'wait' : 'run'),
  always: () => 'run',
  // None of these upstreams is a setup; the setups have a test of their own.
  all_done_setup_success: (up) => (some(up, '.') ? 'wait' : 'run'),
};

const some = (up: readonly Letter[], ...wanted: readonly Letter[]): boolean =>
  up.some((u) => wanted.includes(u));
const only = (up: readonly Letter[], ...wanted: readonly Letter[]): boolean =>
  up.every((u) => wanted.includes(u));
/** A mapped task does not wait for instances that were removed. */
const present = (up: readonly Letter[], i: number | undefined): readonly Letter[] =>
  i === undefined ? up : up.filter((u) => u !== 'R');

const answerOf = (verdict: TriggerVerdict): Answer =>
  verdict.kind === 'mark' ? verdict.state : verdict.kind;
const upstreams = (up: readonly Letter[], setups: readonly Letter[] = []) =>
  [...up.map((u) => ({ u, isSetup: false })), ...setups.map((u) => ({ u, isSetup: true }))].map(
    ({ u, isSetup }) => ({ state: letters[u] as TaskInstanceState, isSetup }),
  );

test('there are 13 rules and 209 vectors of up to four upstreams', () => {
  expect(Object.keys(rules).toSorted()).toEqual(Object.keys(triggerRuleTable).toSorted());
  expect(Object.keys(rules)).toHaveLength(13);
  expect(vectors()).toHaveLength(209);
});

describe.each(Object.keys(rules) as AnyTriggerRule[])('%s', (rule) => {
  test.each([undefined, 0, 1, 3])('says what it says over every vector, map index %s', (mapIndex) => {
    for (const up of vectors()) {
      const verdict = evaluateTriggerRule(rule, upstreams(up), mapIndex);
      expect([up.join(''), answerOf(verdict)]).toEqual([up.join(''), rules[rule](up, mapIndex)]);
    }
  });

  test('passes without upstreams', () => expect(evaluateTriggerRule(rule, [])).toEqual({ kind: 'run' }));

  test('the order of the upstreams does not matter, and once all are finished it decides, save for removed ones', () => {
    for (const up of vectors()) {
      const turned = evaluateTriggerRule(rule, upstreams(up.toReversed()));
      expect(turned).toEqual(evaluateTriggerRule(rule, upstreams(up)));
      if (!some(up, '.', 'R')) expect(turned.kind, up.join('')).not.toBe('wait');
    }
  });
});

describe('a teardown', () => {
  test.each(vectors().flatMap((setups) => (setups.length < 4 ? [[setups.join(''), setups] as const] : [])))(
    'with setups %s',
    (_, setups) => {
      for (const work of ['S', 'F', 'K', '.'] as const) {
        const answer = answerOf(evaluateTriggerRule('all_done_setup_success', upstreams([work], setups)));
        const unfinished = some([work, ...setups], '.');
        const settled = only(setups, 'K') ? 'skipped' : some(setups, 'S') ? 'run' : 'upstream_failed';
        expect(answer).toBe(unfinished ? 'wait' : settled);
      }
    },
  );
});

test.each(vectors().map((up) => [up.join(''), up] as const))('setups further up: %s', (_, up) => {
  const answer = answerOf(evaluateIndirectSetups(up.map((u) => letters[u])));
  const settled = only(up, 'S') ? 'run' : 'wait';
  expect(answer).toBe(some(up, 'F', 'U') ? 'upstream_failed' : some(up, 'K') ? 'skipped' : settled);
});
