import { failpoint } from '../../../lib/failpoint.ts';
import type { Session } from '../../../warehouse/warehouse.ts';
import { mustModel, storedInputs } from '../project/laws.ts';
import { keyingOf } from '../project/model.ts';
import type { EngineContext } from '../context.ts';
import type { BuildRun, ModelDelta } from '../materialize/delta.ts';
import { transformErrors } from '../errors.ts';
import { deltaRelation, feedTable, publishedRelation } from '../warehouse/relations.ts';
import { readPublication, writeModelState } from '../warehouse/state.ts';
import type { Publication } from '../warehouse/state.ts';

/** A position in the source's log and the staging step that goes with it. */
export interface Reflected {
  readonly watermark: string;
  readonly committedAt: string | null;
  readonly stageStep: bigint;
}

export interface PublishInput {
  readonly run: BuildRun;
  readonly head: bigint;
  /** What the whole of the marts reflects once this is published. */
  readonly reflects: Reflected;
  /** Fencing token of the publisher; a smaller one than the head has seen publishes nothing. */
  readonly epoch: bigint;
  /** Marts whose inputs this run consumed, changed or not. */
  readonly considered: readonly string[];
}

/**
 * Makes the run's deltas the published version: one transaction that begins with a compare-and-set on the head.
 * When the reply to COMMIT is lost, the head tells whether it happened.
 */
export async function publish(context: EngineContext, input: PublishInput): Promise<Publication> {
  const { warehouse } = context;
  try {
    await warehouse.transaction((session) => publishIn(context, session, input));
  } catch (error) {
    const settled = await readPublication(warehouse).catch(() => undefined);
    if (settled?.runId !== input.run.id) throw error;
  }
  failpoint('publish.after_commit');
  const publication = await readPublication(warehouse);
  if (publication === undefined) throw new Error('a publication was committed and cannot be read');
  return publication;
}

async function publishIn(context: EngineContext, session: Session, input: PublishInput): Promise<void> {
  const { run, reflects } = input;
  const moved = await session.execute(
    'update _meta.head set version = ?, epoch = ? where version = ? and epoch <= ?',
    [run.version, input.epoch, input.head, input.epoch],
  );
  if (moved !== 1)
    throw conflict(`version ${input.head} is no longer the head, or a newer publisher was seen`);
  // Staging must still be where this run read it, else its watermark would promise less or more than its rows.
  const staged = await session.query('select step from _meta.stage_head');
  if (BigInt(String(staged[0]?.['step'])) !== run.stageStep)
    throw conflict('new batches were staged during the build');
  for (const delta of run.deltas.values()) await applyDelta(session, run, delta);
  for (const model of input.considered) await recordInputs(context, session, run, model);
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
  failpoint('publish.inside');
}

function conflict(message: string): Error {
  return transformErrors.error('TRANSFORM_PUBLISH_CONFLICT', { message });
}

async function applyDelta(session: Session, run: BuildRun, delta: ModelDelta): Promise<void> {
  const { model } = delta;
  const target = publishedRelation(model);
  if (delta.kind === 'full') {
    const fresh = deltaRelation(model, 'new', run.id);
    await session.execute(`create or replace table ${target} as select * from ${fresh}`);
    await session.execute(
      `create or replace table ${feedTable(model)} as
       select *, cast(0 as bigint) as _step, cast('' as varchar) as _image from ${fresh} limit 0`,
    );
  } else {
    await applyRows(session, run, delta, target);
  }
  await writeModelState(session, {
    model: model.name,
    fingerprint: delta.fingerprint,
    isRebuild: delta.kind === 'full',
    step: run.version,
  });
}

async function applyRows(session: Session, run: BuildRun, delta: ModelDelta, target: string): Promise<void> {
  const { model } = delta;
  const { materialization } = model;
  const keying = keyingOf(model);
  if (keying === undefined) return;
  const { uniqueKey } = keying;
  const pruneBy = 'pruneBy' in materialization ? materialization.pruneBy : undefined;
  const removed = deltaRelation(model, 'removed', run.id);
  const added = deltaRelation(model, 'added', run.id);
  const bounds = pruneBy === undefined ? '' : await dateBounds(session, removed, pruneBy);
  if (delta.removed > 0) {
    await session.execute(
      `delete from ${target} where ${uniqueKey} in (select ${uniqueKey} from ${removed})${bounds}`,
    );
  }
  await session.execute(`insert into ${target} select * from ${added}`);
  await session.execute(`insert into ${feedTable(model)} select *, ${run.version}, 'before' from ${removed}`);
  await session.execute(`insert into ${feedTable(model)} select *, ${run.version}, 'after' from ${added}`);
}

/** Literal bounds on the removed rows' dates, so that the delete reads only their partitions. */
async function dateBounds(session: Session, removed: string, column: string): Promise<string> {
  const [row] = await session.query(
    `select min(${column}) as low, max(${column}) as high, count(*) - count(${column}) as nulls from ${removed}`,
  );
  const { low, high, nulls } = row ?? {};
  if (typeof low !== 'string' || typeof high !== 'string' || Number(nulls) > 0) return '';
  return ` and ${column} between date '${low}' and date '${high}'`;
}

async function recordInputs(
  context: EngineContext,
  session: Session,
  run: BuildRun,
  model: string,
): Promise<void> {
  await session.execute('delete from _meta.model_input where model = ?', [model]);
  for (const input of storedInputs(context.project, model)) {
    const step = mustModel(context.project, input).layer === 'staging' ? run.stageStep : run.version;
    await session.execute('insert into _meta.model_input values (?, ?, ?)', [model, input, step]);
  }
}
