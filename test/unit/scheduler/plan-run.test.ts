import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dag } from '../../../scheduler/authoring/dag.ts';
import type { TaskHandle } from '../../../scheduler/authoring/task.ts';
import { planRun } from '../../../scheduler/core/plan-run.ts';
import type { PlannedInstance, PlanRunInput, TaskDecision } from '../../../scheduler/core/run-plan.ts';
import { factsOf, isLegalStep } from '../../../scheduler/core/states.ts';
import type { TaskInstanceState } from '../../../scheduler/core/states.ts';
import { triggerRuleTable } from '../../../scheduler/core/trigger-rules.ts';
import type { AnyTriggerRule, TriggerRule } from '../../../scheduler/core/trigger-rules.ts';
import { validateDag } from '../../../scheduler/core/validate-dag.ts';
import type { LoadedDag } from '../../../scheduler/core/validate-dag.ts';
import { loaded as loadedOf } from './loaded.ts';

interface TaskShape {
  readonly id: string;
  readonly after?: readonly string[];
  readonly rule?: TriggerRule;
  readonly retries?: number;
}

function shape(tasks: readonly TaskShape[], maxActiveTasks = 16): LoadedDag {
  const definition = dag({
    dagId: 'd',
    description: '',
    schedule: null,
    owner: 'x',
    tags: [],
    maxActiveTasks,
    tasks: (t) => {
      const handles = new Map<string, TaskHandle>();
      for (const { id, after = [], rule = 'all_success', retries = 0 } of tasks) {
        const task = t.task(id, { run: () => undefined, triggerRule: rule, retries, retryDelay: '10s' });
        handles.set(id, task.after(...after.flatMap((each) => handles.get(each) ?? [])));
      }
    },
  });
  return validateDag(definition, 'd.dag.ts');
}

const now = new Date('2026-03-02T10:00:00Z');
const token = 'token';
const lease = (leaseUntil: Date, owner = 1): PlannedInstance['attempt'] => ({ token, owner, leaseUntil });
const later = new Date(now.getTime() + 1000);

function instance(
  taskId: string,
  state: TaskInstanceState | null,
  more: Partial<PlannedInstance> = {},
): PlannedInstance {
  const attempt = factsOf(state).holdsSlot ? lease(later) : null;
  return { taskId, mapIndex: -1, state, tryNumber: 1, maxTries: 0, nextAttemptAt: null, attempt, ...more };
}

function plan(
  loaded: LoadedDag,
  instances: readonly PlannedInstance[],
  more: Partial<PlanRunInput> = {},
): {
  readonly steps: readonly string[];
  readonly result: string | undefined;
  readonly decisions: readonly TaskDecision[];
} {
  const input = {
    dag: loaded,
    runKey: 'r',
    instances,
    now,
    freeSlots: 9,
    paused: false,
    liveOwners: new Set([1]),
    startedAt: now,
    past: null,
    skips: [],
    mapLengths: new Map(),
    limits: { pools: new Map([['default_pool', { slots: 128, used: 0 }]]), activeOfTask: new Map() },
  };
  const { decisions, result } = planRun({ ...input, ...more });
  const steps = decisions.map(
    ({ taskId, from, to, tryNumber }) => `${taskId}: ${from} -> ${to} #${tryNumber}`,
  );
  return { steps, result: result?.state, decisions };
}

