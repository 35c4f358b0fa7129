import { failpoint } from '../../../lib/failpoint.ts';
import { withWorkTag } from '../../../lib/work-tag.ts';
import type { Session } from '../../../warehouse/warehouse.ts';
import type { EngineContext } from '../context.ts';
import { withShapes } from '../materialize/standing-shapes.ts';
import { transformErrors } from '../errors.ts';
import { thenDropDeltas } from '../warehouse/drop-deltas.ts';
import { newRunId, whileMarked } from '../warehouse/lease.ts';
import { writeModelStates } from '../warehouse/state-writes.ts';
import { readStageState } from '../warehouse/read-state.ts';
import type { ModelState, StageHead } from '../warehouse/state.ts';
import { standingWatermark, takeBatches } from './batches.ts';
import type { NewBatches } from './batches.ts';
import { pendingModels } from './pending.ts';
import { readQuarantined, takeReplay, writeQuarantine } from './quarantine.ts';
import { ensureRawTables } from './raw-tables.ts';
import { isOutdated, stagingModels } from './staging-models.ts';
import { applicationOf, applyAround } from './application.ts';
import type { Application } from './application.ts';
import { prepareFitting } from './fitting.ts';
import type { Watermark } from './watermark.ts';
import type { Prepared } from './winners.ts';

export interface StageResult {
  /** Batches consumed by this call; 0 when nothing new had been loaded. */
  readonly batches: number;
  readonly step: bigint;
  readonly changedRows: number;
  readonly watermark: string;
  /** Raw rows that this call could not stage and put into quarantine. */
  readonly quarantined: number;
  /** Keys whose newest row stands in quarantine: staging shows the one before. */
  readonly staleKeys: number;
}

/** What a call is to do besides taking new batches. */
export interface StageOptions {
  /** Rows in quarantine to try again, by id; 'all' that stand open. */
  readonly replay?: readonly string[] | 'all';
}

/**
 * Consumes every loaded batch that staging has not: computes the winning rows beside the tables, then applies all
 * models in one transaction that begins with a compare-and-set on the one-row stage head. What is consumed is a set
 * of batches, never a maximum, because batches commit out of order.
 */
export async function stage(context: EngineContext, options: StageOptions = {}): Promise<StageResult> {
  const run = newRunId(context.clock.now());
  return await withWorkTag({ run }, () => stageNamed(context, run, options));
}

async function stageNamed(outside: EngineContext, run: string, options: StageOptions): Promise<StageResult> {
  const context = withShapes(outside);
  const { warehouse } = context;
  const { head, states, unstaged } = await readStageState(warehouse);
  const isQuiet =
    unstaged === 0 &&
    options.replay === undefined &&
    !stagingModels(context).some((model) => isOutdated(context, states, model));
  if (isQuiet) return nothingStaged(head);
  return await whileMarked(context, run, undefined, () =>
    thenDropDeltas(context, run, () => stageAs(context, run, { head, states, options })),
  );
}

function nothingStaged({ step, watermark }: StageHead): StageResult {
  return { batches: 0, step, changedRows: 0, watermark, quarantined: 0, staleKeys: 0 };
}

interface Begun {
  readonly head: StageHead;
  readonly states: ReadonlyMap<string, ModelState>;
  readonly options: StageOptions;
}

async function stageAs(
  context: EngineContext,
  run: string,
  { head, states, options }: Begun,
): Promise<StageResult> {
  const { warehouse } = context;
  if (stagingModels(context).some((model) => isOutdated(context, states, model)))
    await ensureRawTables(context);
  const batches = await takeBatches(context, head, run);
  const replay = options.replay === undefined ? undefined : await takeReplay(context, run, options.replay);
  const pending = await pendingModels(context, states, batches, replay);
  if (batches.count === 0 && pending.length === 0) return nothingStaged(head);
  const fitting = await prepareFitting(context, run, batches, pending);
  const prepared = fitting.map((each) => each.prepared);
  const { watermark } = batches;
  const application = applicationOf(run, fitting, head.step + 1n);
  await applyAround(
    context,
    application,
    (session) => moveStageHead(session, head, head.step, standingWatermark(head)),
    () =>
      warehouse.transaction((session) =>
        apply(context, session, { run, head, states, batches, prepared, watermark, application }),
      ),
  );
  context.onProgress({ step: 'stage', state: 'finished', done: prepared.length, unit: 'models' });
  return await resultOf(context, batches, { head, prepared, watermark });
}

async function resultOf(
  context: EngineContext,
  { count, quarantined: before }: NewBatches,
  { head, prepared, watermark }: Pick<Step, 'head' | 'prepared' | 'watermark'>,
): Promise<StageResult> {
  const changedRows = prepared.reduce((sum, each) => sum + each.rows, 0);
  const quarantined = prepared.reduce((sum, { aside = 0 }) => sum + aside, 0);
  const isAnyAside = quarantined + before > 0;
  const stale = isAnyAside ? await readQuarantined(context) : [];
  const staleKeys = stale.reduce((sum, each) => sum + each.staleKeys, 0);
  const step = head.step + 1n;
  const { position } = watermark;
  const asideToo = isAnyAside ? { quarantined, staleKeys } : {};
  context.logger.info('staged', {
    batches: count,
    changedRows,
    step: Number(step),
    watermark: position,
    ...asideToo,
  });
  return { batches: count, step, changedRows, watermark: position, quarantined, staleKeys };
}

/** One step of staging, computed and ready to be applied. */
interface Step {
  readonly run: string;
  /** The head that it was computed from. */
  readonly head: StageHead;
  readonly states: ReadonlyMap<string, ModelState>;
  readonly batches: NewBatches;
  readonly prepared: readonly Prepared[];
  readonly watermark: Watermark;
  readonly application: Application;
}

async function apply(
  context: EngineContext,
  session: Session,
  { run, head, states, batches, prepared, watermark, application }: Step,
): Promise<void> {
  const step = head.step + 1n;
  await moveStageHead(session, head, step, watermark);
  for (const statement of application.inside) await session.execute(statement);
  await writeModelStates(session, statesAfter(states, prepared, step));
  for (const each of prepared) await writeQuarantine(context, session, run, each, batches.quarantined > 0);
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
  const changed = prepared.filter(({ rows, isRebuild }) => rows > 0 || isRebuild);
  return new Map(
    changed.map(({ model, fingerprint, isRebuild }) => [
      model.name,
      {
        fingerprint,
        rebuiltAtStep: isRebuild ? step : (before.get(model.name)?.rebuiltAtStep ?? 0n),
        changedAtStep: step,
      },
    ]),
  );
}
