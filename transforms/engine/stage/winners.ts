import { createFromModel } from '../materialize/model-statement.ts';
import { fingerprintOf } from '../warehouse/fingerprints.ts';
import { renderModel } from '../compile/compile.ts';
import type { EngineContext } from '../context.ts';
import { transformErrors } from '../errors.ts';
import { isNew } from '../new-raw-rows.ts';
import type { Model } from '../project/model.ts';
import { deltaRelation, rawTable, stateTable } from '../warehouse/relations.ts';
import { toBigint } from '../warehouse/state.ts';
import type { ModelState } from '../warehouse/state.ts';
import { namingBadValue } from './bad-value.ts';
import { stageErrors } from './errors.ts';

/** One staging model with its winners computed: the rows that replace or join what is there. */
export interface Prepared {
  readonly model: Model;
  readonly isRebuild: boolean;
  readonly rows: number;
  readonly fingerprint: string;
}

/** A staging model that has something to do. */
export interface Pending {
  readonly model: Model;
  readonly isRebuild: boolean;
}

/** The batches of one call, in a table of its own so that all statements see the same set. */
export interface NewBatches {
  readonly table: string;
  /** When the oldest of them was loaded; undefined where there are none. */
  readonly since: string | undefined;
}

export function stagingModels({ project }: EngineContext): Model[] {
  return [...project.models.values()].filter((model) => model.layer === 'staging');
}

export function isOutdated(
  context: EngineContext,
  states: ReadonlyMap<string, ModelState>,
  model: Model,
): boolean {
  return states.get(model.name)?.fingerprint !== fingerprintOf(context, model.name);
}

/** Models whose source has rows in the new batches, and those to be rebuilt: one statement for all of them. */
export async function pendingModels(
  context: EngineContext,
  states: ReadonlyMap<string, ModelState>,
  batches: NewBatches,
): Promise<Pending[]> {
  const models = stagingModels(context);
  const counts = models.map(
    (model, index) =>
      `select ${index} as place, count(*) as n, count(case when _op = 't' or _unchanged is not null then 1 end) as refused
       from ${rawTable(model.sources[0] ?? '')} where ${isNew(batches)}`,
  );
  const rows = counts.length === 0 ? [] : await context.warehouse.query(counts.join('\nunion all\n'));
  const pending: Pending[] = [];
  for (const row of rows.toSorted((left, right) => Number(left['place']) - Number(right['place']))) {
    const model = models[Number(row['place'])];
    if (model === undefined) continue;
    mustSupportChanges(model, Number(row['refused']));
    const isRebuild = isOutdated(context, states, model);
    if (isRebuild || Number(row['n']) > 0) pending.push({ model, isRebuild });
  }
  for (const { model, isRebuild } of pending) {
    if (isRebuild && states.has(model.name)) await mustHaveAllRaw(context, model);
  }
  return pending;
}

/** Raw tables keep the newest months only; a table made anew from them would forget everything before. */
export async function mustHaveAllRaw({ warehouse }: EngineContext, model: Model): Promise<void> {
  const [source = '', table = ''] = (model.sources[0] ?? '').split('.');
  const staged = 'select batch_id from _meta.staged_batch';
  const [row] = await warehouse.query(
    `select
       (select coalesce(sum(row_count), 0) from _meta.load_ledger
        where source = ? and table_name = ? and batch_id in (${staged})) as loaded,
       (select count(*) from ${rawTable(`${source}.${table}`)} where _batch_id in (${staged})) as present`,
    [source, table],
  );
  if (toBigint(row?.['present']) >= toBigint(row?.['loaded'])) return;
  throw stageErrors.error('TRANSFORM_RAW_INCOMPLETE', {
    message: `${model.name} has to be made anew, and of ${String(row?.['loaded'])} rows it was made from raw holds ${String(row?.['present'])}`,
    where: model.file,
  });
}

function mustSupportChanges(model: Model, refused: number): void {
  if (refused === 0) return;
  throw transformErrors.error('TRANSFORM_UNSUPPORTED_CHANGE', {
    message: `${model.sources[0]} holds ${refused} truncate(s) or row(s) with unchanged out-of-line values`,
    where: model.file,
  });
}

/** Computes the winners of every pending model beside its table; those without any are left out. */
export async function prepareModels(
  context: EngineContext,
  run: string,
  batches: NewBatches,
  pending: readonly Pending[],
): Promise<Prepared[]> {
  for (const [done, { model, isRebuild }] of pending.entries()) {
    const total = pending.length;
    context.onProgress({ step: 'stage', state: 'running', done, total, unit: 'models', note: model.name });
    await createWinners(context, model, run, batches, isRebuild);
  }
  const counted = pending.map(
    ({ model }, index) =>
      `select ${index} as place, count(*) as n from ${deltaRelation(model, 'winners', run)}`,
  );
  const rows = counted.length === 0 ? [] : await context.warehouse.query(counted.join(' union all '));
  const counts = new Map(rows.map((row) => [Number(row['place']), Number(row['n'])]));
  return pending.flatMap(({ model, isRebuild }, index) => {
    const count = counts.get(index) ?? 0;
    const fingerprint = fingerprintOf(context, model.name);
    return count > 0 || isRebuild ? [{ model, isRebuild, rows: count, fingerprint }] : [];
  });
}

async function createWinners(
  context: EngineContext,
  model: Model,
  run: string,
  batches: NewBatches,
  isRebuild: boolean,
): Promise<void> {
  const { project, warehouse } = context;
  const filter = isRebuild
    ? `_batch_id in (select batch_id from ${batches.table} union all select batch_id from _meta.staged_batch)`
    : isNew(batches);
  const over = (condition: string): Promise<string> =>
    renderModel(project, model.name, {
      dialect: warehouse.capabilities.dialect,
      relation: (name) => name,
      source: (source) => `(select * from ${rawTable(source)} where ${condition})`,
    });
  const select = await over(filter);
  const winners = deltaRelation(model, 'winners', run);
  await namingBadValue(context, { model, run, filter, over }, () =>
    createFromModel(context, model, winners, winnersSql(model, select, isRebuild), select),
  );
  if (isRebuild || model.materialization.kind !== 'latest') return;
  // Rows that go, looked up beside the table: the transaction needs them twice and must be short.
  const key = model.materialization.uniqueKey;
  await warehouse.execute(
    `create or replace table ${deltaRelation(model, 'old', run)} as
     select * from ${stateTable(model)} where ${key} in (select ${key} from ${deltaRelation(model, 'winners', run)})`,
  );
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
    from (
${select}
) as incoming`;
  if (isRebuild) return `select * exclude (_rank) from (${ranked}) as ranked where _rank = 1`;
  const beats = isHistory
    ? `s.${key} = i.${key} and s._position = i._position and s._ordinal = i._ordinal`
    : `s.${key} = i.${key} and (s._position > i._position or (s._position = i._position and s._ordinal >= i._ordinal))`;
  return `select i.* exclude (_rank) from (${ranked}) as i
    where i._rank = 1 and not exists (select 1 from ${stateTable(model)} as s where ${beats})`;
}
