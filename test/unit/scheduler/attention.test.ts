import { expect, test } from 'vitest';
import { createAttention } from '../../../scheduler/attention.ts';
import { dag } from '../../../scheduler/authoring/dag.ts';
import type { RunPlan } from '../../../scheduler/core/run-plan.ts';
import { validateDag } from '../../../scheduler/core/validate-dag.ts';
import type { LoadedDag } from '../../../scheduler/core/validate-dag.ts';
import type { DagRun } from '../../../scheduler/store/rows.ts';

const dagWith = (task: { readonly pool?: string; readonly dependsOnPast?: boolean }): LoadedDag =>
  validateDag(
    dag({
      dagId: 'd',
      description: '',
      schedule: null,
      owner: 'x',
      tags: [],
      tasks: (t) => void t.task('a', { ...task, run: () => {} }),
    }),
    'd.dag.ts',
  );

const at = new Date('2026-01-01T00:00:00Z');
const run = (runId: string, minutes: number, backfillId: number | null = null): DagRun => ({
  dagId: 'd',
  runId,
  runType: 'scheduled',
  state: 'running',
  logicalDate: null,
  dataIntervalStart: at,
  dataIntervalEnd: at,
  runAfter: new Date(at.getTime() + minutes * 60_000),
  conf: {},
  queuedAt: at,
  startDate: at,
  endDate: null,
  clearNumber: 0,
  reason: null,
  backfillId,
  deadlineAt: null,
  deadlineOutcome: null,
});
const plan = (held: number, isOver = false): RunPlan => ({
  decisions: [],
  expansions: [],
  held,
  result: isOver ? { state: 'success', reason: '' } : undefined,
});

function begun(): ReturnType<typeof createAttention> {
  const attention = createAttention();
  expect(attention.take(1)).toBe('all');
  return attention;
}

test('a pass looks at what it was asked for, once; a failed one is asked for all of it again', () => {
  const attention = begun();
  attention.toRun(run('r1', 0));
  attention.toRun(run('r1', 0));
  attention.toDag('e');
  expect(attention.take(1)).toEqual({ runs: [{ dagId: 'd', runId: 'r1' }], dags: new Set(['e']) });
  expect(attention.take(1)).toEqual({ runs: [], dags: new Set() });
  attention.toRun(run('r1', 0));
  attention.toAll();
  expect(attention.take(0)).toBe('all');
  expect(attention.take(1)).toEqual({ runs: [], dags: new Set() });
});

test('runs that wait for a slot are looked at when there is one: the oldest, as many as there are slots, backfills last', () => {
  const attention = begun();
  const dagOf = dagWith({});
  attention.note(run('filling', -5, 7), dagOf, plan(1));
  attention.note(run('late', 2), dagOf, plan(3));
  attention.note(run('early', 1), dagOf, plan(1));
  attention.note(run('busy', 0), dagOf, plan(0));
  const runsAt = (slots: number): readonly string[] => {
    const asked = attention.take(slots);
    return asked === 'all' ? [] : asked.runs.map(({ runId }) => runId);
  };
  expect(runsAt(0)).toEqual([]);
  expect(runsAt(1)).toEqual(['early']);
  expect(runsAt(9)).toEqual(['early', 'late', 'filling']);
  attention.note(run('early', 1), dagOf, plan(0));
  attention.note(run('late', 2), dagOf, plan(0, true));
  expect(runsAt(9)).toEqual(['filling']);
  // Somebody marked it.
  attention.forget(run('filling', -5, 7));
  expect(runsAt(9)).toEqual([]);
});

test('a run that may wait for others is looked at in every pass while it goes on', () => {
  for (const task of [{ pool: 'narrow' }, { dependsOnPast: true }]) {
    const attention = begun();
    attention.note(run('r1', 0), dagWith(task), plan(0));
    expect(attention.take(1)).toMatchObject({ runs: [{ runId: 'r1' }] });
    expect(attention.take(1)).toMatchObject({ runs: [{ runId: 'r1' }] });
    attention.note(run('r1', 0), dagWith(task), plan(0, true));
    expect(attention.take(1)).toMatchObject({ runs: [] });
  }
});
