import type { Knex } from 'knex';
import type { Clock } from '../lib/clock.ts';
import type { Attention } from './attention.ts';
import type { DagCaller } from './call-dags.ts';
import { createRuns, startRuns } from './begin-runs.ts';
import type { OnSchedulerEvent } from './events.ts';
import { evenIfItThrows } from './guard.ts';
import { planInput } from './core/plan-input.ts';
import { planRun } from './core/plan-run.ts';
import type { PlanRunInput, RunPlan } from './core/run-plan.ts';
import { isRunFinished } from './core/states.ts';
import type { LoadedDag } from './core/validate-dag.ts';
import type { Executor } from './executor/executor.ts';
import type { ScheduledDag } from './store/dags.ts';
import type { AppliedDecision } from './store/decisions.ts';
import { poolShareOf } from './store/limits.ts';
import { notifyChanged } from './store/presence.ts';
import type { Presence } from './store/presence.ts';
import { recordMissedDeadlines } from './store/deadlines.ts';
import { listRunningRuns, planAndApply } from './store/runs.ts';
import type { PlannedRun } from './store/runs.ts';
import type { DagRun, RunKey } from './store/rows.ts';
import { runEvent, taskEvent } from './tick-events.ts';

/** What a tick works with. */
export interface TickInput {
  readonly control: Knex;
  readonly clock: Clock;
  readonly dags: ReadonlyMap<string, ScheduledDag>;
  readonly executor: Executor;
  readonly presence: Presence;
  readonly attention: Attention;
  readonly caller: DagCaller;
  readonly leaseMs: number;
  readonly onEvent: OnSchedulerEvent;
}

/** Runs planned in one transaction: enough to spare round trips, few enough that others wait for their locks shortly. */
const runsAtOnce = 50;

/**
 * One pass: create the runs that are due, start queued runs, plan running runs, hand what got a slot to the executor.
 * Where only some runs are known to have changed, only they are planned. Resolves to whether anything changed, in which
 * case another pass may find more to do.
 */
export async function tick(input: TickInput): Promise<boolean> {
  await input.presence.ensure();
  const asked = input.attention.take(input.executor.freeSlots());
  try {
    const dags = asked === 'all' ? input.dags : pick(input.dags, asked.dags);
    const created = dags.size > 0 && (await createRuns(input, dags));
    const started = dags.size > 0 ? await startRuns(input, dags) : [];
    const keys = asked === 'all' ? await listRunningRuns(input.control, [...dags.keys()]) : asked.runs;
    const planned = await planRuns(input, asked === 'all' ? keys : [...keys, ...started]);
    if (asked === 'all') await watchDeadlines(input);
    return created || started.length > 0 || planned;
  } catch (error) {
    // What it was to look at has not been looked at.
    input.attention.toAll();
    throw error;
  }
}

/** Also what is due of a scheduler that died before it could call. */
async function watchDeadlines({ control, clock, dags, caller, onEvent }: TickInput): Promise<void> {
  const now = clock.now();
  const dagIds = [...dags.keys()];
  for (const { dagId, runId, deadlineAt } of await recordMissedDeadlines(control, { dagIds, now })) {
    if (deadlineAt !== null)
      onEvent({ type: 'deadline_missed', at: now, dagId, runId, deadline: deadlineAt });
  }
  await caller.callDue(dagIds);
}

function pick(dags: TickInput['dags'], wanted: ReadonlySet<string>): TickInput['dags'] {
  return new Map([...dags].filter(([dagId]) => wanted.has(dagId)));
}

async function planRuns(input: TickInput, keys: readonly RunKey[]): Promise<boolean> {
  let changed = false;
  for (let first = 0; first < keys.length; first += runsAtOnce) {
    changed = (await planSome(input, keys.slice(first, first + runsAtOnce))) || changed;
  }
  return changed;
}

