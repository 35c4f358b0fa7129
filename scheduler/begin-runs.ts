import type { Knex } from 'knex';
import type { Clock } from '../lib/clock.ts';
import type { Attention } from './attention.ts';
import type { OnSchedulerEvent } from './events.ts';
import { nextDagRun, planDag } from './core/plan-dag.ts';
import { evenIfItThrows } from './guard.ts';
import { createDueRuns } from './store/create-runs.ts';
import { intervalOf, readDagFacts } from './store/dags.ts';
import type { DagFacts, ScheduledDag } from './store/dags.ts';
import type { DagRun } from './store/rows.ts';
import { startQueuedRuns } from './store/start-runs.ts';
import { runEvent } from './tick-events.ts';

interface BeginInput {
  readonly control: Knex;
  readonly clock: Clock;
  readonly attention: Pick<Attention, 'toDag'>;
  readonly onEvent: OnSchedulerEvent;
}

type Dags = ReadonlyMap<string, ScheduledDag>;

/** DAGs looked at in one transaction: enough to spare round trips, few enough that others wait for their locks shortly. */
const dagsAtOnce = 50;

/** Creates the runs that are due; resolves to whether there were any. */
export async function createRuns(input: BeginInput, dags: Dags): Promise<boolean> {
  const { control, clock } = input;
  const now = clock.now();
  const facts = await readDagFacts(control, [...dags.keys()]);
  const due = [...dags].flatMap(([dagId, scheduled]) =>
    evenIfItThrows(input, dagId, false, () => mayBeDue(scheduled, facts.get(dagId), now)) ? [scheduled] : [],
  );
  const created = await inParts(due, async (part) => {
    const runs = await createDueRuns(control, {
      dags: part,
      now,
      plan: (dag) => evenIfItThrows(input, dag.dag.definition.dagId, undefined, () => planDag(dag)),
    });
    for (const run of runs) {
      // Where ticks were missed there is one more.
      input.attention.toDag(run.dagId);
      input.onEvent(runEvent(run, now));
    }
    return runs;
  });
  return created.length > 0;
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

/** Starts queued runs as far as their DAGs have places. */
export async function startRuns(input: BeginInput, dags: Dags): Promise<readonly DagRun[]> {
  const facts = await readDagFacts(input.control, [...dags.keys()]);
  const waiting = [...dags].flatMap(([dagId, scheduled]) =>
    (facts.get(dagId)?.queuedRuns ?? 0) > 0 ? [scheduled] : [],
  );
  return await inParts(waiting, async (part) => {
    const now = input.clock.now();
    const started = await startQueuedRuns(input.control, part, now);
    for (const run of started) input.onEvent(runEvent(run, now));
    return started;
  });
}

async function inParts<Result>(
  dags: readonly ScheduledDag[],
  work: (part: readonly ScheduledDag[]) => Promise<readonly Result[]>,
): Promise<readonly Result[]> {
  const all: Result[] = [];
  for (let first = 0; first < dags.length; first += dagsAtOnce) {
    all.push(...(await work(dags.slice(first, first + dagsAtOnce))));
  }
  return all;
}
