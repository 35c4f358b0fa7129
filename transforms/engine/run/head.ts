import type { Session } from '../../../warehouse/warehouse.ts';
import { transformErrors } from '../errors.ts';
import type { RunState } from '../warehouse/state.ts';

/**
 * Moves the head from where a run has read it to `version`: the compare-and-set that every transaction of a run begins
 * with. One that publishes nothing moves it to where it is, so that it still loses against whoever was faster. Staging
 * must be where the run read it, else its watermark would promise less or more than its rows.
 */
export async function moveHead(
  session: Session,
  state: RunState,
  to: { readonly version: bigint; readonly epoch: bigint },
): Promise<void> {
  const moved = await session.execute(
    `update _meta.head set version = ?, epoch = ? where version = ? and epoch <= ?
       and exists (select 1 from _meta.stage_head where step = ?)`,
    [to.version, to.epoch, state.head, to.epoch, state.stage.step],
  );
  if (moved === 1) return;
  throw transformErrors.error('TRANSFORM_PUBLISH_CONFLICT', {
    message: `version ${state.head} is no longer the head, a newer publisher was seen, or new batches were staged meanwhile`,
  });
}

/**
 * What was computed and judged while somebody else published or staged is a mixture of two worlds, and its failures
 * mean nothing. A transaction finds that out by moveHead; what writes nothing has to look.
 */
export async function mustStandStill(session: Session, state: RunState): Promise<void> {
  const still = await session.query(
    'select 1 from _meta.head as h cross join _meta.stage_head as s where h.version = ? and s.step = ?',
    [state.head, state.stage.step],
  );
  if (still.length === 1) return;
  throw transformErrors.error('TRANSFORM_PUBLISH_CONFLICT', {
    message: `version ${state.head} or staging step ${state.stage.step} is no longer the newest`,
  });
}
