import { describe, expect, test } from 'vitest';
import { dag } from '../../../scheduler/authoring/dag.ts';
import type { DagArgs } from '../../../scheduler/authoring/dag.ts';
import type { TaskArgs } from '../../../scheduler/authoring/task.ts';
import type { TaskHandle } from '../../../scheduler/authoring/task.ts';
import { drawGraph } from '../../../scheduler/core/draw-graph.ts';
import { explain } from '../../../scheduler/core/explain.ts';
import { greenFailures } from '../../../scheduler/core/green-failures.ts';
import { planRun } from '../../../scheduler/core/plan-run.ts';
import type { PlanRunInput } from '../../../scheduler/core/run-plan.ts';
import { factsOf } from '../../../scheduler/core/states.ts';
import type { TaskInstanceState } from '../../../scheduler/core/states.ts';
import { validateDag } from '../../../scheduler/core/validate-dag.ts';
import type { LoadedDag } from '../../../scheduler/core/validate-dag.ts';

type Task = TaskArgs & { readonly after?: readonly string[] };

function load(tasks: Readonly<Record<string, Task>>, more: Partial<DagArgs<unknown>> = {}): LoadedDag {
  const args = { dagId: 'd', description: '', schedule: null, owner: 'x', tags: [] };
  const definition = dag({
    ...args,
    ...more,
    tasks: (t) => {
      const handles = new Map<string, TaskHandle>();
      for (const [id, { after = [], ...task }] of Object.entries(tasks)) {
        const added = t.task(id, { run: () => undefined, ...task });
        handles.set(id, added.after(...after.flatMap((each) => handles.get(each) ?? [])));
      }
    },
  });
  return validateDag(definition, 'd.dag.ts');
}

const now = new Date('2026-03-02T10:00:00Z');
const pool = (slots: number, used: number): { slots: number; used: number } => ({ slots, used });
const noLimits = { pools: new Map([['default_pool', pool(128, 0)]]), activeOfTask: new Map() };

function inputOf(
  loaded: LoadedDag,
  states: Readonly<Record<string, TaskInstanceState | null>>,
  more: Partial<PlanRunInput> = {},
): PlanRunInput {
  const instances = loaded.definition.tasks.map(({ taskId }) => {
    const state = states[taskId] ?? null;
    const attempt = factsOf(state).holdsSlot
      ? { token: taskId, owner: 1, leaseUntil: new Date(now.getTime() + 1000) }
      : null;
    return { taskId, mapIndex: -1, state, tryNumber: 0, maxTries: 0, nextAttemptAt: null, attempt };
  });
  const run = { runKey: 'r', startedAt: now, past: null, skips: [], mapLengths: new Map() };
  const base = { dag: loaded, instances, now, limits: noLimits, ...run };
  return { ...base, freeSlots: 9, paused: false, liveOwners: new Set([1]), ...more };
}

function plan(...args: Parameters<typeof inputOf>): { readonly steps: string; readonly result: string } {
  const { decisions, result } = planRun(inputOf(...args));
  const steps = decisions.map(({ taskId, to }) => `${taskId} ${to}`).join(', ');
  return { steps, result: result === undefined ? 'goes on' : result.state };
}

const a = { taskId: 'a', mapIndex: -1 };
const why = (taskId: string, ...args: Parameters<typeof inputOf>): string =>
  explain({ ...inputOf(...args), runId: 'r', runState: 'running', reason: null }, { taskId, mapIndex: -1 });

