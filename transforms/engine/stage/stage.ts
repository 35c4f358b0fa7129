import { failpoint } from '../../../lib/failpoint.ts';
import type { Session } from '../../../warehouse/warehouse.ts';
import type { EngineContext } from '../context.ts';
import { transformErrors } from '../errors.ts';
import { thenDropDeltas } from '../warehouse/drop-deltas.ts';
import { newRunId, whileMarked } from '../warehouse/lease.ts';
import { writeModelStates } from '../warehouse/state-writes.ts';
import { taggedContext } from '../warehouse/query-tag.ts';
import { readModelStates, readStageHead } from '../warehouse/state.ts';
import type { ModelState, StageHead } from '../warehouse/state.ts';
import { applicationOf, applyAround } from './application.ts';
import type { Application } from './application.ts';
import { prepareFitting } from './fitting.ts';
import { advanceWatermark } from './watermark.ts';
import type { Watermark } from './watermark.ts';
import { isOutdated, pendingModels, stagingModels } from './winners.ts';
import type { NewBatches, Prepared } from './winners.ts';

export interface StageResult {
  /** Batches consumed by this call; 0 when nothing new had been loaded. */
  readonly batches: number;
  readonly step: bigint;
  readonly changedRows: number;
  readonly watermark: string;
}

const unstaged = 'from _meta.loaded_batch where batch_id not in (select batch_id from _meta.staged_batch)';

/**
 * Consumes every loaded batch that staging has not: computes the winning rows beside the tables, then applies all
 * models in one transaction that begins with a compare-and-set on the one-row stage head. What is consumed is a set
 * of batches, never a maximum, because batches commit out of order.
 */
export async function stage(untagged: EngineContext): Promise<StageResult> {
  const run = newRunId(untagged.clock.now());
  const context = taggedContext(untagged, { run });
  const { warehouse } = context;
  const head = await readStageHead(warehouse);
  const states = await readModelStates(warehouse);
  const [row] = await warehouse.query(`select count(*) as n ${unstaged}`);
  const isQuiet =
    Number(row?.['n']) === 0 && !stagingModels(context).some((model) => isOutdated(context, states, model));
  if (isQuiet) return { batches: 0, step: head.step, changedRows: 0, watermark: head.watermark };
  return await whileMarked(context, run, undefined, () =>
    thenDropDeltas(context, run, () => stageAs(context, run, head, states)),
  );
}

async function stageAs(
  context: EngineContext,
  run: string,
  head: StageHead,
  states: ReadonlyMap<string, ModelState>,
): Promise<StageResult> {
  const { warehouse } = context;
  const table = `delta.stage_batches__${run}`;
  await warehouse.execute(`create or replace table ${table} as select batch_id, loaded_at ${unstaged}`);
  const [row] = await warehouse.query(`select count(*) as n, min(loaded_at) as since from ${table}`);
  const count = Number(row?.['n']);
  const since = typeof row?.['since'] === 'string' ? row['since'] : undefined;
  const batches: NewBatches = { table, since };
  const pending = await pendingModels(context, states, batches);
  const fitting = await prepareFitting(context, run, batches, pending);
  const prepared = fitting.map((each) => each.prepared);
  const watermark = await nextWatermark(warehouse, head, table);
  const application = applicationOf(run, fitting, head.step + 1n);
  await applyAround(
    context,
    application,
    (session) => moveStageHead(session, head, head.step, standingWatermark(head)),
    () =>
      warehouse.transaction((session) =>
        apply(session, { head, states, batches, prepared, watermark, application }),
      ),
  );
  context.onProgress({ step: 'stage', state: 'finished', done: prepared.length, unit: 'models' });
  const changedRows = prepared.reduce((sum, each) => sum + each.rows, 0);
  const step = head.step + 1n;
  context.logger.info('staged', {
    batches: count,
    changedRows,
    step: Number(step),
    watermark: watermark.position,
  });
  return { batches: count, step, changedRows, watermark: watermark.position };
}

/** One step of staging, computed and ready to be applied. */
interface Step {
  /** The head that it was computed from. */
  readonly head: StageHead;
  readonly states: ReadonlyMap<string, ModelState>;
  readonly batches: NewBatches;
  readonly prepared: readonly Prepared[];
  readonly watermark: Watermark;
  readonly application: Application;
}

async function apply(
  session: Session,
  { head, states, batches, prepared, watermark, application }: Step,
): Promise<void> {
  const step = head.step + 1n;
  await moveStageHead(session, head, step, watermark);
  for (const statement of application.inside) await session.execute(statement);
  await writeModelStates(session, statesAfter(states, prepared, step));
  await session.execute(`insert into _meta.staged_batch select batch_id, ? from ${batches.table}`, [step]);
  failpoint('stage.inside');
}

/** The compare-and-set of staging; to where the head is, it says whether a step would still be the next. */
async function moveStageHead(
  session: Session,
  head: StageHead,
  step: bigint,
  watermark: Watermark,
): Promise<void> {
  const moved = await session.execute(
    'update _meta.stage_head set step = ?, watermark = ?, watermark_at = cast(? as timestamp) where step = ?',
    [step, watermark.position, watermark.committedAt, head.step],
  );
  if (moved === 1) return;
  throw transformErrors.error('TRANSFORM_STAGE_CONFLICT', {
    message: `step ${head.step} is no longer the newest`,
  });
}

function statesAfter(
  before: ReadonlyMap<string, ModelState>,
  prepared: readonly Prepared[],
  step: bigint,
): Map<string, ModelState> {
  return new Map(
    prepared.map(({ model, fingerprint, isRebuild }) => [
      model.name,
      {
        fingerprint,
        rebuiltAtStep: isRebuild ? step : (before.get(model.name)?.rebuiltAtStep ?? 0n),
        changedAtStep: step,
      },
    ]),
  );
}

function standingWatermark({ watermark, watermarkAt }: StageHead): Watermark {
  return { position: watermark, committedAt: watermarkAt };
}

async function nextWatermark(warehouse: Session, head: StageHead, batchTable: string): Promise<Watermark> {
  const rows = await warehouse.query(
    `select from_position, to_position, to_committed_at from _meta.loaded_batch
     where from_position >= ? and (batch_id in (select batch_id from ${batchTable})
       or batch_id in (select batch_id from _meta.staged_batch))`,
    [head.watermark],
  );
  const batches = rows.map((row) => ({
    fromPosition: String(row['from_position']),
    toPosition: String(row['to_position']),
    toCommittedAt: typeof row['to_committed_at'] === 'string' ? row['to_committed_at'] : null,
  }));
  return advanceWatermark(standingWatermark(head), batches);
}
