import { renderModel } from '../compile/compile.ts';
import type { EngineContext } from '../context.ts';
import { isNew } from '../new-raw-rows.ts';
import type { Model } from '../project/model.ts';
import { quoteLiteral } from '../../../warehouse/sql-text.ts';
import { rawTable } from '../warehouse/relations.ts';
import type { NewBatches } from './batches.ts';
import type { Selecting } from './bad-value.ts';
import { isMark } from './changes.ts';
import { allOfRaw } from './pending.ts';
import type { Pending } from './pending.ts';

/** Whether a model's step has to look at rows one after the other: they are not all whole rows of one key. */
export function isFolded({ marks, ignoresMarks = false, partial, replay }: Pending): boolean {
  return (marks > 0 && !ignoresMarks) || partial > 0 || replay !== undefined;
}

/** The condition on raw rows that a model's step reads. */
export function rawFilter(
  batches: NewBatches,
  { model, isRebuild, ignoresMarks = false, restartAt, replay }: Pending,
): string {
  const staged = 'select batch_id from _meta.staged_batch';
  if (isRebuild) return `${allOfRaw(batches.table)}${ignoresMarks ? ` and not (${isMark})` : ''}`;
  const parts = [isNew(batches)];
  // A complete snapshot is a beginning of its own: what the log says after it is laid on top of it once more.
  if (restartAt !== undefined)
    parts.push(`(_position >= ${quoteLiteral(restartAt)} and _batch_id in (${staged}))`);
  if (replay !== undefined) {
    parts.push(`(_batch_id in (${staged}) and exists (select 1 from ${replay} as asked
      where asked.model = ${quoteLiteral(model.name)} and asked.log_position = _position and asked.log_ordinal = _ordinal))`);
  }
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(' or ')})`;
}

/** A model's SELECT over some raw rows, to be narrowed. */
export function selecting(context: EngineContext, run: string, model: Model, filter: string): Selecting {
  const { project, warehouse } = context;
  return {
    model,
    run,
    filter,
    over: (condition) =>
      renderModel(project, model.name, {
        dialect: warehouse.capabilities.dialect,
        relation: (name) => name,
        source: (source) => `(select * from ${rawTable(source)} where ${condition})`,
      }),
  };
}