async function planSome(input: TickInput, keys: readonly RunKey[]): Promise<boolean> {
  const { control, clock, dags, executor, presence, leaseMs } = input;
  const now = clock.now();
  const planned = await planAndApply(control, {
    keys,
    dagOf: (dagId) => dags.get(dagId)?.dag,
    now,
    planner: { owner: presence.owner, leaseMs },
    freeSlots: executor.freeSlots(),
    shareOf: poolShareOf(dags),
    plan: (dag, { paused, freeSlots, ...facts }) =>
      planOne(input, { ...planInput(dag, facts, now), paused, freeSlots }),
  });
  // Else a run that somebody marked would be looked at for ever, in the place of one that waits for a slot.
  for (const key of keys) if (!planned.some(({ run }) => isSameRun(run, key))) input.attention.forget(key);
  let changed = false;
  for (const each of planned) changed = take(input, each, now) || changed;
  // Others may wait for these runs, and were turned away by our lock when their last tasks ended.
  const ended = [
    ...new Set(planned.filter(({ run }) => isRunFinished(run.state)).map(({ run }) => run.dagId)),
  ];
  if (ended.length > 0) await notifyChanged(control, presence.owner, { runs: [], dags: ended });
  const calling = ended.filter((dagId) => hasCallbacks(dags.get(dagId)));
  if (calling.length > 0) await input.caller.callDue(calling);
  return changed;
}

function hasCallbacks(scheduled: ScheduledDag | undefined): boolean {
  if (scheduled === undefined) return false;
  const { onSuccess, onFailure } = scheduled.dag.definition;
  return onSuccess.length + onFailure.length > 0;
}

function isSameRun(a: RunKey, b: RunKey): boolean {
  return a.dagId === b.dagId && a.runId === b.runId;
}

const nothing: RunPlan = { decisions: [], expansions: [], result: undefined, held: 0 };

function planOne(input: TickInput, facts: PlanRunInput): RunPlan {
  return evenIfItThrows(input, facts.dag.definition.dagId, nothing, () => planRun(facts));
}

/** Carries a plan on: to the executor, and to the next pass where there is more to find. */
function take(input: TickInput, planned: PlannedRun, now: Date): boolean {
  const { executor, attention } = input;
  const { run, plan, applied, expanded, cleared } = planned;
  const dag = input.dags.get(run.dagId)?.dag;
  if (dag === undefined) return false;
  for (const token of cleared) executor.abort(token, 'cleared');
  for (const decision of applied) carryOut(input, { run, dag, decision, now });
  attention.note(run, dag, plan);
  const isLostRace = applied.length < plan.decisions.length;
  if (expanded.length > 0 || isLostRace || applied.some(mayLeadOn)) attention.toRun(run);
  const ended = isRunFinished(run.state);
  if (ended) {
    input.onEvent(runEvent(run, now));
    if (planned.pausedDag) input.onEvent({ type: 'dag_paused', at: now, dagId: run.dagId });
    // There is a place for the next one.
    attention.toDag(run.dagId);
  }
  return ended || applied.length + expanded.length > 0;
}

/** Of what waits for its attempt or for a slot there is nothing more to find now; what starts over may start at once. */
function mayLeadOn({ to }: AppliedDecision): boolean {
  return to !== 'queued' && to !== 'scheduled';
}

function carryOut(
  input: TickInput,
  of: {
    readonly run: DagRun;
    readonly dag: LoadedDag;
    readonly decision: AppliedDecision;
    readonly now: Date;
  },
): void {
  const { run, dag, decision, now } = of;
  const { dagId, runId } = run;
  const key = { dagId, runId };
  if (decision.fromToken !== null) input.executor.abort(decision.fromToken, 'run_over');
  input.onEvent(taskEvent(key, decision, now));
  const task = dag.tasks.get(decision.taskId);
  if (decision.token === undefined || task === undefined) return;
  const { taskId, mapIndex, token, tryNumber } = decision;
  input.executor.submit({ key: { ...key, taskId, mapIndex }, token, tryNumber, task });
}
