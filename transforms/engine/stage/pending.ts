import { placeholders } from '../../../warehouse/sql-text.ts';
import type { EngineContext } from '../context.ts';
import { isNew } from '../new-raw-rows.ts';
import type { Model } from '../project/model.ts';
import { quoteLiteral } from '../../../warehouse/sql-text.ts';
import { rawTable } from '../warehouse/relations.ts';
import { toBigint } from '../warehouse/state.ts';
import type { ModelState } from '../warehouse/state.ts';
import { fillersOf } from './batches.ts';
import type { NewBatches } from './batches.ts';
import { isMark, isPartial } from './changes.ts';
import { stageErrors } from './errors.ts';
import { isOutdated, stagingModels } from './staging-models.ts';

/** A staging model that has something to do. */
export interface Pending {
  readonly model: Model;
  readonly isRebuild: boolean;
  /** Truncates and heads of snapshots among its raw rows. */
  readonly marks: number;
  /** Rows among them that leave out values which did not change. */
  readonly partial: number;
  /** Whether these are but heads of snapshots before which nothing happened: they end no row. */
  readonly ignoresMarks?: boolean;
  /** Position of the earliest complete snapshot among them: what was staged of the log after it is read again. */
  readonly restartAt?: string | undefined;
  /** The relation of rows to take out of quarantine: model, log_position, log_ordinal. */
  readonly replay?: string | undefined;
  /** The condition on rows in quarantine that are looked at again. */
  readonly retried: string | undefined;
}

/** Rows in quarantine that somebody wants to be staged now. */
export interface Replay {
  readonly relation: string;
  readonly models: ReadonlySet<string>;
}

type Counted = Pick<Pending, 'model' | 'isRebuild' | 'marks' | 'partial'>;

/** Models whose source has rows in the new batches, and those to be rebuilt: one statement for all of them. */
export async function pendingModels(
  context: EngineContext,
  states: ReadonlyMap<string, ModelState>,
  batches: NewBatches,
  replay?: Replay,
): Promise<Pending[]> {
  const models = stagingModels(context);
  const counted = await countChanges(context, models, isNew(batches));
  const waiting: Counted[] = [];
  for (const { model, rows, marks, partial } of counted) {
    const isEdited = isOutdated(context, states, model);
    if (isEdited && states.has(model.name)) await mustHaveAllRaw(context, model);
    const isRebuild = isEdited || (await isBestMadeAnew(context, states, batches, model, partial));
    const isAsked = replay?.models.has(model.name) === true;
    if (isRebuild || rows > 0 || isAsked) waiting.push({ model, isRebuild, marks, partial });
  }
  // Where nothing was ever staged, the new batches are all there is.
  const whole = states.size === 0 ? waiting : await withAllOfRaw(context, batches, waiting);
  const pending: Pending[] = [];
  for (const each of whole) pending.push(await withReading(context, batches, each, replay));
  return pending;
}

/** The condition on raw rows that staging has taken them, or is taking them. */
export function allOfRaw(table: string): string {
  return `_batch_id in (select batch_id from ${table} union all select batch_id from _meta.staged_batch)`;
}

interface Counts {
  readonly model: Model;
  readonly rows: number;
  readonly marks: number;
  readonly partial: number;
}

async function countChanges(
  { warehouse }: EngineContext,
  models: readonly Model[],
  filter: string,
): Promise<Counts[]> {
  const counts = models.map(
    (model, index) =>
      `select ${index} as place, count(*) as n, count(case when ${isMark} then 1 end) as marks, count(case when ${isPartial} then 1 end) as incomplete
       from ${rawTable(model.sources[0] ?? '')} where ${filter}`,
  );
  const rows = counts.length === 0 ? [] : await warehouse.query(counts.join('\nunion all\n'));
  return rows
    .toSorted((left, right) => Number(left['place']) - Number(right['place']))
    .flatMap((row) => {
      const model = models[Number(row['place'])];
      const [marks, partial] = [Number(row['marks']), Number(row['incomplete'])];
      return model === undefined ? [] : [{ model, rows: Number(row['n']), marks, partial }];
    });
}

/**
 * A key that moved takes along values of the row it was before. Where that row was staged over meanwhile, because this
 * batch is late, only the log as a whole still says them.
 */
async function isBestMadeAnew(
  context: EngineContext,
  states: ReadonlyMap<string, ModelState>,
  { isLate }: NewBatches,
  model: Model,
  partial: number,
): Promise<boolean> {
  if (!isLate || partial === 0 || !states.has(model.name)) return false;
  const { present, loaded } = await countRaw(context, model);
  return present >= loaded;
}

