import type { Session } from '../../../warehouse/warehouse.ts';
import { keyingOf } from '../project/model.ts';
import { deltaRelation, feedTable, publishedRelation } from '../warehouse/relations.ts';
import type { BuildRun, DeltaWrite, ModelDelta } from './delta.ts';
import { deleteByKey } from './difference.ts';
import { materializeErrors } from './errors.ts';
import { dayBounds, pruneByOf } from './prune-by.ts';

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
  const removed = deltaRelation(model, 'removed', run.id);
  const added = deltaRelation(model, 'added', run.id);
  if (delta.removed > 0) {
    mustAgree(delta, 'removed', await session.execute(await deletion(session, delta, write, removed)));
  }
  if (delta.added > 0) {
    const list = write.columns === undefined ? '*' : write.columns.join(', ');
    const into = write.columns === undefined ? target : `${target} (${list})`;
    mustAgree(delta, 'added', await session.execute(`insert into ${into} select ${list} from ${added}`));
  }
  if (write.isNewFeed) return;
  if (delta.removed > 0)
    await session.execute(`insert into ${feed} select *, ${run.version}, 'before' from ${removed}`);
  if (delta.added > 0)
    await session.execute(`insert into ${feed} select *, ${run.version}, 'after' from ${added}`);
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
async function deletion(
  session: Session,
  { model }: ModelDelta,
  { match, isTouched }: RowsWrite,
  removed: string,
): Promise<string> {
  const target = publishedRelation(model);
  const keying = isTouched ? keyingOf(model) : undefined;
  if (keying === undefined) return deleteByKey(target, match, removed);
  const among = (column: string): string => `${column} in (select ${column} from ${removed})`;
  const pruneBy = pruneByOf(model);
  const bounds = pruneBy === undefined ? undefined : await dayBounds(session, removed, pruneBy);
  const conditions = [
    among(keying.touchKey),
    among(keying.uniqueKey),
    ...(bounds === undefined ? [] : [bounds]),
  ];
  return `delete from ${target} where ${conditions.join(' and ')}`;
}