describe('planning one run', () => {
  const chain = shape([{ id: 'a' }, { id: 'b', after: ['a'] }, { id: 'c', after: ['b'] }]);

  test('starts what has no upstream, and nothing else', () => {
    const fresh = ['a', 'b', 'c'].map((id) => instance(id, null, { tryNumber: 0 }));
    expect(plan(chain, fresh).steps).toEqual(['a: null -> queued #1']);
  });

  test('a failure travels down the whole chain in one pass and ends the run', () => {
    const instances = [instance('a', 'failed'), instance('b', null), instance('c', null)];
    const { steps, result } = plan(chain, instances);
    expect(steps).toEqual(['b: null -> upstream_failed #1', 'c: null -> upstream_failed #1']);
    expect(result).toBe('failed');
  });

  test('without a free slot a task is scheduled, and takes the next one', () => {
    const a = instance('a', null, { tryNumber: 0 });
    expect(plan(shape([{ id: 'a' }]), [a], { freeSlots: 0 }).steps).toEqual(['a: null -> scheduled #1']);
    expect(plan(shape([{ id: 'a' }]), [instance('a', 'scheduled')]).steps).toEqual([
      'a: scheduled -> queued #1',
    ]);
  });

  test('maxActiveTasks counts what already runs', () => {
    const two = shape([{ id: 'a' }, { id: 'b' }, { id: 'c' }], 2);
    const instances = [instance('a', 'running'), instance('b', null), instance('c', null)];
    expect(plan(two, instances).steps).toEqual(['b: null -> queued #2', 'c: null -> scheduled #2']);
  });

  test('a retry waits for its time and then counts up; a poke does not count', () => {
    const single = shape([{ id: 'a' }]);
    const waits = { nextAttemptAt: later };
    expect(plan(single, [instance('a', 'up_for_retry', waits)])).toMatchObject({
      steps: [],
      result: undefined,
    });
    const due = { nextAttemptAt: now };
    expect(plan(single, [instance('a', 'up_for_retry', due)]).steps).toEqual([
      'a: up_for_retry -> queued #2',
    ]);
    expect(plan(single, [instance('a', 'up_for_reschedule', due)]).steps).toEqual([
      'a: up_for_reschedule -> queued #1',
    ]);
  });

  test('a failed task in the middle and a green leaf make a green run; leaves decide', () => {
    const cleanup = shape([{ id: 'a' }, { id: 'b', after: ['a'], rule: 'all_done' }]);
    expect(plan(cleanup, [instance('a', 'failed'), instance('b', 'success')]).result).toBe('success');
    expect(plan(cleanup, [instance('a', 'success'), instance('b', 'failed')]).result).toBe('failed');
  });

  test('a paused DAG starts nothing, and is no deadlock', () => {
    const instances = [instance('a', 'success'), instance('b', null), instance('c', null)];
    expect(plan(chain, instances, { paused: true })).toMatchObject({ steps: [], result: undefined });
  });

  test('a task its DAG no longer has is removed, and comes back with it; waiting for one for ever is a deadlock', () => {
    expect(
      plan(shape([{ id: 'a' }]), [instance('a', 'success'), instance('old', 'up_for_retry')]).steps,
    ).toEqual(['old: up_for_retry -> removed #1']);
    expect(plan(shape([{ id: 'a' }]), [instance('a', 'removed')])).toMatchObject({
      steps: ['a: removed -> null #1'],
      result: undefined,
    });
  });

  const lost = (more: Partial<PlannedInstance>): readonly string[] => {
    return plan(shape([{ id: 'a', retries: 1 }]), [instance('a', 'running', more)]).steps;
  };
  test.each([
    ['its lease is good', { maxTries: 1 }, []],
    ['its heartbeat was lost', { maxTries: 1, attempt: lease(now) }, ['a: running -> up_for_retry #1']],
    ['its heartbeat was lost in the last try', { attempt: lease(now) }, ['a: running -> failed #1']],
    ['its scheduler died', { maxTries: 1, attempt: lease(later, 2) }, ['a: running -> null #1']],
    ['its scheduler died in the last try', { attempt: lease(later, 2) }, ['a: running -> failed #1']],
    [
      'it was cleared and its scheduler died',
      { state: 'restarting', attempt: lease(later, 2) },
      ['a: restarting -> null #1'],
    ],
    ['it never began', { state: 'queued', attempt: lease(later, 2) }, ['a: queued -> null #1']],
  ] as const)('a running task: %s', (_, more, steps) => expect(lost(more)).toEqual(steps));

  test('a run whose only task lost its attempt is not over', () => {
    const a = instance('a', 'running', { maxTries: 1, attempt: lease(later, 2) });
    expect(plan(shape([{ id: 'a', retries: 1 }]), [a]).result).toBeUndefined();
  });
});

type Behaviour = 'success' | 'failed' | 'skipped' | 'poke' | 'die';
const waitingRules: readonly AnyTriggerRule[] = [
  'all_success',
  'all_done',
  'none_failed',
  'all_failed',
  'none_skipped',
];

const taskRules = (Object.keys(triggerRuleTable) as AnyTriggerRule[]).filter(
  (rule): rule is TriggerRule => rule !== 'all_done_setup_success',
);

const graphs = fc
  .array(
    fc.record({
      rule: fc.constantFrom(...taskRules),
      retries: fc.integer({ min: 0, max: 2 }),
      // Bit i: depends on task i, if that is declared before it. So every graph is acyclic.
      upstream: fc.integer({ min: 0, max: 63 }),
      behaviours: fc.array(
        fc.constantFrom<Behaviour>('success', 'success', 'failed', 'skipped', 'poke', 'die'),
        {
          minLength: 1,
          maxLength: 4,
        },
      ),
    }),
    { minLength: 1, maxLength: 7 },
  )
  .map((tasks) =>
    tasks.map((task, index) => {
      const after = tasks.flatMap((_, i) => (i < index && (task.upstream >> i) % 2 === 1 ? [`t${i}`] : []));
      return { ...task, id: `t${index}`, after };
    }),
  );

