import type { KeySlice } from '../compile/restriction.ts';
import { keyingOf } from '../project/model.ts';
import type { Model } from '../project/model.ts';
import { deltaRelation, feedTable, nextRelation, publishedRelation } from '../warehouse/relations.ts';
import { mustMeetConstraints } from './constraints.ts';
import { describeModel, mustKeepContract, mustNotBreakReaders } from './contract.ts';
import { runScope } from './delta.ts';
import type { ModelDelta } from './delta.ts';
import { differingRows, digestOf, rowsByKey } from './difference.ts';
import { mustHaveFitKeys } from './merge-keys.ts';
import { createFromModel, insertFromModel } from './model-statement.ts';
import { mustAllowRebuild } from './schema-change.ts';
import { countRows, describeRelation, isSameShape, relationKind } from './shape.ts';
import type { Column } from './shape.ts';
import { slicesOf } from './slices.ts';
import { renderStatement } from './statement.ts';
import { partOf, rowsDelta } from './work.ts';
import type { Work } from './work.ts';

/**
 * Up to this many rows on both sides together a rebuild is compared with production row by row (about a second); above
 * it only digests are compared, which cost one scan a side and no memory.
 */
const compareBound = 2_000_000;

/** A rebuild that changed no more than this is published as rows, so that its readers need no rebuild either. */
const isSmallChange = (changed: number, rows: number): boolean => changed <= Math.max(10_000, rows / 5);

/** Computes a model whole, beside production. */
export async function computeWhole(work: Work): Promise<ModelDelta> {
  const { context, run, model, plan } = work;
  const published = await describeProduction(work);
  const statement = (slice?: KeySlice): Promise<string> =>
    renderStatement(context.project, model.name, {
      ...runScope(context, run),
      isIncremental: false,
      self: publishedRelation(model),
      slice,
    });
  const sql = await statement();
  const select = published === undefined ? undefined : await describeModel(work, sql);
  await mustKeepContract(work, sql, select);
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
    const rows = inTouchOrder(model, await statement(slice));
    if (done === 0) await createFromModel(context, model, fresh, rows);
    else await insertFromModel(context, model, fresh, rows);
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
  return await describeRelation(work.context.warehouse, publishedRelation(work.model));
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
    const delta = await difference(work, fresh, published);
    if (delta !== undefined) return delta;
  }
  return await replacement(work, fresh, published, fits);
}

async function difference(
  work: Work,
  fresh: string,
  columns: readonly Column[],
): Promise<ModelDelta | undefined> {
  const { context, model } = work;
  const { warehouse } = context;
  const production = publishedRelation(model);
  const rows = await countRows(warehouse, production);
  const match = matchOf(work, columns);
  if (rows + (await countRows(warehouse, fresh)) > compareBound) {
    if ((await digestOf(warehouse, production)) !== (await digestOf(warehouse, fresh))) return undefined;
    await createEmpty(work, ['removed', 'added']);
  } else {
    await writeDifference(work, production, fresh, match);
  }
  const delta = await rowsDelta(work, {
    how: 'rows',
    match,
    columns: undefined,
    before: [],
    isNewFeed: false,
    isTouched: false,
  });
  if (!isSmallChange(delta.removed + delta.added, rows)) return undefined;
  await nameTouched(work);
  return await withCurrent(work, delta, match);
}

/** Readers of a keyed model's rows find its touched keys beside them, however the rows came about. */
async function nameTouched(work: Work): Promise<void> {
  const touchKey = keyingOf(work.model)?.touchKey;
  if (touchKey === undefined) return;
  await work.context.warehouse.execute(
    `create or replace table ${partOf(work, 'touched')} as
     select ${touchKey} as touch_key from ${partOf(work, 'removed')}
     union select ${touchKey} from ${partOf(work, 'added')}`,
  );
}

/**
 * Whether the feed can take the table's rows. Where DDL commits by itself a feed is replaced after its table, and a crash
 * in between leaves it behind: then the table is given whole once more, and its readers are rebuilt.
 */
export async function feedFits({ context, model }: Work, columns: readonly Column[]): Promise<boolean> {
  if (context.warehouse.capabilities.transactionalDdl) return true;
  const feed = await describeRelation(context.warehouse, feedTable(model));
  return feed !== undefined && isSameShape(feed.slice(0, -2), columns);
}

/** What tells rows apart: the unique key, or else all columns. */
function matchOf({ model }: Work, columns: readonly Column[]): readonly string[] {
  const { materialization } = model;
  const key = 'uniqueKey' in materialization ? materialization.uniqueKey : undefined;
  const keys = typeof key === 'string' ? [key] : (key ?? []);
  return keys.length > 0 ? keys : columns.map(({ name }) => name);
}

async function createEmpty(work: Work, parts: readonly ('removed' | 'added')[]): Promise<void> {
  for (const part of parts) {
    await work.context.warehouse.execute(
      `create or replace table ${partOf(work, part)} as select * from ${publishedRelation(work.model)} limit 0`,
    );
  }
}

/** Fills removed and added with all rows, old and new, of the keys on which two relations differ. */
export async function writeDifference(
  work: Work,
  old: string,
  fresh: string,
  match: readonly string[],
): Promise<void> {
  const { warehouse } = work.context;
  const differing = partOf(work, 'differing');
  const sides = [`select * from ${old}`, `select * from ${fresh}`] as const;
  await warehouse.execute(
    `create or replace table ${differing} as ${differingRows(warehouse.capabilities.dialect, ...sides)}`,
  );
  await warehouse.execute(
    `create or replace table ${partOf(work, 'removed')} as ${rowsByKey(old, match, differing, 'among')}`,
  );
  await warehouse.execute(
    `create or replace table ${partOf(work, 'added')} as ${rowsByKey(fresh, match, differing, 'among')}`,
  );
}

/** Makes `current` of production, `removed` and `added`. */
export async function withCurrent(
  work: Work,
  delta: ModelDelta,
  match: readonly string[],
): Promise<ModelDelta> {
  const stay =
    delta.removed === 0
      ? `select * from ${publishedRelation(work.model)}`
      : rowsByKey(publishedRelation(work.model), match, partOf(work, 'removed'), 'not among');
  await work.context.warehouse.execute(
    `create or replace view ${partOf(work, 'current')} as ${stay} union all select * from ${partOf(work, 'added')}`,
  );
  return delta;
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
