import { isRetryable, messageOf } from '../../../lib/errors.ts';
import { failpoint } from '../../../lib/failpoint.ts';
import type { Session } from '../../../warehouse/warehouse.ts';
import type { EngineContext } from '../context.ts';
import { applyDelta, statementsAfter, statementsBefore } from '../materialize/apply.ts';
import type { BuildRun } from '../materialize/delta.ts';
import { mustModel, rowInputs } from '../project/laws.ts';
import { afterDdl } from '../warehouse/ddl-ahead.ts';
import type { DdlAhead } from '../warehouse/ddl-ahead.ts';
import { insertRows } from '../warehouse/insert-rows.ts';
import { writeConsumed, writeHeld, writeModelStates, writeStandings } from '../warehouse/state-writes.ts';
import { readPublicationOf } from '../warehouse/state.ts';
import type { HeldMark, ModelState, Publication, RunState } from '../warehouse/state.ts';
import { fingerprintOf } from '../warehouse/fingerprints.ts';
import { moveHead } from './head.ts';
import { heldNoMore } from './held-back.ts';
import type { Kept } from './keep-rows.ts';
import { recordKept } from './record-kept.ts';
import type { RunRequest } from './request.ts';
import { reflectedByAll, standingsAfter } from './reflects.ts';

export interface PublishInput {
  readonly run: BuildRun;
  /** What the run has read and computed from. */
  readonly state: RunState;
  /** Fencing token of the publisher; a smaller one than the head has seen publishes nothing. */
  readonly epoch: bigint;
  /** Models whose inputs this run consumed, changed or not; without those that are held back. */
  readonly considered: readonly string[];
  /** Those of them that were computed by their present definition. */
  readonly computed: readonly string[];
  /** Those of them that were computed whole. */
  readonly rebuilt: ReadonlySet<string>;
  readonly kept: Kept;
  readonly held: ReadonlyMap<string, HeldMark>;
  readonly requestedBy: RunRequest['requestedBy'];
  readonly alongside: RunRequest['alongside'];
}

/**
 * Makes the run's deltas the published version: one transaction that begins with a compare-and-set on the head.
 * When the reply to COMMIT is lost, the head tells whether it happened.
 */
export async function publish(context: EngineContext, input: PublishInput): Promise<Publication> {
  const publication = await afterDdl(context, ddlAhead(input), () => commit(context, input));
  failpoint('publish.after_commit');
  await followUp(context, input.run);
  return publication;
}

/** What changes tables before the transaction; only whoever may publish at this moment may do that. */
function ddlAhead({ run, state, epoch }: PublishInput): DdlAhead {
  const each = [...run.deltas.values()].map((delta) => ({
    name: delta.model.name,
    statements: statementsBefore(run, delta),
  }));
  return {
    statements: each.flatMap(({ statements }) => statements),
    models: each.filter(({ statements }) => statements.length > 0).map(({ name }) => name),
    mustStand: (session) => moveHead(session, state, { version: state.head, epoch }),
  };
}

/**
 * The run's own publication: by the time it is asked for, another may be the newest. Where a statement failed, COMMIT was
 * never sent, and there is nothing to look for.
 */
async function commit(context: EngineContext, input: PublishInput): Promise<Publication> {
  let isWritten = false;
  try {
    return await context.warehouse.transaction(async (session) => {
      isWritten = false;
      const publication = await publishIn(context, session, input);
      isWritten = true;
      return publication;
    });
  } catch (error) {
    const settled = isWritten ? await settledAs(context, input.run.id) : undefined;
    if (settled === undefined) throw error;
    return settled;
  }
}

/** What took the reply to COMMIT away keeps it from being looked at, too: pauses, about a minute in all. */
const lookAgainMs = [1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000];

/** What a run has published, once it can be known; undefined where it has not, or the warehouse stays away. */
async function settledAs(
  { warehouse, clock, logger }: EngineContext,
  run: string,
): Promise<Publication | undefined> {
  for (const pauseMs of [...lookAgainMs, undefined]) {
    try {
      return await readPublicationOf(warehouse, run);
    } catch (error) {
      logger.warn(`whether ${run} is published could not be asked: ${messageOf(error)}`);
      if (!isRetryable(error) || pauseMs === undefined) return undefined;
      await clock.sleep(pauseMs);
    }
  }
  return undefined;
}