describe('who gets a slot', () => {
  test('the most urgent first: weights add up over all that is below', () => {
    const loaded = load({ a: {}, b: {}, below: { after: ['b'], priorityWeight: 5 } });
    expect(plan(loaded, {}, { freeSlots: 1 }).steps).toBe('b queued, a scheduled');
    const absolute = load({
      a: { weightRule: 'absolute', priorityWeight: 2 },
      b: { weightRule: 'absolute' },
    });
    expect(plan(absolute, {}, { freeSlots: 1 }).steps).toBe('a queued, b scheduled');
    const upstream = load({ a: { priorityWeight: 9 }, b: { after: ['a'], weightRule: 'upstream' } });
    expect(upstream.priorities.get('b')).toBe(10);
  });

  test.each([
    ['two of three slots are free', { poolSlots: 2 }, pool(3, 1), 'a queued'],
    ['one is', { poolSlots: 2 }, pool(3, 2), 'a scheduled'],
    ['it wants more than there are', { poolSlots: 4 }, pool(3, 0), 'a scheduled'],
    ['there is no such pool', {}, undefined, 'a scheduled'],
  ] as const)('a pool: %s', (_, task, size, steps) => {
    const pools = new Map(size === undefined ? [] : [['api', size] as const]);
    const limits = { ...noLimits, pools };
    expect(plan(load({ a: { pool: 'api', ...task } }), {}, { limits }).steps).toBe(steps);
  });

  test('one pass never gives more of a pool than it has', () => {
    const loaded = load({ a: { pool: 'api' }, b: { pool: 'api' }, c: { pool: 'api' } });
    const limits = { ...noLimits, pools: new Map([['api', pool(2, 0)]]) };
    expect(plan(loaded, {}, { limits }).steps).toBe('a queued, b queued, c scheduled');
  });

  test('maxActiveTisPerDag counts the other runs', () => {
    const loaded = load({ a: { maxActiveTisPerDag: 2 } });
    const withOthers = (count: number): Partial<PlanRunInput> => {
      return { limits: { ...noLimits, activeOfTask: new Map([['a', count]]) } };
    };
    expect(plan(loaded, {}, withOthers(1)).steps).toBe('a queued');
    expect(plan(loaded, {}, withOthers(2))).toEqual({ steps: 'a scheduled', result: 'goes on' });
  });
});

describe('a task that depends on its past', () => {
  const loaded = load({ a: { dependsOnPast: true }, b: { after: ['a'] } });
  const wide = load({ a: { waitForDownstream: true }, b: { after: ['a'] } });
  const past = (states: Readonly<Record<string, TaskInstanceState | null>>, seen: readonly string[] = []) => {
    const before = new Map(Object.entries(states).map(([taskId, state]) => [taskId, [state]]));
    return { past: { runId: 'before', states: before, seenBefore: new Set(seen) } };
  };
  test.each([
    ['the first run passes', loaded, {}, 'a queued'],
    ['success', loaded, past({ a: 'success' }), 'a queued'],
    ['skipped', loaded, past({ a: 'skipped' }), 'a queued'],
    ['failed', loaded, past({ a: 'failed' }), ''],
    ['still running', loaded, past({ a: 'running' }), ''],
    ['new to its DAG', loaded, past({ b: 'success' }), 'a queued'],
    ['it was left out of the run before', loaded, past({ b: 'success' }, ['a']), ''],
    ['what depends on it is not done', wide, past({ a: 'success', b: 'running' }), ''],
    ['what depends on it is done', wide, past({ a: 'success', b: 'skipped' }), 'a queued'],
  ] as const)('%s', (_, which, more, steps) => {
    // Waiting for another run is never a deadlock.
    expect(plan(which, {}, more)).toEqual({ steps, result: 'goes on' });
  });
});

test('dagrunTimeout fails the run and skips what has not ended, counted from its start', () => {
  const loaded = load({ a: {}, b: {}, c: { after: ['b'] } }, { dagrunTimeout: '1m' });
  const at = (seconds: number) => ({ startedAt: new Date(now.getTime() - seconds * 1000) });
  expect(plan(loaded, { a: 'failed', b: 'running' }, at(59)).result).toBe('goes on');
  expect(plan(loaded, { a: 'failed', b: 'running' }, at(60))).toEqual({
    steps: 'b skipped, c skipped',
    result: 'failed',
  });
});

