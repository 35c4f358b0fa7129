import type { Model } from '../project/model.ts';

/** `shop.orders` is landed in `raw.shop__orders`. */
export function rawTable(source: string): string {
  return `raw.${source.replace('.', '__')}`;
}

/** Where a model's rows are read from by people and by later models. */
export function publishedRelation({ config }: Model): string {
  return `${config.schema}.${config.alias}`;
}

/** Base table of a `latest` model: the view of its name hides deleted rows, this keeps them. */
export function stateTable(model: Model): string {
  return model.materialization.kind === 'latest'
    ? `${publishedRelation(model)}__state`
    : publishedRelation(model);
}

/** Change feed of a model: every row that a step removed ('before') or added ('after'). */
export function feedTable(model: Model): string {
  return `feed.${identifier(model)}`;
}

/**
 * touched: keys to compute. select: what an incremental model's SELECT gave. old, new: rows of the scope computed, in
 * production and as the model says them now; differing: keys on which the two differ. removed, added: their exact
 * difference. current: production with it applied. asked: touch keys that a backfill or rerun
 * names; extra: those and the keys of rows kept so far. kept: rows that stay for a
 * held-back mart. Of staging, partial: raw rows that leave values out; marks: truncates and heads of snapshots; events:
 * what happened to the keys concerned; lives: the same with deletes, and from which key a row came; moves: of keys;
 * filled: with all values; aside: raw rows that cannot be staged.
 */
export type DeltaPart =
  | 'winners'
  | 'touched'
  | 'select'
  | 'old'
  | 'new'
  | 'differing'
  | 'removed'
  | 'added'
  | 'current'
  | 'asked'
  | 'extra'
  | 'kept'
  | 'partial'
  | 'marks'
  | 'events'
  | 'lives'
  | 'moves'
  | 'filled'
  | 'aside';

/**
 * The schema of a run's own working relations: dropped whole, so that clearing away does not cost a statement a relation.
 * Those of dead runs are dropped by the next.
 */
export function runSchema(run: string): string {
  return `delta_${run}`;
}

/** Whether a schema's name is one of runSchema's, with an id as lease.ts makes them: nobody's else may ever be dropped. */
export function isRunSchema(name: string): boolean {
  return /^delta_r[0-9a-z]{8}[0-9a-f]{6}$/i.test(name);
}

/** A run's own working relation beside production. */
export function deltaRelation(model: Model, part: DeltaPart, run: string): string {
  return `${runSchema(run)}.${identifier(model)}__${part}`;
}

/** A relation to describe a query by, where that takes one, outside of any run. */
export function scratchRelation(model: Model): string {
  return `delta.${identifier(model)}__scratch`;
}

/** A table that a run makes beside the published one, in its schema, to take its name. */
export function nextRelation(model: Model, run: string): string {
  return `${publishedRelation(model)}__new__${run}`;
}

/** Whether a table's name is one of nextRelation's. */
export function isNextRelation(name: string): boolean {
  return /__new__r[0-9a-z]{8,}$/i.test(name);
}

/** Log columns of a `latest` model, invisible in its view. */
export const logColumns: readonly string[] = ['_op', '_position', '_ordinal', '_committed_at'];

/** A model's name as part of a relation's: that of a version, `orders.v2`, has a dot. */
function identifier({ name }: Model): string {
  return name.replaceAll('.', '_');
}
