import { deltaRelation, feedTable, publishedRelation } from '../warehouse/relations.ts';
import type { BuildRun, DeltaWrite, ModelDelta } from './delta.ts';

/** Statements outside and inside the publish transaction. */
export interface Statements {
  readonly before: readonly string[];
  readonly inside: readonly string[];
}

/**
 * Replaces a table by the run's rows and starts its feed anew. With transactional DDL all of it happens in the
 * transaction. Without, the transaction holds DML only: an absent table is created empty before it; one of other
 * columns is replaced whole before it, so that its readers see this one table a moment ahead of the head.
 */
export function replaceStatements(
  run: BuildRun,
  { model }: ModelDelta,
  write: DeltaWrite & { readonly how: 'replace' },
): Statements {
  const [target, feed] = [publishedRelation(model), feedTable(model)];
  const fresh = deltaRelation(model, 'new', run.id);
  const rows = `select * from ${fresh}`;
  const feedShape = `select *, cast(0 as bigint) as _step, cast('' as varchar) as _image from ${fresh} limit 0`;
  const dropView = write.replacesView ? [`drop view ${target}`] : [];
  const whole = [
    ...dropView,
    `create or replace table ${target} as ${rows}`,
    `create or replace table ${feed} as ${feedShape}`,
  ];
  if (write.isTransactional) return { before: [], inside: whole };
  if (write.existing === 'other') return { before: whole, inside: [] };
  return {
    before:
      write.existing === 'same'
        ? []
        : [
            ...dropView,
            `create table if not exists ${target} as select * from ${fresh} limit 0`,
            `create table if not exists ${feed} as ${feedShape}`,
          ],
    inside: [`insert overwrite into ${target} ${rows}`, `delete from ${feed}`],
  };
}
