import { failpoint } from '../../../lib/failpoint.ts';
import type { Session } from '../../../warehouse/warehouse.ts';
import { fingerprint, renderModel } from '../compile/compile.ts';
import type { EngineContext } from '../context.ts';
import { transformErrors } from '../errors.ts';
import type { Model } from '../project/model.ts';
import { createFromModel } from '../materialize/model-statement.ts';
import {
  deltaRelation,
  feedTable,
  logColumns,
  publishedRelation,
  rawTable,
  stateTable,
} from '../warehouse/relations.ts';
import { readModelStates, readStageHead, writeModelState } from '../warehouse/state.ts';
import type { StageHead } from '../warehouse/state.ts';
import { advanceWatermark } from './watermark.ts';
import type { Watermark } from './watermark.ts';

export interface StageResult {
  /** Batches consumed by this call; 0 when nothing new had been loaded. */
  readonly batches: number;
  readonly step: bigint;
  readonly changedRows: number;
  readonly watermark: string;
}

/** One staging model with its winners computed: the rows that replace or join what is there. */
interface Prepared {
  readonly model: Model;
  readonly isRebuild: boolean;
  readonly rows: number;
  readonly fingerprint: string;
}

/**
 * Consumes every loaded batch that staging has not: computes the winning rows beside the tables, then applies all
 * models in one transaction that begins with a compare-and-set on the one-row stage head. What is consumed is a set
 * of batches, never a maximum, because batches commit out of order.
 */
export async function stage(context: EngineContext, run: string): Promise<StageResult> {
  const { warehouse } = context;
  const head = await readStageHead(warehouse);
  const batchTable = `delta.stage_batches__${run}`;
  await warehouse.execute(
    `create or replace table ${batchTable} as
     select batch_id from _meta.loaded_batch where batch_id not in (select batch_id from _meta.staged_batch)`,
  );
  const batches = await count(warehouse, batchTable);
  const prepared = await prepareModels(context, run, batchTable, batches);
  if (batches === 0 && prepared.length === 0) {
    await warehouse.execute(`drop table ${batchTable}`);
    return { batches, step: head.step, changedRows: 0, watermark: head.watermark };
  }
  const watermark = await nextWatermark(warehouse, head, batchTable);
  await warehouse.transaction((session) => apply(session, head, run, batchTable, prepared, watermark));
  await dropAll(context, run, prepared, batchTable);
  context.onProgress({ step: 'stage', state: 'finished', done: prepared.length, unit: 'models' });
  const changedRows = prepared.reduce((sum, each) => sum + each.rows, 0);
  context.logger.info('staged', {
    batches,
    changedRows,
    step: Number(head.step + 1n),
    watermark: watermark.position,
  });
  return { batches, step: head.step + 1n, changedRows, watermark: watermark.position };
}

async function prepareModels(
  context: EngineContext,
  run: string,
  batchTable: string,
  batches: number,
): Promise<Prepared[]> {
  const { project, warehouse } = context;
  const states = await readModelStates(warehouse);
  const models = [...project.models.values()].filter((model) => model.layer === 'staging');
  const prepared: Prepared[] = [];
  for (const [done, model] of models.entries()) {
    const current = fingerprint(project, model.name, warehouse.capabilities.dialect);
    const isRebuild = states.get(model.name)?.fingerprint !== current;
    if (!isRebuild && batches === 0) continue;
    await mustSupportChanges(warehouse, model, batchTable);
    context.onProgress({
      step: 'stage',
      state: 'running',
      done,
      total: models.length,
      unit: 'models',
      note: model.name,
    });
    const rows = await createWinners(context, model, run, batchTable, isRebuild);
    if (rows > 0 || isRebuild) prepared.push({ model, isRebuild, rows, fingerprint: current });
    else await warehouse.execute(`drop table ${deltaRelation(model, 'winners', run)}`);
  }
  return prepared;
}

async function mustSupportChanges(warehouse: Session, model: Model, batchTable: string): Promise<void> {
  const [row] = await warehouse.query(
    `select count(*) as n from ${rawTable(model.sources[0] ?? '')}
     where _batch_id in (select batch_id from ${batchTable}) and (_op = 't' or _unchanged is not null)`,
  );
  if (Number(row?.['n']) === 0) return;
  throw transformErrors.error('TRANSFORM_UNSUPPORTED_CHANGE', {
    message: `${model.sources[0]} holds ${String(row?.['n'])} truncate(s) or row(s) with unchanged out-of-line values`,
    where: model.file,
  });
}

async function createWinners(
  context: EngineContext,
  model: Model,
  run: string,
  batchTable: string,
  isRebuild: boolean,
): Promise<number> {
  const { project, warehouse } = context;
  const batchFilter = isRebuild
    ? `_batch_id in (select batch_id from ${batchTable} union all select batch_id from _meta.staged_batch)`
    : `_batch_id in (select batch_id from ${batchTable})`;
  const select = await renderModel(project, model.name, {
    dialect: warehouse.capabilities.dialect,
    relation: (name) => name,
    source: (source) => `(select * from ${rawTable(source)} where ${batchFilter})`,
  });
  const target = deltaRelation(model, 'winners', run);
  await createFromModel(context, model, target, winnersSql(model, select, isRebuild));
  return await count(warehouse, target);
}

