import { expect, test } from 'vitest';
import { settle } from '../../../scheduler/core/outcome.ts';
import type { AttemptOutcome } from '../../../scheduler/core/outcome.ts';
import { isLegalStep } from '../../../scheduler/core/states.ts';

const error = { code: 'X', message: 'm', remedy: 'r' };
const endedAt = new Date('2026-03-02T10:00:00Z');
const at = new Date('2026-03-02T10:01:00Z');
const outcomes: Readonly<Record<string, AttemptOutcome>> = {
  success: { kind: 'success', result: 1 },
  skipped: { kind: 'skipped', reason: '' },
  retryable: { kind: 'failed', error, retryable: true },
  final: { kind: 'failed', error, retryable: false },
  reschedule: { kind: 'reschedule', at },
  interrupted: { kind: 'interrupted', error },
};
const retryAt = new Date('2026-03-02T10:00:05Z');

test.each([
  ['success', 1, 'success', null, 2],
  ['skipped', 1, 'skipped', null, 2],
  ['retryable', 2, 'up_for_retry', retryAt, 2],
  ['retryable', 3, 'failed', null, 2],
  ['final', 1, 'failed', null, 2],
  ['reschedule', 1, 'up_for_reschedule', at, 2],
  // An orderly stop gives the try back.
  ['interrupted', 3, null, null, 3],
] as const)(
  '%s in try %i of a task with two retries becomes %s',
  (name, tryNumber, state, nextAttemptAt, maxTries) => {
    const outcome = outcomes[name];
    if (outcome === undefined) throw new Error(name);
    const input = { state: 'running', tryNumber, maxTries: 2, endedAt, retryDelayMs: 5000 } as const;
    expect(settle(outcome, input)).toEqual({ state, nextAttemptAt, maxTries });
    expect(isLegalStep('running', state)).toBe(true);
  },
);

test('whatever a task reports that was cleared while it ran, it starts over', () => {
  for (const outcome of Object.values(outcomes)) {
    const input = { state: 'restarting', tryNumber: 9, maxTries: 0, endedAt, retryDelayMs: 0 } as const;
    expect(settle(outcome, input)).toEqual({ state: null, nextAttemptAt: null, maxTries: 0 });
  }
});
