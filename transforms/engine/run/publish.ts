import { messageOf } from '../../../lib/errors.ts';
import { failpoint } from '../../../lib/failpoint.ts';
import type { Session } from '../../../warehouse/warehouse.ts';
import { uniqueKeyOf } from '../checks/keys.ts';
import type { EngineContext } from '../context.ts';
import { transformErrors } from '../errors.ts';
import { applyDelta, statementsAfter, statementsBefore } from '../materialize/apply.ts';
import type { BuildRun } from '../materialize/delta.ts';
import { mustModel, rowInputs } from '../project/laws.ts';
import { keyingOf } from '../project/model.ts';
import { insertRows, placeholders } from '../warehouse/insert-rows.ts';
import { deltaRelation } from '../warehouse/relations.ts';
import { writeConsumed, writeHeld, writeModelStates, writeStandings } from '../warehouse/state-writes.ts';
import { readPublication } from '../warehouse/state.ts';
import type { HeldMark, ModelState, Publication, RunState } from '../warehouse/state.ts';
import { fingerprintOf } from './fingerprints.ts';
import type { Kept } from './keep-rows.ts';
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
  const { warehouse } = context;
  for (const delta of input.run.deltas.values()) {
    for (const statement of statementsBefore(input.run, delta)) await warehouse.execute(statement);
  }
  try {
    await warehouse.transaction((session) => publishIn(context, session, input));
  } catch (error) {
    const settled = await readPublication(warehouse).catch(() => undefined);
    if (settled?.runId !== input.run.id) throw error;
  }
  failpoint('publish.after_commit');
  await followUp(context, input.run);
  const publication = await readPublication(warehouse);
  if (publication === undefined) throw new Error('a publication was committed and cannot be read');
  return publication;
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

async function publishIn(context: EngineContext, session: Session, input: PublishInput): Promise<void> {
  const { run, state } = input;
  await moveHead(session, input);
  failpoint('publish.after_cas');
  for (const delta of run.deltas.values()) await applyDelta(session, run, delta);
  failpoint('publish.after_apply');
  const standings = standingsAfter(context.project, state, new Set(input.considered), run.version);
  await writeModelStates(session, statesAfter(context, input));
  await recordInputs(context, session, input);
  await writeStandings(session, standings);
  await writeHeld(session, input.held, input.considered);
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
  await input.alongside?.(session, new Set(input.held.keys()));
  failpoint('publish.inside');
}

/** Staging must still be where this run read it, else its watermark would promise less or more than its rows. */
async function moveHead(session: Session, { run, state, epoch }: PublishInput): Promise<void> {
  const moved = await session.execute(
    `update _meta.head set version = ?, epoch = ? where version = ? and epoch <= ?
       and exists (select 1 from _meta.stage_head where step = ?)`,
    [run.version, epoch, state.head, epoch, run.stageStep],
  );
  if (moved === 1) return;
  throw transformErrors.error('TRANSFORM_PUBLISH_CONFLICT', {
    message: `version ${state.head} is no longer the head, a newer publisher was seen, or new batches were staged meanwhile`,
  });
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
  await writeConsumed(session, consumed);
  await insertRows(
    session,
    '_meta.run_input',
    ['run_id', 'version', 'model', 'input', 'is_staged', 'from_step', 'to_step'],
    stretches,
  );
}

/** Rows that stay for a held-back mart are noted with their touch key, so that every later build looks at them again. */
async function recordKept(context: EngineContext, session: Session, input: PublishInput): Promise<void> {
  const { run, state, computed, kept } = input;
  const looked = computed.filter((name) => state.keeping.has(name) || kept.rows.has(name));
  if (looked.length === 0) return;
  await session.execute(`delete from _meta.kept_row where model in (${placeholders(looked)})`, looked);
  for (const name of looked.filter((each) => kept.rows.has(each))) {
    const model = mustModel(context.project, name);
    const touchKey = keyingOf(model)?.touchKey ?? 'null';
    await session.execute(
      `insert into _meta.kept_row (model, row_key, touch_key, version, run_id)
       select ?, cast(${uniqueKeyOf(model)[0]} as varchar), cast(${touchKey} as varchar), ${run.version}, ?
       from ${deltaRelation(model, 'kept', run.id)}`,
      [name, run.id],
    );
  }
}
