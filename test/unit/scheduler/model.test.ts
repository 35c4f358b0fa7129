import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { dag } from '../../../scheduler/authoring/dag.ts';
import type { TaskBuilder } from '../../../scheduler/authoring/task-builder.ts';
import type { Dependency, Mappable, XComRef } from '../../../scheduler/authoring/task.ts';
import { explain } from '../../../scheduler/core/explain.ts';
import { settle } from '../../../scheduler/core/outcome.ts';
import type { AttemptOutcome } from '../../../scheduler/core/outcome.ts';
import { liveStates } from '../../../scheduler/core/mapping.ts';
import { planRun } from '../../../scheduler/core/plan-run.ts';
import type { PlannedInstance, PlanRunInput, RunPlan } from '../../../scheduler/core/run-plan.ts';
import { factsOf, isLegalStep } from '../../../scheduler/core/states.ts';
import type { SkipDecision } from '../../../scheduler/core/skip-decision.ts';
import { triggerRuleTable } from '../../../scheduler/core/trigger-rules.ts';
import type { AnyTriggerRule, TriggerRule } from '../../../scheduler/core/trigger-rules.ts';
import { validateDag } from '../../../scheduler/core/validate-dag.ts';
import type { LoadedDag } from '../../../scheduler/core/validate-dag.ts';
import { addMissing, checkIndexes, expand, idOf, mapLengthsOf } from './model-run.ts';
import type { Run } from './model-run.ts';

/**
 * Several runs of one random DAG, planned oldest first and driven by random ends of their attempts, until nothing more
 * happens; then what failed is cleared, as an engineer would, until every run is over. Invariants: scheduler/SPEC.md.
 */

const rules = (Object.keys(triggerRuleTable) as AnyTriggerRule[]).filter(
  (rule): rule is TriggerRule => rule !== 'all_done_setup_success',
);
const poolSlots = 2;
const freeSlots = 3;
const start = Date.UTC(2026, 2, 2, 10);

const task = fc.record({
  rule: fc.constantFrom(...rules),
  role: fc.constantFrom('work', 'work', 'work', 'setup', 'teardown'),
  // Bit i: depends on task i, if that is declared before it. So every graph is acyclic.
  upstream: fc.integer({ min: 0, max: 63 }),
  retries: fc.integer({ min: 0, max: 2 }),
  inPool: fc.boolean(),
  looksBack: fc.constantFrom('no', 'no', 'past', 'downstream'),
  alone: fc.boolean(),
  weight: fc.integer({ min: -2, max: 3 }),
  // What it decides about the tasks below whenever it succeeds, as a branch or a short-circuit does.
  decides: fc.constantFrom<(SkipDecision | undefined)[]>(
    undefined,
    undefined,
    { kind: 'skip', reach: 'direct' },
    { kind: 'skip', reach: 'all' },
    { kind: 'follow', taskIds: ['t2', 't4'] },
  ),
  mapped: fc.constantFrom('no', 'no', 'no', 'list', 'xcom', 'both'),
  length: fc.integer({ min: 0, max: 3 }),
});
const world = fc.record({
  tasks: fc.array(task, { minLength: 1, maxLength: 6 }),
  runs: fc.integer({ min: 1, max: 3 }),
  failFast: fc.boolean(),
  timeout: fc.constantFrom(undefined, '30s'),
  anyFailed: fc.boolean(),
  // So many tasks from that one on are a mapped group.
  group: fc.record({
    begin: fc.integer({ min: 0, max: 4 }),
    size: fc.integer({ min: 0, max: 3 }),
    isOverXcom: fc.boolean(),
  }),
});
type World = typeof world extends fc.Arbitrary<infer Shape> ? Shape : never;

type Declared = Dependency & XComRef<unknown, readonly unknown[]>;