describe('any run of any graph', () => {
  test('ends; no task starts before its rule allows; steps are legal; limits hold; leaves decide', () => {
    fc.assert(
      fc.property(
        graphs,
        fc.integer({ min: 1, max: 3 }),
        fc.infiniteStream(fc.nat(9)),
        (tasks, slots, picks) => {
          const loaded = shape(tasks, 2);
          const store = new Map(
            tasks.map((task) => [task.id, instance(task.id, null, { tryNumber: 0, maxTries: task.retries })]),
          );
          const attempts = new Map<string, number>();
          for (let round = 0; round < 500; round += 1) {
            const active = [...store.values()].filter((each) => factsOf(each.state).holdsSlot).length;
            const planned = plan(loaded, [...store.values()], { freeSlots: slots - active });
            for (const decision of planned.decisions) applyDecision(loaded, store, decision);
            const states = [...store.values()].map((each) => each.state);
            expect(states.filter((state) => factsOf(state).holdsSlot).length).toBeLessThanOrEqual(
              Math.min(slots, 2),
            );
            const finished = states.every((state) => factsOf(state).finished);
            expect(planned.result !== undefined).toBe(finished);
            if (planned.result !== undefined) {
              const leafStates = loaded.graph.leaves.map((id) => store.get(id)?.state ?? null);
              expect(planned.result).toBe(
                leafStates.some((state) => factsOf(state).failure) ? 'failed' : 'success',
              );
              return;
            }
            endOne(tasks, store, attempts, picks.next().value ?? 0);
          }
          throw new Error('the run does not end');
        },
      ),
      { numRuns: 400 },
    );
  });
});

function applyDecision(loaded: LoadedDag, store: Map<string, PlannedInstance>, decision: TaskDecision): void {
  const { taskId, from, to, tryNumber } = decision;
  const before = store.get(taskId);
  if (before === undefined) throw new Error(taskId);
  expect(before.state).toBe(from);
  // A task that gets a slot at once goes through `scheduled` within one decision.
  const steps =
    to === 'queued' && from !== 'scheduled'
      ? [isLegalStep(from, 'scheduled'), isLegalStep('scheduled', to)]
      : [isLegalStep(from, to)];
  expect(steps, `${from} -> ${to}`).not.toContain(false);
  if (to === 'queued' || to === 'scheduled') {
    expect(tryNumber).toBeLessThanOrEqual(before.maxTries + 1);
    const rule = loaded.tasks.get(taskId)?.triggerRule ?? 'always';
    const upstream = (loaded.graph.upstream.get(taskId) ?? []).map((id) => store.get(id)?.state ?? null);
    if (waitingRules.includes(rule)) expect(upstream.every((state) => factsOf(state).finished)).toBe(true);
    if (rule === 'all_success') expect(upstream.every((state) => state === 'success')).toBe(true);
  }
  store.set(taskId, {
    ...before,
    state: to,
    tryNumber,
    nextAttemptAt: null,
    attempt: to === 'queued' ? lease(later) : null,
  });
}

/** Lets one of the attempts that hold a slot end as its task's behaviour says. */
function endOne(
  tasks: readonly { readonly id: string; readonly behaviours: readonly Behaviour[] }[],
  store: Map<string, PlannedInstance>,
  attempts: Map<string, number>,
  pick: number,
): void {
  const active = [...store.values()].filter((each) => factsOf(each.state).holdsSlot);
  const chosen = active[pick % Math.max(1, active.length)];
  if (chosen === undefined) return;
  const nth = attempts.get(chosen.taskId) ?? 0;
  attempts.set(chosen.taskId, nth + 1);
  const behaviours = tasks.find((task) => task.id === chosen.taskId)?.behaviours ?? [];
  // A sensor pokes in vain a few times and then fails, so that every run can end.
  const behaviour = nth < 6 ? (behaviours[nth % behaviours.length] ?? 'failed') : 'failed';
  const mayRetry = chosen.maxTries > 0 && chosen.tryNumber <= chosen.maxTries;
  const ended: Readonly<Record<Behaviour, Partial<PlannedInstance>>> = {
    success: { state: 'success', attempt: null },
    skipped: { state: 'skipped', attempt: null },
    failed: { state: mayRetry ? 'up_for_retry' : 'failed', attempt: null },
    poke: { state: 'up_for_reschedule', attempt: null },
    die: { state: 'running', attempt: lease(later, 2) },
  };
  store.set(chosen.taskId, { ...chosen, ...ended[behaviour] });
}

describe('a mapped task whose list changes', () => {
  const mapped = (rule: TriggerRule): LoadedDag =>
    loadedOf({
      tasks: (t) => {
        const gate = t.task('gate', { run: () => undefined });
        const source = t.task('source', { run: (): readonly number[] => [] });
        t.partial('each', { run: () => undefined, triggerRule: rule })
          .expand({ source })
          .after(source, gate);
      },
    });
  const lengths = (source: number): Partial<PlanRunInput> => ({ mapLengths: new Map([['source', source]]) });

  test('does not end its run while instances are still to come', () => {
    const instances = [instance('gate', 'success'), instance('source', 'success')];
    const each = instance('each', null, { mapIndex: 0 });
    const { steps, result } = plan(mapped('one_failed'), [...instances, each], lengths(2));
    expect(steps).toEqual(['each: null -> skipped #1']);
    expect(result).toBeUndefined();
  });

  test('stays as its trigger rule ended it, though its list is longer now', () => {
    const instances = [instance('gate', 'skipped'), instance('source', 'success')];
    const each = instance('each', 'skipped');
    const before = instance('each', 'removed', { mapIndex: 0 });
    const { steps, result } = plan(mapped('all_success'), [...instances, each, before], lengths(1));
    expect(steps).toEqual([]);
    expect(result).toBe('success');
  });
});