test('failFast fails what runs, skips the rest, lets teardowns go on, and the run fails', () => {
  const loaded = load(
    {
      s: { isSetup: true },
      a: { after: ['s'] },
      b: { after: ['s'] },
      c: { after: ['b'] },
      t: { after: ['s', 'c'], isTeardown: true },
    },
    { failFast: true },
  );
  expect(plan(loaded, { s: 'success', a: 'failed', b: 'running' }).steps).toBe(
    'b failed, c skipped, t queued',
  );
  const ended = { s: 'success', a: 'failed', b: 'skipped', c: 'skipped', t: 'success' } as const;
  expect(plan(loaded, ended).result).toBe('failed');
});

describe('setup and teardown', () => {
  const loaded = load({
    s: { isSetup: true },
    w: { after: ['s'] },
    x: { after: ['w'], triggerRule: 'all_done' },
    t: { after: ['s', 'x'], isTeardown: true },
  });
  test.each([
    [
      'a teardown runs although the work failed',
      { s: 'success', w: 'failed', x: 'failed' },
      't queued',
      'goes on',
    ],
    [
      'its failure does not fail the run',
      { s: 'success', w: 'success', x: 'success', t: 'failed' },
      '',
      'success',
    ],
    ['the leaves are above it', { s: 'success', w: 'success', x: 'failed', t: 'success' }, '', 'failed'],
    [
      'a failed setup fails all in its scope, whatever their rule',
      { s: 'failed' },
      'w upstream_failed, x upstream_failed, t upstream_failed',
      'failed',
    ],
    ['a skipped setup skips it', { s: 'skipped' }, 'w skipped, x skipped, t skipped', 'success'],
  ] as const)('%s', (_, states, steps, result) => expect(plan(loaded, states)).toEqual({ steps, result }));

  test('a setup that is cleared away further up is out of scope', () => {
    const outside = load({
      s: { isSetup: true },
      w: { after: ['s'] },
      t: { after: ['s', 'w'], isTeardown: true },
      later: { after: ['w'], triggerRule: 'all_done' },
    });
    expect(plan(outside, { s: 'failed', w: 'upstream_failed', t: 'upstream_failed' }).steps).toBe(
      'later queued',
    );
  });

  test('a teardown that says so fails the run', () => {
    const strict = load({ w: {}, t: { after: ['w'], isTeardown: true, onFailureFailDagrun: true } });
    expect(plan(strict, { w: 'success', t: 'failed' }).result).toBe('failed');
    const alone = load({ t: { isTeardown: true } });
    expect(plan(alone, { t: 'failed' }).result).toBe('failed');
  });
});

test('a failure that only leaves hide is told at load, and any_failed takes it away', () => {
  const tasks = {
    a: {},
    b: { after: ['a'], triggerRule: 'all_done' },
    t: { after: ['b'], isTeardown: true },
  } as const;
  expect(greenFailures(load(tasks))).toEqual([
    expect.stringContaining('if task a fails its run still succeeds'),
  ]);
  expect(plan(load(tasks), { a: 'failed', b: 'success', t: 'success' }).result).toBe('success');
  const strict = load(tasks, { runPolicy: 'any_failed' });
  expect(greenFailures(strict)).toEqual([]);
  expect(plan(strict, { a: 'failed', b: 'success', t: 'failed' }).result).toBe('failed');
  expect(greenFailures(load({ a: {}, b: { after: ['a'] } }))).toEqual([]);
});

test.each([
  [
    'a teardown with a rule',
    { a: { isTeardown: true, triggerRule: 'all_done' } },
    {},
    'teardown has a triggerRule',
  ],
  ['both at once', { a: { isTeardown: true, isSetup: true } }, {}, 'both setup and teardown'],
  ['failFast with a rule', { a: { triggerRule: 'all_done' } }, { failFast: true }, 'failFast with a task'],
  ['no slot at all', { a: { poolSlots: 0 } }, {}, 'poolSlots is 0'],
  ['half a run', { a: {} }, { maxConsecutiveFailedRuns: 0.5 }, 'maxConsecutiveFailedRuns is 0.5'],
  [
    'an end before the start',
    { a: {} },
    { startDate: now, endDate: new Date(0) },
    'endDate is before startDate',
  ],
] as const)('%s is refused', (_, tasks, more, message) => expect(() => load(tasks, more)).toThrow(message));

