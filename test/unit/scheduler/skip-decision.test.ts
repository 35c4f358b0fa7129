import { describe, expect, test } from 'vitest';
import { dag } from '../../../scheduler/authoring/dag.ts';
import type { TaskBuilder } from '../../../scheduler/authoring/task-builder.ts';
import { isLatestRun } from '../../../scheduler/core/latest-run.ts';
import { planRun } from '../../../scheduler/core/plan-run.ts';
import type { RecordedDecision, SkipDecision } from '../../../scheduler/core/skip-decision.ts';
import { skippedBy } from '../../../scheduler/core/skip-decision.ts';
import type { TaskInstanceState } from '../../../scheduler/core/states.ts';
import { validateDag } from '../../../scheduler/core/validate-dag.ts';
import type { LoadedDag } from '../../../scheduler/core/validate-dag.ts';
import { cronInterval, every } from '../../../scheduler/index.ts';

const load = (tasks: (t: TaskBuilder<unknown>) => void): LoadedDag =>
  validateDag(dag({ dagId: 'd', description: '', schedule: null, owner: 'x', tags: [], tasks }), 'd.dag.ts');
const run = (): undefined => undefined;

/** pick -> (a, b, join), a -> join, b -> after_b (all_done) -> end; pick -> tidy (teardown) */
const branching = load((t) => {
  const a = t.task('a', { run });
  const b = t.task('b', { run });
  const join = t.empty('join').after(a);
  const pick = t.branch('pick', { choices: { a, b, join }, choose: () => 'a' });
  const afterB = t.task('after_b', { run, triggerRule: 'all_done' }).after(b);
  t.task('end', { run }).after(afterB);
  t.task('tidy', { run, isTeardown: true }).after(pick);
});

describe('which tasks a decision skips', () => {
  const cases: readonly [string, SkipDecision, readonly string[]][] = [
    ['a followed task takes the join below it along', { kind: 'follow', taskIds: ['a'] }, ['b', 'tidy']],
    ['the join itself', { kind: 'follow', taskIds: ['join'] }, ['a', 'b', 'tidy']],
    ['several', { kind: 'follow', taskIds: ['a', 'b'] }, ['tidy']],
    ['none', { kind: 'follow', taskIds: [] }, ['a', 'b', 'join', 'tidy']],
    ['short-circuit, direct', { kind: 'skip', reach: 'direct' }, ['a', 'b', 'join']],
    ['short-circuit, all', { kind: 'skip', reach: 'all' }, ['a', 'after_b', 'b', 'end', 'join']],
  ];
  test.each(cases)('%s', (_, decision, expected) => {
    expect(skippedBy(branching, 'pick', decision).toSorted((x, y) => x.localeCompare(y))).toEqual(expected);
  });
});

function plan(
  loaded: LoadedDag,
  states: Readonly<Record<string, TaskInstanceState>>,
  skips: readonly RecordedDecision[],
): Readonly<Record<string, string>> {
  const now = new Date('2026-03-02T10:00:00Z');
  const active = { token: 't', owner: 1, leaseUntil: new Date(now.getTime() + 1000) };
  const instances = loaded.definition.tasks.map(({ taskId }) => {
    const state = states[taskId] ?? null;
    const attempt = state === 'running' ? active : null;
    return { taskId, mapIndex: -1, state, tryNumber: 1, maxTries: 0, nextAttemptAt: null, attempt };
  });
  const { decisions } = planRun({
    dag: loaded,
    runKey: 'r',
    startedAt: now,
    instances,
    past: null,
    skips,
    mapLengths: new Map(),
    now,
    freeSlots: 9,
    limits: { pools: new Map([['default_pool', { slots: 128, used: 0 }]]), activeOfTask: new Map() },
    paused: false,
    liveOwners: new Set([1]),
  });
  return Object.fromEntries(decisions.map(({ taskId, to }) => [taskId, to ?? 'none']));
}

const recorded = (decision: SkipDecision, isCarriedOut: boolean): readonly RecordedDecision[] => [
  { by: 'pick', decision, isCarriedOut },
];
const everything = { kind: 'skip', reach: 'all' } as const;

describe('what the planner makes of it', () => {
  test('a branch: the skip travels by the trigger rules', () => {
    const planned = plan(branching, { pick: 'success' }, recorded({ kind: 'follow', taskIds: ['a'] }, false));
    expect(planned).toEqual({ a: 'queued', b: 'skipped', after_b: 'queued', tidy: 'skipped' });
  });
  test('a short-circuit skips what would run whatever became of its upstreams, also while it runs', () => {
    const planned = plan(branching, { pick: 'success', after_b: 'running' }, recorded(everything, false));
    expect(planned).toEqual({
      a: 'skipped',
      b: 'skipped',
      join: 'skipped',
      after_b: 'skipped',
      end: 'skipped',
      tidy: 'queued',
    });
  });
  test('what has ended stays as it is', () => {
    expect(
      plan(branching, { pick: 'success', b: 'success' }, recorded(everything, false)),
    ).not.toHaveProperty('b');
  });

  const after = { pick: 'success', a: 'skipped', b: 'skipped', join: 'skipped', tidy: 'success' } as const;
  test('cleared alone, a task right below is skipped again', () => {
    const { a: _, ...cleared } = after;
    const planned = plan(
      branching,
      { ...cleared, after_b: 'skipped', end: 'skipped' },
      recorded(everything, true),
    );
    expect(planned).toEqual({ a: 'skipped' });
  });
  test('cleared alone, one further below goes by its trigger rule', () => {
    expect(plan(branching, { ...after, end: 'skipped' }, recorded(everything, true))).toEqual({
      after_b: 'queued',
    });
    expect(plan(branching, { ...after, after_b: 'skipped' }, recorded(everything, true))).toEqual({
      end: 'skipped',
    });
  });
  test('while the branch has not ended again its old decision is void', () => {
    const { b: _, ...rest } = after;
    const planned = plan(branching, { ...rest, pick: 'running' }, recorded(everything, true));
    expect(planned).toEqual({});
  });
});

test('an empty task is done at once, a chain of them in one pass; one with an outlet takes an attempt', () => {
  const chain = load((t) => {
    const two = t.empty('two').after(t.empty('one'));
    t.empty('told', { outlets: [{ name: 'x' }] }).after(two);
  });
  expect(plan(chain, {}, [])).toEqual({ one: 'success', two: 'success', told: 'queued' });
});

describe('latest run', () => {
  const at = (time: string): Date => new Date(`2026-03-02T${time}:00Z`);
  const scheduled = (start: string, end: string, now: string, schedule = every('5m')): boolean =>
    isLatestRun({
      schedule,
      startDate: undefined,
      run: { runType: 'scheduled', dataIntervalStart: at(start), dataIntervalEnd: at(end) },
      now: at(now),
    });
  test('until the next tick, or the end of the next interval', () => {
    expect(scheduled('10:00', '10:00', '10:04')).toBe(true);
    expect(scheduled('10:00', '10:00', '10:06')).toBe(false);
    const hourly = cronInterval('0 * * * *');
    expect(scheduled('10:00', '11:00', '11:59', hourly)).toBe(true);
    expect(scheduled('10:00', '11:00', '12:01', hourly)).toBe(false);
  });
  test('a manual run always is', () => {
    const interval = { dataIntervalStart: at('01:00'), dataIntervalEnd: at('01:00') };
    const manual = { runType: 'manual', ...interval } as const;
    expect(isLatestRun({ schedule: every('5m'), startDate: undefined, run: manual, now: at('10:00') })).toBe(
      true,
    );
  });
});
