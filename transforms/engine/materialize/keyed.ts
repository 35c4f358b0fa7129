import { withinBounds } from '../compile/restriction.ts';
import { transformErrors } from '../errors.ts';
import type { Keying } from '../project/model.ts';
import { deltaRelation, publishedRelation } from '../warehouse/relations.ts';
import { feedFits } from './compare.ts';
import { mustMeetConstraints } from './constraints.ts';
import { mustKeepContract, mustNotBreakReaders } from './contract.ts';
import { imageOf, runScope } from './delta.ts';
import type { ModelDelta } from './delta.ts';
import { exceptAll, rowsWithoutKeys } from './difference.ts';
import { createFromModel } from './model-statement.ts';
import { mustPruneByTime, pruneByOf } from './prune-by.ts';
import { reshaped } from './reshape.ts';
import { inTableShape, resolveSchemaChange } from './schema-change.ts';
import { describeBesides, describeRelation, isSameShape } from './shape.ts';
import type { Column } from './shape.ts';
import { describeStanding } from './standing-shapes.ts';
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
  // Mappings may look at the table, so it must be there first.
  const table = await describeStanding(context, publishedRelation(model));
  if (table === undefined) return undefined;
  const bounds = await findTouched(
    work,
    table.find(({ name }) => name === keying.touchKey),
  );
  if (bounds === 'none') return { model, kind: 'incremental', fingerprint, removed: 0, added: 0 };
  const { select, untouched } = await selectTouched(work, keying, bounds);
  mustNotBreakReaders(work, table, select);
  mustPruneByTime(model, select);
  const change = resolveSchemaChange(model, table, select);
  mustBeTouched(work, keying.touchKey, untouched ?? (await readUntouched(work, keying.touchKey)));
  const old = oldRows(work, keying, bounds);
  // The definition may have been edited without a rebuild: rows are compared and inserted by position.
  const fresh = isSameShape(table, select)
    ? `select * from ${partOf(work, 'select')}`
    : inTableShape(change, partOf(work, 'select'), select);
  const isReshaped = change.isChanged || !(await feedFits(work, table));
  if (!isReshaped) await differingTouched(work, old, fresh);
  else {
    for (const [part, sql] of [
      ['removed', old],
      ['added', fresh],
    ] as const)
      await context.warehouse.execute(`create or replace table ${partOf(work, part)} as ${sql}`);
  }
  await mustMeetConstraints(work, partOf(work, 'added'));
  if (isReshaped) return await reshaped(work, change, table, () => [keying.touchKey]);
  const delta = await rowsDelta(work, undefined, pruneByOf(model));
  // Of a model without a delta all read what is published.
  if (delta.removed + delta.added > 0) await showCurrent(work, keying.uniqueKey);
  return delta;
}

/** Rows of keys that were not touched, and one of those keys. */
interface Untouched {
  readonly count: number;
  readonly text: string;
}

/**
 * Makes the relation `select` of the model's rows of the touched keys; resolves to its columns, as its contract has them,
 * and to what it has of other keys, where that can be told: a table without its touch key is told by its columns.
 */
async function selectTouched(
  work: Work,
  { touchKey }: OneKeying,
  bounds: Bounds,
): Promise<{ readonly select: readonly Column[]; readonly untouched: Untouched | undefined }> {
  const { context, run, model } = work;
  const [touched, relation] = [partOf(work, 'touched'), partOf(work, 'select')];
  const scope = { ...runScope(context, run), touched, touchedBounds: bounds };
  const sql = await renderStatement(context.project, model.name, scope);
  await createFromModel(context, model, relation, sql);
  const described = await describeBesides(context.warehouse, relation, untouchedRows(work, touchKey));
  const select = described?.columns ?? (await describeRelation(context.warehouse, relation)) ?? [];
  await mustKeepContract(work, sql, select);
  return { select, untouched: described };
}

/** Production's rows of the touched keys. */
function oldRows(work: Work, { touchKey }: OneKeying, bounds: Bounds): string {
  const within = bounds === undefined ? '' : ` and ${withinBounds(touchKey, bounds)}`;
  return `select * from ${publishedRelation(work.model)}
    where ${touchKey} in (select touch_key from ${partOf(work, 'touched')})${within}`;
}

/**
 * Fills `differing` with the rows that differ, removed and added ones. Production's are read once: it may be large, and
 * both differences need them.
 */
async function differingTouched({ context, run, model }: Work, old: string, fresh: string): Promise<void> {
  const { warehouse } = context;
  const { dialect } = warehouse.capabilities;
  const oldRows = 'select * from old_rows';
  await warehouse.execute(
    `create or replace table ${deltaRelation(model, 'differing', run.id)} as
     with old_rows as (${old})
     select *, '${imageOf.removed}' as _image from (${exceptAll(dialect, oldRows, fresh)}) as gone
     union all
     select *, '${imageOf.added}' as _image from (${exceptAll(dialect, fresh, oldRows)}) as come`,
  );
  run.together.add(model.name);
}

async function showCurrent(work: Work, key: string): Promise<void> {
  const { warehouse } = work.context;
  const { dialect } = warehouse.capabilities;
  const stay = rowsWithoutKeys(dialect, publishedRelation(work.model), key, partOf(work, 'removed'));
  await warehouse.execute(
    `create or replace view ${partOf(work, 'current')} as ${stay} union all select * from ${partOf(work, 'added')}`,
  );
}

function untouchedRows(work: Work, touchKey: string): string {
  return `select count(*) as n, cast(min(${touchKey}) as varchar) as text from ${partOf(work, 'select')}
    where ${touchKey} is null or ${touchKey} not in (select touch_key from ${partOf(work, 'touched')})`;
}

async function readUntouched(work: Work, touchKey: string): Promise<Untouched> {
  const [row] = await work.context.warehouse.query(untouchedRows(work, touchKey));
  return { count: Number(row?.['n']), text: String(row?.['text']) };
}

/**
 * A row of a key that was not touched would be added beside its own: a join of the model brings rows in that touched()
 * does not restrict.
 */
function mustBeTouched({ model }: Work, touchKey: string, { count, text }: Untouched): void {
  if (count === 0) return;
  throw transformErrors.error('TRANSFORM_NOT_KEYED', {
    message: `${model.name} computes ${count} row(s) of keys that were not touched, such as ${touchKey} = ${text}`,
    where: `${model.file}:1:1`,
  });
}
