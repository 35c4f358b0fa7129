import type { Session } from '../../../warehouse/warehouse.ts';
import { keyingOf } from '../project/model.ts';
import { feedTable, publishedRelation } from '../warehouse/relations.ts';
import { changedRows } from './delta.ts';
import type { BuildRun, DeltaWrite, ModelDelta } from './delta.ts';
import { deleteByKey } from './difference.ts';
import { materializeErrors } from './errors.ts';

type RowsWrite = DeltaWrite & { readonly how: 'rows' };

/** Takes a delta's rows from the table and adds its new ones, and tells the feed; inside the publish transaction. */
export async function applyRows(
  session: Session,
  run: BuildRun,
  delta: ModelDelta,
  write: RowsWrite,
): Promise<void> {
  const { model } = delta;
  const [target, feed] = [publishedRelation(model), feedTable(model)];
  const removed = changedRows(run, model, 'removed');
  const added = changedRows(run, model, 'added');
  if (delta.removed > 0) {
    mustAgree(delta, 'removed', await session.execute(deletion(delta, write, removed)));
  }
  if (delta.added > 0) {
    const list = write.columns === undefined ? '*' : write.columns.join(', ');
    const into = write.columns === undefined ? target : `${target} (${list})`;
    mustAgree(delta, 'added', await session.execute(`insert into ${into} select ${list} from ${added}`));
  }
  if (write.isNewFeed) return;
  const images = [
    ...(delta.removed > 0 ? [`select *, ${run.version}, 'before' from ${removed}`] : []),
    ...(delta.added > 0 ? [`select *, ${run.version}, 'after' from ${added}`] : []),
  ];
  if (images.length > 0) await session.execute(`insert into ${feed} ${images.join(' union all ')}`);
}

/**
 * What was judged and what readers are told is the delta; a table that changes by other rows would be neither. Thrown
 * inside the publish transaction, so that nothing of it stays.
 */
function mustAgree(delta: ModelDelta, what: 'removed' | 'added', changed: number): void {
  if (changed === delta[what]) return;
  throw materializeErrors.error('TRANSFORM_DELTA_MISMATCH', {
    message: `${delta.model.name}: ${delta[what]} row(s) were to be ${what}, and ${changed} were`,
    where: delta.model.file,
  });
}

/**
 * Rows that were computed by touch key are found by touch key and unique key and within their days: tables lie roughly
 * in the order of touch keys, so that most of them need not be read, which a hash as the unique key alone would not do.
 * All others are found by their match, null-safe.
 */
function deletion(
  { model, removedDays }: ModelDelta,
  { match, isTouched }: RowsWrite,
  removed: string,
): string {
  const target = publishedRelation(model);
  const keying = isTouched ? keyingOf(model) : undefined;
  if (keying === undefined) return deleteByKey(target, match, removed);
  const among = (column: string): string => `${column} in (select ${column} from ${removed})`;
  const conditions = [
    among(keying.touchKey),
    among(keying.uniqueKey),
    ...(removedDays === undefined ? [] : [removedDays]),
  ];
  return `delete from ${target} where ${conditions.join(' and ')}`;
}