describe('why a task has not run', () => {
  const chain = load({ a: {}, b: { after: ['a'] } });
  const inPool = load({ a: { pool: 'api' } });
  const retry = inputOf(chain, { a: 'up_for_retry' });
  const later = new Date('2026-03-02T10:05:00Z');
  test.each([
    [
      'an upstream',
      why('b', chain, { a: 'running' }),
      'It waits: trigger rule all_success waits for a (running).',
    ],
    [
      'paused',
      why('a', chain, {}, { paused: true }),
      'DAG d is paused; nothing new starts until it is unpaused.',
    ],
    [
      'no slot',
      why('a', chain, {}, { freeSlots: 0 }),
      'Its dependencies are met; it waits for a slot: no slot of the scheduler is free.',
    ],
    [
      'no pool',
      why('a', inPool, { a: 'scheduled' }),
      'Its dependencies are met; it waits for a slot: there is no pool api.',
    ],
    ['nothing', why('a', chain, {}), 'It waits for nothing: the next pass of a running scheduler starts it.'],
    [
      'a mark',
      why('b', chain, { a: 'failed' }),
      'It will not run: it is about to become upstream_failed (trigger rule all_success).',
    ],
    ['it runs', why('a', chain, { a: 'running' }), 'It runs now, try 0.'],
    [
      'its scheduler died',
      why('a', chain, { a: 'running' }, { liveOwners: new Set() }),
      'The scheduler that had it is gone; the next pass of a running scheduler takes it up.',
    ],
    [
      'a retry',
      explain(
        {
          ...retry,
          instances: retry.instances.map((each) => ({ ...each, nextAttemptAt: later })),
          runId: 'r',
          runState: 'running',
          reason: null,
        },
        a,
      ),
      'It waits: it is tried again at 2026-03-02T10:05:00.000Z.',
    ],
    [
      'the run has not begun',
      explain({ ...inputOf(chain, {}), runId: 'r', runState: 'queued', reason: null }, a),
      'Run r has not begun; it waits until fewer than 16 runs of d are active (maxActiveRuns).',
    ],
    [
      'it is over',
      explain(
        { ...inputOf(chain, { a: 'skipped' }), runId: 'r', runState: 'success', reason: 'nothing new' },
        a,
      ),
      'It is skipped: nothing new.',
    ],
    [
      'an upstream failed',
      explain(
        {
          ...inputOf(load({ a: {}, ok: {}, b: { after: ['a', 'ok'] }, c: { after: ['b'] } }), {
            a: 'failed',
            ok: 'success',
            b: 'upstream_failed',
            c: 'upstream_failed',
          }),
          runId: 'r',
          runState: 'failed',
          reason: 'trigger rule all_success',
        },
        { taskId: 'c', mapIndex: -1 },
      ),
      'It is upstream_failed: trigger rule all_success; a failed.',
    ],
    [
      'the past',
      why(
        'a',
        load({ a: { dependsOnPast: true } }),
        {},
        { past: { runId: 'p', states: new Map([['a', ['failed']]]), seenBefore: new Set() } },
      ),
      'It waits: it depends on its past, and a is failed in run p.',
    ],
  ])('%s', (_, said, expected) => expect(said).toBe(expected));
});

test('a graph is drawn with one line of its own for every task', () => {
  const loaded = load({ a: {}, b: { after: ['a'] }, c: { after: ['a'] }, d: { after: ['b', 'c'] }, e: {} });
  expect(drawGraph(loaded.graph)).toBe(['a', '├─ b', '│  └─ → d', '└─ c', '   └─ d', 'e'].join('\n'));
});