/** Models that are made anew read all raw rows, whose changes count then. */
async function withAllOfRaw(
  context: EngineContext,
  { table }: NewBatches,
  waiting: readonly Counted[],
): Promise<Counted[]> {
  const anew = waiting.filter(({ isRebuild }) => isRebuild).map(({ model }) => model);
  if (anew.length === 0) return [...waiting];
  const counted = new Map(
    (await countChanges(context, anew, allOfRaw(table))).map((each) => [each.model.name, each] as const),
  );
  return waiting.map((each) => {
    const { marks, partial } = counted.get(each.model.name) ?? each;
    return { ...each, marks, partial };
  });
}

/** The same, some of the models to be made anew. */
export async function anew(
  context: EngineContext,
  batches: NewBatches,
  pending: readonly Pending[],
  models: readonly Model[],
): Promise<Pending[]> {
  if (models.length === 0) return [...pending];
  const whole = await withAllOfRaw(
    context,
    batches,
    models.map((model) => ({ model, isRebuild: true, marks: 0, partial: 0 })),
  );
  const made = new Map<Model, Pending>();
  for (const each of whole) made.set(each.model, await withReading(context, batches, each, undefined));
  return pending.map((each) => made.get(each.model) ?? each);
}

async function withReading(
  context: EngineContext,
  batches: NewBatches,
  counted: Counted,
  replay: Replay | undefined,
): Promise<Pending> {
  const { model, isRebuild, marks } = counted;
  if (isRebuild)
    return { ...counted, ignoresMarks: await isBeginning(context, batches, counted), retried: '1 = 1' };
  const isAsked = replay?.models.has(model.name) === true;
  const restartAt = marks === 0 ? undefined : await firstSnapshot(context, batches, model);
  const retried = [
    ...(restartAt === undefined ? [] : [`position >= ${quoteLiteral(restartAt)}`]),
    ...(isAsked ? [`id in (select id from ${replay.relation})`] : []),
  ];
  return {
    ...counted,
    ...(restartAt === undefined ? {} : { restartAt }),
    ...(isAsked ? { replay: replay.relation } : {}),
    retried: retried.length === 0 ? undefined : `(${retried.join(' or ')})`,
  };
}

/** The first snapshot of a table has nothing before it that it could end or repeat: its rows are rows like any other. */
async function isBeginning(
  { warehouse }: EngineContext,
  { table }: NewBatches,
  { model, marks, partial }: Counted,
): Promise<boolean> {
  if (marks === 0 || partial > 0) return false;
  const raw = `${rawTable(model.sources[0] ?? '')} where ${allOfRaw(table)}`;
  const [row] = await warehouse.query(
    `select count(*) as n from ${raw} and (_op = 't' or _position < (select max(_position) from ${raw} and _op = 's'))`,
  );
  return Number(row?.['n']) === 0;
}

async function firstSnapshot(
  { warehouse }: EngineContext,
  batches: NewBatches,
  { sources }: Model,
): Promise<string | undefined> {
  const [row] = await warehouse.query(
    `select min(_position) as earliest from ${rawTable(sources[0] ?? '')} where _op = 's' and ${isNew(batches)}`,
  );
  return typeof row?.['earliest'] === 'string' ? row['earliest'] : undefined;
}

/** Raw tables keep the newest months only; a table made anew from them would forget everything before. */
export async function mustHaveAllRaw(context: EngineContext, model: Model): Promise<void> {
  const { present, loaded } = await countRaw(context, model);
  if (present >= loaded) return;
  throw stageErrors.error('TRANSFORM_RAW_INCOMPLETE', {
    message: `${model.name} has to be made anew, and of ${loaded} rows it was made from raw holds ${present}`,
    where: model.file,
    remedy: `Nothing was changed. Bring back what has left raw: \`shopwave archive restore --entity ${model.sources[0]}\` (in parts with --from … --to …), and the same for each other table that this error then names. Or set the model back to what it was.`,
  });
}

async function countRaw(
  { warehouse }: EngineContext,
  model: Model,
): Promise<{ readonly present: bigint; readonly loaded: bigint }> {
  const [source = '', table = ''] = (model.sources[0] ?? '').split('.');
  const staged = 'select batch_id from _meta.staged_batch';
  const fillers = fillersOf(source);
  const [row] = await warehouse.query(
    `select
       (select coalesce(sum(row_count), 0) from _meta.load_ledger
        where source in (${placeholders(fillers)}) and table_name = ? and batch_id in (${staged})) as loaded,
       (select count(*) from ${rawTable(`${source}.${table}`)} where _batch_id in (${staged})) as present`,
    [...fillers, table],
  );
  return { present: toBigint(row?.['present']), loaded: toBigint(row?.['loaded']) };
}
