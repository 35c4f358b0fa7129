import type { KeySlice } from '../compile/restriction.ts';
import { keyingOf } from '../project/model.ts';
import type { Model } from '../project/model.ts';
import { deltaRelation, nextRelation, publishedRelation } from '../warehouse/relations.ts';
import { compareWhole, feedFits } from './compare.ts';
import { mustMeetConstraints } from './constraints.ts';
import { describeModel, mustKeepContract, mustNotBreakReaders } from './contract.ts';
import { runScope } from './delta.ts';
import type { ModelDelta } from './delta.ts';
import { mustBindMappings } from './mappings.ts';
import { mustHaveFitKeys } from './merge-keys.ts';
import { createFromModel, insertFromModel } from './model-statement.ts';
import { mustPruneByTime, pruneByOf } from './prune-by.ts';
import { mustAllowRebuild } from './schema-change.ts';
import { countRows, isSameShape, relationKind } from './shape.ts';
import type { Column } from './shape.ts';
import { slicesOf } from './slices.ts';
import { describeStanding } from './standing-shapes.ts';
import { renderStatement } from './statement.ts';
import { partOf } from './work.ts';
import type { Work } from './work.ts';

/** Computes a model whole, beside production. */
export async function computeWhole(work: Work): Promise<ModelDelta> {
  const { context, run, model, plan } = work;
  await mustBindMappings(work);
  const published = await describeProduction(work);
  const statement = (slice?: KeySlice): Promise<string> =>
    renderStatement(context.project, model.name, {
      ...runScope(context, run),
      isIncremental: false,
      self: publishedRelation(model),
      slice,
    });
  const sql = await statement();
  const isDescribed = published !== undefined || pruneByOf(model) !== undefined;
  const select = isDescribed ? await describeModel(work, sql) : undefined;
  await mustKeepContract(work, sql, select);
  if (select !== undefined) mustPruneByTime(model, select);
  if (published !== undefined && select !== undefined) {
    mustNotBreakReaders(work, published, select);
    const isAccepted = plan.kind === 'full' && plan.cause === 'refresh';
    if (isGrowing(work) && !isAccepted) mustAllowRebuild(model, published, select);
  }
  const fresh = besideProduction(work);
  await fill(work, fresh, published === undefined, statement);
  await mustHaveFitKeys(work, fresh);
  await mustMeetConstraints(work, fresh);
  return await asDelta(work, fresh, published, select);
}

/**
 * Where the new rows are made. With transactional DDL they stand in the schema of the old ones, and publishing only
 * renames the table; else they are copied.
 */
function besideProduction({ context, run, model }: Work): string {
  return context.warehouse.capabilities.transactionalDdl
    ? nextRelation(model, run.id)
    : deltaRelation(model, 'new', run.id);
}

/** Makes all rows, slice by slice. */
async function fill(
  { context, ...work }: Work,
  fresh: string,
  isFirst: boolean,
  statement: (slice: KeySlice) => Promise<string>,
): Promise<void> {
  const { model } = work;
  // A schema of the model's own is nobody else's to create.
  if (isFirst) await context.warehouse.execute(`create schema if not exists ${model.config.schema}`);
  const slices = await slicesOf({ ...work, context });
  for (const [done, slice] of slices.entries()) {
    const rendered = await statement(slice);
    const rows = inTouchOrder(model, rendered);
    if (done === 0) await createFromModel(context, model, fresh, rows, rendered);
    else await insertFromModel(context, model, fresh, rows, rendered);
    if (slices.length === 1) continue;
    const progress = { done: done + 1, total: slices.length, unit: 'slices', note: `${model.name}, whole` };
    context.onProgress({ step: 'build', state: 'running', ...progress });
  }
}

/** Rows of a touch key lie together, so that later builds read the parts of the table that they touch and no more. */
function inTouchOrder(model: Model, sql: string): string {
  const keying = keyingOf(model);
  return keying === undefined ? sql : `select * from (\n${sql}\n) as whole_model order by ${keying.touchKey}`;
}

/** Incremental models and dimensions keep their table over changes of their definition. */
function isGrowing({ model }: Work): boolean {
  const { kind } = model.materialization;
  return kind === 'incremental' || kind === 'scd2';
}

/** The published table's columns; undefined where there is none yet. */
export async function describeProduction(work: Work): Promise<readonly Column[] | undefined> {
  if (work.plan.kind === 'full' && work.plan.cause === 'first') return undefined;
  return await describeStanding(work.context, publishedRelation(work.model));
}

/** The relation `new` holds all rows: as few rows as possible are published, or else all of them. */
export async function asDelta(
  work: Work,
  fresh: string,
  published: readonly Column[] | undefined,
  select: readonly Column[] | undefined,
): Promise<ModelDelta> {
  const isSame = published !== undefined && select !== undefined && isSameShape(published, select);
  const fits = isSame && (await feedFits(work, published));
  if (fits) {
    const delta = await compareWhole(work, fresh, published);
    if (delta !== undefined) return delta;
  }
  return await replacement(work, fresh, published, fits);
}

async function replacement(
  work: Work,
  fresh: string,
  published: readonly Column[] | undefined,
  isSame: boolean,
): Promise<ModelDelta> {
  const { context, model, fingerprint } = work;
  const { warehouse } = context;
  await warehouse.execute(`create or replace view ${partOf(work, 'current')} as select * from ${fresh}`);
  return {
    model,
    kind: 'full',
    fingerprint,
    removed: 0,
    added: await countRows(warehouse, fresh),
    write: {
      how: 'replace',
      isTransactional: warehouse.capabilities.transactionalDdl,
      fresh,
      existing: published === undefined ? 'none' : isSame ? 'same' : 'other',
      replacesView:
        published !== undefined && (await relationKind(warehouse, publishedRelation(model))) === 'view',
    },
  };
}