function load({ tasks, failFast, timeout, anyFailed, group }: World): LoadedDag {
  const definition = dag({
    dagId: 'd',
    description: '',
    schedule: null,
    owner: 'x',
    tags: [],
    maxActiveTasks: 2,
    failFast,
    ...(anyFailed ? { runPolicy: 'any_failed' } : {}),
    ...(timeout === undefined ? {} : { dagrunTimeout: timeout }),
    tasks: (t) => {
      const handles: Declared[] = [];
      const add = (builder: TaskBuilder<unknown>, index: number, each: World['tasks'][number]): void => {
        const after = handles.filter((_, i) => (each.upstream >> i) % 2 === 1);
        const isTeardown = each.role === 'teardown';
        const rule = failFast ? 'all_success' : each.rule;
        const args = {
          run: (): readonly unknown[] => [],
          retries: each.retries,
          pool: each.inPool ? 'small' : 'default_pool',
          priorityWeight: each.weight,
          isSetup: each.role === 'setup',
          isTeardown,
          dependsOnPast: each.looksBack === 'past',
          waitForDownstream: each.looksBack === 'downstream',
          ...(each.alone ? { maxActiveTisPerDag: 1 } : {}),
          ...(isTeardown ? {} : { triggerRule: rule }),
        };
        const over = builder === t ? overOf(each, after[0]) : undefined;
        const handle =
          over === undefined
            ? builder.task(`t${index}`, args)
            : builder.partial(`t${index}`, args).expand(over);
        handle.after(...after);
        handles.push(handle);
      };
      const end = group.begin + group.size;
      for (const [index, each] of tasks.slice(0, group.begin).entries()) add(t, index, each);
      const grouped = tasks.slice(group.begin, end);
      if (grouped.length > 0) {
        const [first] = grouped;
        const source = group.isOverXcom ? handles.at(-1) : undefined;
        const list = Array.from({ length: first?.length ?? 0 }, (_, index) => index);
        t.partialGroup(
          'g',
          (inner) => {
            for (const [index, each] of grouped.entries()) add(inner, group.begin + index, each);
          },
          { prefixGroupId: false },
        ).expand({ value: source ?? list });
      }
      for (const [index, each] of tasks.slice(end).entries()) add(t, end + index, each);
    },
  });
  return validateDag(definition, 'd.dag.ts');
}

/** What a task is mapped over: a list of its own, what its first upstream returns, or every pair of both. */
function overOf(
  { mapped, length }: World['tasks'][number],
  source: XComRef<unknown, readonly unknown[]> | undefined,
): Record<string, Mappable<unknown>> | undefined {
  const list = Array.from({ length }, (_, index) => index);
  if (mapped === 'no') return undefined;
  if (mapped === 'list' || source === undefined) return { list };
  return mapped === 'xcom' ? { source } : { list, source };
}

const isActive = ({ state }: PlannedInstance): boolean => factsOf(state).holdsSlot;
const now = { ms: start };

function inputOf(loaded: LoadedDag, runs: readonly Run[], index: number): PlanRunInput {
  const all = runs.flatMap((run) => [...run.instances.values()].filter(isActive));
  const inSmall = all.filter(({ taskId }) => loaded.tasks.get(taskId)?.pool === 'small').length;
  const before = runs[index - 1];
  const states = liveStates(loaded, [...(before?.instances.values() ?? [])]);
  const run = runs[index];
  return {
    dag: loaded,
    runKey: 'r',
    startedAt: new Date(run?.startedAt ?? start),
    mapLengths: run === undefined ? new Map() : mapLengthsOf(loaded, run),
    instances: [...(run?.instances.values() ?? [])],
    now: new Date(now.ms),
    past: before === undefined ? null : { runId: before.id, states, seenBefore: new Set() },
    skips: [...(runs[index]?.skips.values() ?? [])],
    freeSlots: freeSlots - all.length,
    limits: {
      pools: new Map([
        ['default_pool', { slots: 128, used: all.length - inSmall }],
        ['small', { slots: poolSlots, used: inSmall }],
      ]),
      activeOfTask: new Map(
        [...loaded.tasks.keys()].map((id) => [id, all.filter((each) => each.taskId === id).length]),
      ),
    },
    paused: false,
    liveOwners: new Set([1]),
  };
}

