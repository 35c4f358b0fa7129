import { deltaRelation, feedTable, nextRelation, publishedRelation } from '../warehouse/relations.ts';
import type { BuildRun, DeltaWrite, ModelDelta } from './delta.ts';

/** Statements outside and inside the publish transaction. */
export interface Statements {
  readonly before: readonly string[];
  readonly inside: readonly string[];
  readonly after: readonly string[];
}

/**
 * Replaces a table by the run's rows and starts its feed anew. With transactional DDL all of it happens in the
 * transaction. Without, the transaction holds DML only: a table that was never published is made empty before it, in
 * place of what a publication that failed has left; one of other
 * columns is replaced whole before it, so that its readers see this one table a moment ahead of the head, and its feed
 * is replaced after it: rows that readers have not consumed must outlast a publication that fails.
 */
export function replaceStatements(
  run: BuildRun,
  { model }: ModelDelta,
  write: DeltaWrite & { readonly how: 'replace' },
): Statements {
  const [target, feed] = [publishedRelation(model), feedTable(model)];
  const fresh = write.fresh ?? deltaRelation(model, 'new', run.id);
  const rows = `select * from ${fresh}`;
  const dropView = write.replacesView ? [`drop view ${target}`] : [];
  // A schema of the model's own is nobody else's to create.
  const schema = write.existing === 'none' ? [`create schema if not exists ${model.config.schema}`] : [];
  const table = [...schema, ...dropView, `create or replace table ${target} as ${rows}`];
  const newFeed = `create or replace table ${feed} as ${feedShape(fresh)}`;
  if (write.isTransactional && fresh === nextRelation(model, run.id)) {
    const dropOld = write.replacesView ? [] : [`drop table if exists ${target}`];
    const rename = `alter table ${fresh} rename to ${model.config.alias}`;
    return { before: [], inside: [newFeed, ...dropView, ...dropOld, rename], after: [] };
  }
  if (write.isTransactional) return { before: [], inside: [...table, newFeed], after: [] };
  if (write.existing === 'other') return { before: table, inside: [], after: [newFeed] };
  const create = [...schema, `create or replace table ${target} as ${rows} limit 0`, newFeed];
  return {
    before: write.existing === 'same' ? [] : create,
    inside: [`insert overwrite into ${target} ${rows}`, `delete from ${feed}`],
    after: [],
  };
}

/** An empty feed for the rows of a relation. */
export function feedShape(rows: string): string {
  return `select *, cast(0 as bigint) as _step, cast('' as varchar) as _image from ${rows} limit 0`;
}
