import type { Knex } from 'knex';
import type { Clock } from '../lib/clock.ts';
import type { OnSchedulerEvent, SchedulerEvent } from './events.ts';
import { nextDagRun, planDag } from './core/plan-dag.ts';
import { planInput } from './core/plan-input.ts';
import { planRun } from './core/plan-run.ts';
import { isRunFinished } from './core/states.ts';
import type { Executor } from './executor/executor.ts';
import { createDueRun, intervalOf, readDagFacts } from './store/dags.ts';
import type { DagFacts, ScheduledDag } from './store/dags.ts';
import { poolShareOf } from './store/limits.ts';
import { notifyWake } from './store/presence.ts';
import type { Presence } from './store/presence.ts';
import { startQueuedRuns } from './store/start-runs.ts';
import { listRunningRuns, planAndApply } from './store/runs.ts';
import type { AppliedDecision } from './store/runs.ts';
import type { DagRun, RunKey } from './store/rows.ts';

/** What a tick works with. */
export interface TickInput {
  readonly control: Knex;
  readonly clock: Clock;
  readonly dags: ReadonlyMap<string, ScheduledDag>;
  readonly executor: Executor;
  readonly presence: Presence;
  readonly leaseMs: number;
  readonly onEvent: OnSchedulerEvent;
}

/**
 * One pass: create the runs that are due, start queued runs, plan every running run, hand what got a slot to the
 * executor. Resolves to whether anything changed, in which case another pass may find more to do.
 */
export async function tick(input: TickInput): Promise<boolean> {
  await input.presence.ensure();
  const created = await createDueRuns(input);
  const started = await startRuns(input);
  const planned = await planRuns(input);
  return created || started || planned;
}

async function createDueRuns(input: TickInput): Promise<boolean> {
  const { control, clock, dags } = input;
  const now = clock.now();
  const facts = await readDagFacts(control);
  let created = false;
  for (const [dagId, scheduled] of dags) {
    if (!mayBeDue(scheduled, facts.get(dagId), now)) continue;
    const run = await createDueRun(control, scheduled, now, planDag);
    if (run === undefined) continue;
    created = true;
    input.onEvent(runEvent(run, now));
  }
  return created;
}

/** Whether a closer look, which costs a transaction, can lead to a run or to a time for one. */
function mayBeDue({ dag, schedule }: ScheduledDag, facts: DagFacts | undefined, now: Date): boolean {
  if (schedule === null || facts === undefined || facts.paused) return false;
  const isFull = facts.activeRuns >= dag.definition.maxActiveRuns;
  if (facts.nextRunAfter !== null) {
    return !isFull && (facts.nextRunAfter <= now || facts.hasQueuedEvents);
  }
  if (facts.hasQueuedEvents && !isFull) return true;
  // Not planned yet, or time asks for nothing more: only the timetable knows.
  const last = intervalOf(facts.lastIntervalStart, facts.lastIntervalEnd);
  return nextDagRun({ dag, schedule, now }, last) !== undefined;
}

async function startRuns(input: TickInput): Promise<boolean> {
  const facts = await readDagFacts(input.control);
  let any = false;
  for (const [dagId, scheduled] of input.dags) {
    if ((facts.get(dagId)?.queuedRuns ?? 0) === 0) continue;
    const now = input.clock.now();
    for (const run of await startQueuedRuns(input.control, scheduled, now)) {
      any = true;
      input.onEvent(runEvent(run, now));
    }
  }
  return any;
}

async function planRuns(input: TickInput): Promise<boolean> {
  const { control, dags } = input;
  const keys = await listRunningRuns(control, [...dags.keys()]);
  if (keys.length === 0) return false;
  const facts = await readDagFacts(control);
  let changed = false;
  for (const key of keys) {
    const paused = facts.get(key.dagId)?.paused ?? false;
    changed = (await planOne(input, key, paused)) || changed;
  }
  return changed;
}

async function planOne(input: TickInput, key: RunKey, paused: boolean): Promise<boolean> {
  const { control, clock, executor, presence, leaseMs } = input;
  const dag = input.dags.get(key.dagId)?.dag;
  if (dag === undefined) return false;
  const now = clock.now();
  const planned = await planAndApply(control, {
    key,
    dag,
    now,
    planner: { owner: presence.owner, leaseMs },
    shareOf: poolShareOf(input.dags),
    plan: (facts) => planRun({ ...planInput(dag, facts, now), paused, freeSlots: executor.freeSlots() }),
  });
  if (planned === undefined) return false;
  for (const token of planned.cleared) executor.abort(token, 'cleared');
  for (const decision of planned.applied) {
    if (decision.fromToken !== null) executor.abort(decision.fromToken, 'run_over');
    input.onEvent(taskEvent(key, decision, now));
    const task = dag.tasks.get(decision.taskId);
    if (decision.token === undefined || task === undefined) continue;
    const { taskId, mapIndex, token, tryNumber } = decision;
    executor.submit({ key: { ...key, taskId, mapIndex }, token, tryNumber, task });
  }
  const ended = isRunFinished(planned.run.state);
  if (ended) {
    input.onEvent(runEvent(planned.run, now));
    if (planned.pausedDag) input.onEvent({ type: 'dag_paused', at: now, dagId: key.dagId });
    // Others may wait for this run, and were turned away by our lock when its last task ended.
    await notifyWake(control);
  }
  return ended || planned.applied.length + planned.expanded.length > 0;
}

function runEvent({ dagId, runId, runType, state, reason }: DagRun, at: Date): SchedulerEvent {
  return { type: 'dag_run', at, dagId, runId, runType, state, reason };
}

function taskEvent(
  key: RunKey,
  { taskId, mapIndex, tryNumber, to, reason }: AppliedDecision,
  at: Date,
): SchedulerEvent {
  return {
    type: 'task_instance',
    at,
    dagId: key.dagId,
    runId: key.runId,
    taskId,
    mapIndex,
    tryNumber,
    state: to,
    reason,
  };
}