function applyPlan(loaded: LoadedDag, run: Run, plan: RunPlan): void {
  for (const { taskId, mapIndex, from, to, tryNumber, nextAttemptAt } of plan.decisions) {
    const id = idOf({ taskId, mapIndex });
    const before = run.instances.get(id);
    if (before === undefined) throw new Error(id);
    expect(before.state).toBe(from);
    // I1. A task that gets a slot at once goes through `scheduled` within one decision.
    const direct = to !== 'queued' || from === 'scheduled';
    const legal = direct
      ? isLegalStep(from, to)
      : isLegalStep(from, 'scheduled') && isLegalStep('scheduled', to);
    expect(legal, `${from} -> ${to}`).toBe(true);
    if (to === 'queued' || to === 'scheduled') {
      expect(tryNumber, 'I3').toBeLessThanOrEqual(before.maxTries + 1);
      const states = liveStates(loaded, [...run.instances.values()]);
      const upstream = (loaded.graph.upstream.get(taskId) ?? []).flatMap((each) =>
        isInOneGroup(loaded, taskId, each)
          ? [states.get(each)?.[mapIndex] ?? null]
          : (states.get(each) ?? []),
      );
      const rule = loaded.tasks.get(taskId)?.triggerRule;
      if (rule === 'all_success')
        expect(
          upstream.every((state) => state === 'success'),
          'I2',
        ).toBe(true);
      if (rule === 'all_done')
        expect(
          upstream.every((state) => factsOf(state).finished),
          'I2',
        ).toBe(true);
    }
    const attempt =
      to === 'queued'
        ? { token: `${id}#${tryNumber}`, owner: 1, leaseUntil: new Date(now.ms + 3_600_000) }
        : null;
    if (to === 'queued') run.skips.delete(taskId);
    // What comes back may have used its tries up before it went; it gets one more, as in Airflow.
    const maxTries = from === 'removed' ? Math.max(before.maxTries, tryNumber) : before.maxTries;
    run.instances.set(id, { ...before, maxTries, state: to, tryNumber, nextAttemptAt, attempt });
  }
  for (const [by, each] of run.skips) run.skips.set(by, { ...each, isCarriedOut: true });
  for (const { taskId, length } of plan.expansions) expand(loaded, run, taskId, length);
  if (plan.result !== undefined) run.state = plan.result.state;
}

/** Whether the two are in one mapped group, where each instance has upstreams of its own index. */
function isInOneGroup({ tasks }: LoadedDag, taskId: string, upstream: string): boolean {
  const group = tasks.get(taskId)?.mapGroup;
  return group !== undefined && tasks.get(upstream)?.mapGroup === group;
}

function checkLimits(loaded: LoadedDag, runs: readonly Run[]): void {
  const active = runs.map((run) => [...run.instances.values()].filter(isActive));
  for (const ofRun of active) expect(ofRun.length, 'I4 maxActiveTasks').toBeLessThanOrEqual(2);
  const all = active.flat();
  expect(all.length, 'I4 slots').toBeLessThanOrEqual(freeSlots);
  const small = all.filter(({ taskId }) => loaded.tasks.get(taskId)?.pool === 'small');
  expect(small.length, 'I4 pool').toBeLessThanOrEqual(poolSlots);
  for (const { taskId, maxActiveTisPerDag = Infinity } of loaded.definition.tasks) {
    const same = all.filter((each) => each.taskId === taskId).length;
    expect(same, 'I4 maxActiveTisPerDag').toBeLessThanOrEqual(maxActiveTisPerDag);
  }
}

const error = { code: 'X', message: 'x', remedy: 'x' };
const outcomes: readonly AttemptOutcome['kind'][] = [
  'success',
  'success',
  'failed',
  'skipped',
  'reschedule',
  'interrupted',
];

function outcomeOf(kind: AttemptOutcome['kind']): AttemptOutcome {
  if (kind === 'success') return { kind, result: undefined };
  if (kind === 'skipped') return { kind, reason: 'x' };
  if (kind === 'reschedule') return { kind, at: new Date(now.ms + 1000) };
  return kind === 'failed' ? { kind, error, retryable: true } : { kind, error };
}

/** Ends the attempt through the very function that the executor uses. */
function endAttempt(
  run: Run,
  instance: PlannedInstance,
  {
    kind,
    returns,
    decision,
  }: {
    readonly kind: AttemptOutcome['kind'];
    readonly returns: number;
    readonly decision: SkipDecision | undefined;
  },
): void {
  const input = { state: 'running', tryNumber: instance.tryNumber, maxTries: instance.maxTries } as const;
  const settled = settle(outcomeOf(kind), { ...input, endedAt: new Date(now.ms), retryDelayMs: 1000 });
  expect(isLegalStep('running', settled.state), 'I1').toBe(true);
  run.instances.set(idOf(instance), { ...instance, ...settled, attempt: null });
  if (settled.state !== 'success') return;
  run.lengths.set(instance.taskId, returns);
  // A mapped task decides nothing.
  if (decision === undefined || instance.mapIndex >= 0) return;
  run.skips.set(instance.taskId, { by: instance.taskId, decision, isCarriedOut: false });
}

const isOpen = (run: Run): boolean => run.state === 'running';

