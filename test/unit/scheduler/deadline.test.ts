import { expect, test } from 'vitest';
import { dag } from '../../../scheduler/authoring/dag.ts';
import { deadlineOf } from '../../../scheduler/core/deadline.ts';

const queuedAt = new Date('2026-03-02T10:00:05Z');
const tick = new Date('2026-03-02T10:00:00Z');
const intervalMs = 3_600_000;

test.each([
  ['queued_at', tick, '2026-03-02T11:00:05.000Z'],
  ['queued_at', null, '2026-03-02T11:00:05.000Z'],
  ['logical_date', tick, '2026-03-02T11:00:00.000Z'],
  ['logical_date', null, undefined],
  [new Date('2026-04-01T00:00:00Z'), null, '2026-04-01T01:00:00.000Z'],
] as const)('an hour after %s, of a run with the logical date %s', (reference, logicalDate, expected) => {
  expect(deadlineOf({ reference, intervalMs }, { queuedAt, logicalDate })?.toISOString()).toBe(expected);
});

test('a DAG without a deadline gives its runs none', () =>
  expect(deadlineOf(undefined, { queuedAt, logicalDate: tick })).toBeNull());

const callback = (): void => {};
test.each([
  ['onSuccess', 'print'],
  ['onFailure', [callback, 'print']],
  ['deadline', { reference: 'start_date', interval: '1h', callback }],
  ['deadline', { reference: new Date('never'), interval: '1h', callback }],
  ['deadline', { reference: 'queued_at', interval: 3600, callback }],
  ['deadline', { reference: 'queued_at', interval: '1h' }],
  ['deadline', '1h'],
] as const)('refused where the file is loaded: %s: %j', (argument, value) => {
  const args = { dagId: 'd', description: '', schedule: null, owner: 'x', tags: [], tasks: () => {} };
  const declare = (): unknown => dag({ ...args, [argument]: value as never });
  expect(declare).toThrow(`DAG d: ${argument} has the wrong type; it must be `);
  expect(() => dag({ ...args, onSuccess: callback, onFailure: [callback, callback] })).not.toThrow();
});
