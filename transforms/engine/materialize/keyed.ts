import { transformErrors } from '../errors.ts';
import type { Keying } from '../project/model.ts';
import { publishedRelation } from '../warehouse/relations.ts';
import { feedFits } from './compare.ts';
import { mustMeetConstraints } from './constraints.ts';
import { mustKeepContract, mustNotBreakReaders } from './contract.ts';
import { runScope } from './delta.ts';
import type { ModelDelta } from './delta.ts';
import { exceptAll } from './difference.ts';
import { createFromModel } from './model-statement.ts';
import { mustPruneByTime } from './prune-by.ts';
import { reshaped } from './reshape.ts';
import { inTableShape, resolveSchemaChange } from './schema-change.ts';
import { describeRelation, isSameShape } from './shape.ts';
import type { Column } from './shape.ts';
import { renderStatement } from './statement.ts';
import { findTouched } from './touched.ts';
import type { Bounds } from './touched.ts';
import { partOf, rowsDelta } from './work.ts';
import type { Work } from './work.ts';

type OneKeying = Keying & { readonly uniqueKey: string };

/**
 * Computes a model for the keys its changed inputs touch, then keeps only the rows that really differ from
 * production: `removed` and `added`. A key touched without effect costs nothing downstream. Undefined where the table
 * is not there yet.
 */
export async function computeTouched(work: Work, keying: OneKeying): Promise<ModelDelta | undefined> {
  const { context, model, fingerprint } = work;
  const bounds = await findTouched(work);
  if (bounds === 'none') return { model, kind: 'incremental', fingerprint, removed: 0, added: 0 };
  const table = await describeRelation(context.warehouse, publishedRelation(model));
  if (table === undefined) return undefined;
  const select = await selectTouched(work, bounds);
  mustNotBreakReaders(work, table, select);
  mustPruneByTime(model, select);
  const change = resolveSchemaChange(model, table, select);
  await mustBeTouched(work, keying.touchKey);
  const old = oldRows(work, keying, bounds);
  // The definition may have been edited without a rebuild: rows are compared and inserted by position.
  const fresh = isSameShape(table, select)
    ? `select * from ${partOf(work, 'select')}`
    : inTableShape(change, partOf(work, 'select'), select);
  const isReshaped = change.isChanged || !(await feedFits(work, table));
  if (isReshaped) await writeParts(work, { removed: old, added: fresh });
  else await differingTouched(work, old, fresh);
  await mustMeetConstraints(work, partOf(work, 'added'));
  if (isReshaped) return await reshaped(work, change, table, () => [keying.touchKey]);
  await showCurrent(work, keying.uniqueKey);
  return await rowsDelta(work, undefined);
}

/** Makes the relation `select` of the model's rows of the touched keys; resolves to its columns, as its contract has them. */
async function selectTouched(work: Work, bounds: Bounds): Promise<readonly Column[]> {
  const { context, run, model } = work;
  const [touched, relation] = [partOf(work, 'touched'), partOf(work, 'select')];
  const scope = { ...runScope(context, run), touched, touchedBounds: bounds };
  const sql = await renderStatement(context.project, model.name, scope);
  await createFromModel(context, model, relation, sql);
  const select = (await describeRelation(context.warehouse, relation)) ?? [];
  await mustKeepContract(work, sql, select);
  return select;
}

/** Production's rows of the touched keys. */
function oldRows(work: Work, { touchKey }: OneKeying, bounds: Bounds): string {
  const within = bounds === undefined ? '' : ` and ${touchKey} between ${bounds.low} and ${bounds.high}`;
  return `select * from ${publishedRelation(work.model)}
    where ${touchKey} in (select touch_key from ${partOf(work, 'touched')})${within}`;
}

/** Fills removed and added with the rows that differ. */
async function differingTouched(work: Work, oldSql: string, fresh: string): Promise<void> {
  const { dialect } = work.context.warehouse.capabilities;
  const old = `select * from ${partOf(work, 'old')}`;
  await writeParts(work, {
    // Read once: production may be large, and both differences need these rows.
    old: oldSql,
    removed: exceptAll(dialect, old, fresh),
    added: exceptAll(dialect, fresh, old),
  });
}

async function writeParts(
  work: Work,
  parts: Readonly<Partial<Record<'old' | 'removed' | 'added', string>>>,
): Promise<void> {
  for (const part of ['old', 'removed', 'added'] as const) {
    const sql = parts[part];
    if (sql !== undefined)
      await work.context.warehouse.execute(`create or replace table ${partOf(work, part)} as ${sql}`);
  }
}

async function showCurrent(work: Work, key: string): Promise<void> {
  await work.context.warehouse.execute(
    `create or replace view ${partOf(work, 'current')} as
     select * from ${publishedRelation(work.model)} as p where not exists (select 1 from ${partOf(work, 'removed')} as r where r.${key} = p.${key})
     union all select * from ${partOf(work, 'added')}`,
  );
}

/**
 * A row of a key that was not touched would be added beside its own: a join of the model brings rows in that touched()
 * does not restrict.
 */
async function mustBeTouched(work: Work, touchKey: string): Promise<void> {
  const { context, model } = work;
  const [row] = await context.warehouse.query(
    `select count(*) as n, min(${touchKey}) as example from ${partOf(work, 'select')}
     where ${touchKey} is null or ${touchKey} not in (select touch_key from ${partOf(work, 'touched')})`,
  );
  if (Number(row?.['n']) === 0) return;
  throw transformErrors.error('TRANSFORM_NOT_KEYED', {
    message: `${model.name} computes ${String(row?.['n'])} row(s) of keys that were not touched, such as ${touchKey} = ${String(row?.['example'])}`,
    where: `${model.file}:1:1`,
  });
}