/** Plans every open run once; true if anything changed. */
function pass(loaded: LoadedDag, runs: readonly Run[]): boolean {
  let changed = false;
  for (const [index, run] of runs.entries()) {
    if (!isOpen(run)) continue;
    const added = addMissing(loaded, run);
    const finished = [...run.instances.values()].filter(({ state }) => factsOf(state).finished);
    const plan = planRun(inputOf(loaded, runs, index));
    applyPlan(loaded, run, plan);
    for (const each of finished) {
      const after = run.instances.get(idOf(each))?.state;
      // What a mapped task's list lacks goes, and comes back with it.
      if (each.state !== 'removed' && after !== 'removed') expect(after, 'I5').toBe(each.state);
    }
    // Instances that come or go, and slots that were given back by what was stopped.
    const changes = plan.decisions.some(
      ({ from, to }) =>
        from === 'removed' || to === 'removed' || (factsOf(from).holdsSlot && !factsOf(to).holdsSlot),
    );
    const isNews = addMissing(loaded, run) || changes || plan.expansions.length > 0;
    if (plan.result === undefined && !isNews) {
      expect(planRun(inputOf(loaded, runs, index)).decisions, 'I6').toEqual([]);
    }
    if (plan.result !== undefined) {
      checkIndexes(loaded, run);
      const states = [...run.instances.values()].map((each) => each.state);
      expect(
        states.every((state) => factsOf(state).finished),
        'I7',
      ).toBe(true);
    }
    expect(plan.result?.reason ?? '', 'I8').not.toMatch(/deadlock/);
    changed ||= added || isNews || plan.decisions.length > 0 || plan.result !== undefined;
  }
  checkLimits(loaded, runs);
  return changed;
}

/** Starts the run over that the oldest open one waits for, as `tasks clear` does. */
function clearBefore(runs: readonly Run[], open: number): boolean {
  const run = runs[open - 1];
  if (run === undefined || ![...run.instances.values()].some(({ state }) => factsOf(state).failure))
    return false;
  for (const [id, instance] of run.instances) {
    const { tryNumber, state } = instance;
    if (state === 'removed') continue;
    run.instances.set(id, { ...instance, state: null, maxTries: tryNumber, nextAttemptAt: null });
  }
  run.state = 'running';
  run.startedAt = now.ms;
  return true;
}

/** Numerical Recipes' generator, so that a counterexample is one number. */
function createPick(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

test('any runs of any DAG: steps, limits and results are as they must be, and nothing waits for ever', () => {
  fc.assert(
    fc.property(world, fc.integer({ min: 0 }), (shape, seed) => {
      const loaded = load(shape);
      const pick = createPick(seed);
      now.ms = start;
      const runs = Array.from({ length: shape.runs }, (_, index): Run => {
        const empty = { instances: new Map(), lengths: new Map(), skips: new Map() };
        return { id: `r${index}`, state: 'running', startedAt: start, ...empty };
      });
      let cleared = 0;
      for (let round = 0; round < 2000; round += 1) {
        while (pass(loaded, runs)) now.ms += 10;
        if (runs.every((run) => !isOpen(run))) return;
        const active = runs.flatMap((run) =>
          [...run.instances.values()].filter(isActive).map((instance) => [run, instance] as const),
        );
        const chosen = active[pick(Math.max(active.length, 1))];
        const open = runs.findIndex(isOpen);
        const waits = runs[open]?.instances.values().next().value ?? { taskId: 't0', mapIndex: -1 };
        const said = explain(
          { ...inputOf(loaded, runs, open), runId: 'r', runState: 'running', reason: null },
          waits,
        );
        expect(said, 'I9').toMatch(/^[A-Z].*\.$/);
        if (chosen !== undefined) {
          // After a while everything succeeds, so that every world can end.
          const kind = round > 60 ? 'success' : (outcomes[pick(outcomes.length)] ?? 'success');
          const { decides: decision } = shape.tasks[Number(chosen[1].taskId.slice(1))] ?? {};
          endAttempt(...chosen, { kind, returns: pick(4), decision });
          continue;
        }
        const later = runs
          .flatMap((run) => (isOpen(run) ? [...run.instances.values()] : []))
          .find(({ nextAttemptAt }) => nextAttemptAt !== null && nextAttemptAt.getTime() > now.ms);
        if (later?.nextAttemptAt != null) {
          now.ms = later.nextAttemptAt.getTime();
          continue;
        }
        // Nothing runs and nothing is due: then an open run waits for one before it that failed, and clearing helps.
        expect(clearBefore(runs, open), 'I8').toBe(true);
        cleared += 1;
        expect(cleared).toBeLessThan(200);
      }
      throw new Error('the runs do not end');
    }),
    { numRuns: 200 },
  );
}, 120_000);