/** Grants, and post-hooks that stand outside the transaction; what fails of them cannot take the publication back. */
async function followUp({ warehouse, logger }: EngineContext, run: BuildRun): Promise<void> {
  for (const delta of run.deltas.values()) {
    for (const statement of statementsAfter(run, delta)) {
      await warehouse.execute(statement).catch((error: unknown) => {
        logger.error(`${delta.model.name} is published, but not what follows it: ${messageOf(error)}`, {
          statement,
        });
      });
    }
  }
}

async function publishIn(
  context: EngineContext,
  session: Session,
  input: PublishInput,
): Promise<Publication> {
  const { run, state, epoch } = input;
  await moveHead(session, state, { version: run.version, epoch });
  failpoint('publish.after_cas');
  for (const delta of run.deltas.values()) await applyDelta(session, run, delta);
  failpoint('publish.after_apply');
  const standings = standingsAfter(context.project, state, new Set(input.considered), run.version);
  await writeModelStates(session, statesAfter(context, input));
  await recordInputs(context, session, input);
  await writeStandings(session, standings);
  const cleared = input.considered.filter((name) => state.held.has(name));
  await writeHeld(session, input.held, [...cleared, ...heldNoMore(context.project, state)]);
  await recordKept(context, session, input);
  const reflects = reflectedByAll(context.project, state, standings);
  await session.execute(
    `insert into _meta.publication values (?, ?, cast(? as timestamp), ?, cast(? as timestamp), ?, ?)`,
    [
      run.version,
      run.id,
      context.clock.now().toISOString(),
      reflects.watermark,
      reflects.committedAt,
      reflects.stageStep,
      [...run.deltas.keys()].join(','),
    ],
  );
  if (input.requestedBy !== undefined) {
    await session.execute('insert into _meta.publication_request values (?, ?)', [
      input.requestedBy,
      run.version,
    ]);
  }
  await input.alongside?.(session, new Set(input.held.keys()), run.version);
  failpoint('publish.inside');
  // Read here, so that nothing is left to fail once it is committed.
  const publication = await readPublicationOf(session, run.id);
  if (publication === undefined) throw new Error('a publication was written and cannot be read');
  return publication;
}

function statesAfter(
  context: EngineContext,
  { run, state, computed }: PublishInput,
): Map<string, ModelState> {
  const after = new Map<string, ModelState>();
  for (const name of computed) {
    const delta = run.deltas.get(name);
    const before = state.models.get(name);
    const fingerprint = delta?.fingerprint ?? fingerprintOf(context, name);
    if (delta === undefined && before?.fingerprint === fingerprint) continue;
    const never = { rebuiltAtStep: run.version, changedAtStep: run.version };
    const { rebuiltAtStep, changedAtStep } = before ?? never;
    after.set(name, {
      fingerprint,
      rebuiltAtStep: delta?.kind === 'full' ? run.version : rebuiltAtStep,
      changedAtStep: delta === undefined ? changedAtStep : run.version,
    });
  }
  return after;
}

async function recordInputs(context: EngineContext, session: Session, input: PublishInput): Promise<void> {
  const { run, state } = input;
  const consumed = new Map<string, ReadonlyMap<string, bigint>>();
  const stretches: Array<readonly [string, bigint, string, string, boolean, bigint, bigint]> = [];
  for (const model of input.considered) {
    const inputs = new Map<string, bigint>();
    for (const each of rowInputs(context.project, model)) {
      const isStaged = mustModel(context.project, each).layer === 'staging';
      const to = isStaged ? run.stageStep : run.version;
      const from = state.consumed.get(model)?.get(each) ?? 0n;
      inputs.set(each, to);
      if (from < to) stretches.push([run.id, run.version, model, each, isStaged, from, to]);
    }
    consumed.set(model, inputs);
  }
  await writeConsumed(session, consumed, state.consumed);
  await insertRows(
    session,
    '_meta.run_input',
    ['run_id', 'version', 'model', 'input', 'is_staged', 'from_step', 'to_step'],
    stretches,
  );
}
