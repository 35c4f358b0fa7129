import type { Knex } from 'knex';
import { createSlotLedger } from '../core/slot-ledger.ts';
import type { PoolShare } from '../core/slot-ledger.ts';
import type { PastRun } from '../core/past.ts';
import type { MapLengths, PlannedInstance } from '../core/run-plan.ts';
import type { RecordedDecision } from '../core/skip-decision.ts';
import type { LimitsInUse } from '../core/slots.ts';
import { decides } from '../core/task-kind.ts';
import type { LoadedDag } from '../core/validate-dag.ts';
import { readLimits } from './limits.ts';
import { readMapLengths } from './map-lengths.ts';
import { readPast } from './past.ts';
import { readLiveOwners } from './presence.ts';
import type { DagRun } from './rows.ts';
import { readSkipDecisions } from './skips.ts';

/** What a plan is made from, beside the definition. */
export interface RunFacts {
  readonly run: DagRun;
  readonly instances: readonly PlannedInstance[];
  readonly liveOwners: ReadonlySet<number>;
  readonly past: PastRun;
  readonly skips: readonly RecordedDecision[];
  readonly limits: LimitsInUse;
  readonly mapLengths: MapLengths;
}

/** What only some DAGs ask for: the run before, decisions of branches, lengths of lists. */
export async function readRareFacts(
  db: Knex,
  run: DagRun,
  dag: LoadedDag,
): Promise<Pick<RunFacts, 'past' | 'skips' | 'mapLengths'>> {
  return {
    past: await readPast(db, run, dag),
    skips: dag.definition.tasks.some(decides) ? await readSkipDecisions(db, run) : [],
    mapLengths: await readMapLengths(db, run, dag),
  };
}

/** What the planner would see of one run, for saying why a task waits; without a lock. */
export async function readFacts(
  db: Knex,
  input: {
    readonly run: DagRun;
    readonly instances: readonly PlannedInstance[];
    readonly dag: LoadedDag;
    readonly shareOf: PoolShare;
  },
): Promise<RunFacts> {
  const { run, instances, dag, shareOf } = input;
  const ledger = createSlotLedger({
    ...(await readLimits(db, [dag], { lock: false })),
    freeSlots: 0,
    shareOf,
  });
  return {
    run,
    instances,
    ...(await readRareFacts(db, run, dag)),
    limits: ledger.limitsOf(run.dagId),
    liveOwners: await readOwnersOf(db, instances, -1),
  };
}

/**
 * Which owners of these attempts are alive. Read after the attempts: an owner takes its lock before its first attempt,
 * so whoever is missing here is dead. (Read before, a scheduler that joined in between would be taken for dead.)
 */
export async function readOwnersOf(
  db: Knex,
  instances: readonly PlannedInstance[],
  self: number,
): Promise<ReadonlySet<number>> {
  const others = instances.some(({ attempt }) => attempt !== null && attempt.owner !== self);
  return new Set([self, ...(others ? await readLiveOwners(db) : [])]);
}