/**
 * latest: per key the row with the highest (position, ordinal), if it beats the one already there; arrival order does
 * not matter and the same event twice changes nothing. history: every (key, position, ordinal) not there yet.
 */
function winnersSql(model: Model, select: string, isRebuild: boolean): string {
  const { materialization } = model;
  if (materialization.kind !== 'latest' && materialization.kind !== 'history') {
    throw transformErrors.error('TRANSFORM_LAYER_VIOLATION', {
      message: `staging model ${model.name} must be materialized as latest or history`,
      where: model.file,
    });
  }
  const key = materialization.uniqueKey;
  const isHistory = materialization.kind === 'history';
  const partition = isHistory ? `${key}, _position, _ordinal` : key;
  const ranked = `select *, row_number() over (partition by ${partition} order by _position desc, _ordinal desc) as _rank
    from (${select}) as incoming`;
  if (isRebuild) return `select * exclude (_rank) from (${ranked}) as ranked where _rank = 1`;
  const beats = isHistory
    ? `s.${key} = i.${key} and s._position = i._position and s._ordinal = i._ordinal`
    : `s.${key} = i.${key} and (s._position > i._position or (s._position = i._position and s._ordinal >= i._ordinal))`;
  return `select i.* exclude (_rank) from (${ranked}) as i
    where i._rank = 1 and not exists (select 1 from ${stateTable(model)} as s where ${beats})`;
}

async function apply(
  session: Session,
  head: StageHead,
  run: string,
  batchTable: string,
  prepared: readonly Prepared[],
  watermark: Watermark,
): Promise<void> {
  const step = head.step + 1n;
  const moved = await session.execute(
    'update _meta.stage_head set step = ?, watermark = ?, watermark_at = cast(? as timestamp) where step = ?',
    [step, watermark.position, watermark.committedAt, head.step],
  );
  if (moved !== 1) {
    throw transformErrors.error('TRANSFORM_STAGE_CONFLICT', {
      message: `step ${head.step} is no longer the newest`,
    });
  }
  for (const each of prepared) {
    const winners = deltaRelation(each.model, 'winners', run);
    if (each.isRebuild) await replaceTable(session, each.model, winners);
    else await mergeWinners(session, each.model, winners, step);
    await writeModelState(session, {
      model: each.model.name,
      fingerprint: each.fingerprint,
      isRebuild: each.isRebuild,
      step,
    });
  }
  await session.execute(`insert into _meta.staged_batch select batch_id, ? from ${batchTable}`, [step]);
  failpoint('stage.inside');
}

async function replaceTable(session: Session, model: Model, winners: string): Promise<void> {
  await session.execute(`create or replace table ${stateTable(model)} as select * from ${winners}`);
  await session.execute(
    `create or replace table ${feedTable(model)} as
     select *, cast(0 as bigint) as _step, cast('' as varchar) as _image from ${winners} limit 0`,
  );
  if (model.materialization.kind !== 'latest') return;
  await session.execute(
    `create or replace view ${publishedRelation(model)} as
     select * exclude (${logColumns.join(', ')}) from ${stateTable(model)} where _op <> 'd'`,
  );
}

async function mergeWinners(session: Session, model: Model, winners: string, step: bigint): Promise<void> {
  const state = stateTable(model);
  const feed = feedTable(model);
  if (model.materialization.kind === 'latest') {
    const key = model.materialization.uniqueKey;
    const isReplaced = `${key} in (select ${key} from ${winners})`;
    await session.execute(
      `insert into ${feed} select *, ${step}, 'before' from ${state} where _op <> 'd' and ${isReplaced}`,
    );
    await session.execute(`delete from ${state} where ${isReplaced}`);
    await session.execute(`insert into ${feed} select *, ${step}, 'after' from ${winners} where _op <> 'd'`);
  } else {
    await session.execute(`insert into ${feed} select *, ${step}, 'after' from ${winners}`);
  }
  await session.execute(`insert into ${state} select * from ${winners}`);
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
  return advanceWatermark({ position: head.watermark, committedAt: head.watermarkAt }, batches);
}

async function dropAll(
  context: EngineContext,
  run: string,
  prepared: readonly Prepared[],
  batchTable: string,
): Promise<void> {
  for (const { model } of prepared) {
    await context.warehouse.execute(`drop table if exists ${deltaRelation(model, 'winners', run)}`);
  }
  await context.warehouse.execute(`drop table if exists ${batchTable}`);
}

async function count(session: Session, relation: string): Promise<number> {
  const [row] = await session.query(`select count(*) as n from ${relation}`);
  return Number(row?.['n'] ?? 0);
}
