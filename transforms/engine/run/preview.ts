import type { Row } from '../../../warehouse/warehouse.ts';
import type { EngineContext } from '../context.ts';
import { readSamples, sampleSql } from '../diff/classify.ts';
import type { Comparison } from '../diff/classify.ts';
import { changedRelation, changedRows } from '../materialize/delta.ts';
import type { BuildRun, ModelDelta } from '../materialize/delta.ts';
import { describeRelation } from '../materialize/shape.ts';
import { keyingOf } from '../project/model.ts';
import type { Model } from '../project/model.ts';
import { deltaRelation, publishedRelation } from '../warehouse/relations.ts';
import type { ModelPreview } from './request.ts';

/** Changed rows shown per model. */
const sampleRows = 5;

/** What a dry run would change, model by model, with a few rows before and after. */
export async function previewDeltas(context: EngineContext, run: BuildRun): Promise<ModelPreview[]> {
  const previews: ModelPreview[] = [];
  for (const delta of run.deltas.values()) previews.push(await previewOne(context, run, delta));
  return previews;
}

async function previewOne(context: EngineContext, run: BuildRun, delta: ModelDelta): Promise<ModelPreview> {
  const { model, removed, added } = delta;
  return {
    model: model.name,
    removed,
    added,
    keysTouched: await keysTouched(context, run, delta),
    sample: await sampleOf(context, run, delta),
  };
}

async function keysTouched(
  { warehouse }: EngineContext,
  run: BuildRun,
  { model, kind }: ModelDelta,
): Promise<number | null> {
  if (keyingOf(model) === undefined || kind === 'full') return null;
  const [row] = await warehouse.query(`select count(*) as n from ${deltaRelation(model, 'touched', run.id)}`);
  return Number(row?.['n'] ?? 0);
}

async function sampleOf(
  { warehouse }: EngineContext,
  run: BuildRun,
  delta: ModelDelta,
): Promise<ModelPreview['sample']> {
  const sides = sidesOf(run, delta);
  if (sides === undefined) return [];
  const isOwn = ({ name }: { readonly name: string }): boolean => name !== '_image';
  const after = ((await describeRelation(warehouse, sides.after.relation)) ?? []).filter(isOwn);
  const before = await describeRelation(warehouse, (sides.before ?? sides.after).relation);
  const types = new Map(before?.map(({ name, type }) => [name, type]));
  const shared = after.filter(({ name }) => types.has(name));
  const names = shared.map(({ name }) => name);
  const wanted = keysOf(delta.model);
  const isKeyed = wanted.length > 0 && wanted.every((key) => names.includes(key));
  const keys = isKeyed ? wanted : names;
  if (keys.length === 0) return [];
  const comparison: Comparison = {
    // What was never there is an empty relation of the same columns.
    before: sides.before?.rows ?? `(select * from ${sides.after.rows} where 1 = 0) as none`,
    after: sides.after.rows,
    keys,
    columns: shared
      .filter(({ name }) => !keys.includes(name))
      .map(({ name, type }) => ({ name, asText: types.get(name) !== type })),
    isNumbered: !isKeyed,
  };
  const rows = await warehouse.query(sampleSql(comparison, sampleRows));
  return readSamples(comparison, rows).map((sample, index) => {
    const values = textsOf(keys, rows[index] ?? {});
    if (isKeyed) return { ...sample, key: values };
    return { key: {}, before: sample.before && values, after: sample.after && values };
  });
}

/** Rows, and the relation whose columns they have. */
interface Side {
  readonly rows: string;
  readonly relation: string;
}

type Sides = { readonly before: Side | undefined; readonly after: Side };

function side(run: BuildRun, model: Model, part: 'removed' | 'added'): Side {
  return { rows: `${changedRows(run, model, part)} as ${part}`, relation: changedRelation(run, model, part) };
}

function plain(relation: string): Side {
  return { rows: relation, relation };
}

/** The relations that hold the rows before and after; undefined for a view, which holds none. */
function sidesOf(run: BuildRun, { model, kind, write }: ModelDelta): Sides | undefined {
  if (write?.how === 'view') return undefined;
  if (write?.how !== 'replace' && kind === 'incremental')
    return { before: side(run, model, 'removed'), after: side(run, model, 'added') };
  const isThere = write?.how === 'replace' && write.existing !== 'none';
  const fresh = write?.how === 'replace' ? write.fresh : undefined;
  const after = plain(fresh ?? deltaRelation(model, 'new', run.id));
  return { before: isThere ? plain(publishedRelation(model)) : undefined, after };
}

/** Touch key first: it is what a backfill by key and people go by, the unique key may be a hash. */
function keysOf(model: Model): readonly string[] {
  const { materialization } = model;
  const unique = 'uniqueKey' in materialization ? materialization.uniqueKey : undefined;
  const keys = [keyingOf(model)?.touchKey ?? [], keyingOf(model)?.uniqueKey ?? unique ?? []].flat();
  return [...new Set(keys)];
}

function textsOf(keys: readonly string[], row: Row): Record<string, string | null> {
  return Object.fromEntries(
    keys.map((name, index) => {
      const value = row[`key_${index}`] ?? null;
      return [name, value === null ? null : String(value)];
    }),
  );
}
