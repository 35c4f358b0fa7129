import { randomBytes } from 'node:crypto';
import type { Session } from '../../../warehouse/warehouse.ts';
import type { EngineContext } from '../context.ts';
import { transformErrors } from '../errors.ts';
import type { BackfillPlan } from './backfill-plan.ts';

/** How far a backfill has come; kept in the warehouse, and moved on in the transaction of a chunk's rows. */
export interface BackfillProgress {
  readonly id: string;
  readonly nextChunk: number;
  readonly startedAt: Date;
}

/** The unfinished backfill of the same arguments; undefined where there is none. */
export async function findUnfinished(
  session: Session,
  argumentsHash: string,
): Promise<BackfillProgress | undefined> {
  const [row] = await session.query(
    `select id, next_chunk, started_at from _meta.backfill
     where arguments_hash = ? and status = 'running' order by started_at desc limit 1`,
    [argumentsHash],
  );
  if (row === undefined) return undefined;
  const startedAt = new Date(`${String(row['started_at']).replace(' ', 'T')}Z`);
  return { id: String(row['id']), nextChunk: Number(row['next_chunk']), startedAt };
}

/** Notes a new backfill. */
export async function beginBackfill(
  { warehouse, clock }: EngineContext,
  plan: BackfillPlan,
): Promise<BackfillProgress> {
  const startedAt = clock.now();
  const id = `b${startedAt.getTime().toString(36)}${randomBytes(3).toString('hex')}`;
  await warehouse.execute(
    `insert into _meta.backfill values (?, ?, ?, 0, ?, 'running', cast(? as timestamp), cast(? as timestamp))`,
    [
      id,
      plan.argumentsHash,
      plan.arguments,
      plan.chunks.length,
      startedAt.toISOString(),
      startedAt.toISOString(),
    ],
  );
  return { id, nextChunk: 0, startedAt };
}

/** Moves on past finished chunks; a rival that did the same chunk meanwhile is found out. */
export async function moveOn(
  session: Session,
  step: {
    readonly id: string;
    readonly from: number;
    readonly to: number;
    readonly of: number;
    readonly at: Date;
  },
): Promise<void> {
  const moved = await session.execute(
    `update _meta.backfill set next_chunk = ?, status = ?, updated_at = cast(? as timestamp)
     where id = ? and next_chunk = ?`,
    [step.to, step.to >= step.of ? 'done' : 'running', step.at.toISOString(), step.id, step.from],
  );
  if (moved === 1) return;
  throw transformErrors.error('TRANSFORM_PUBLISH_CONFLICT', {
    message: `chunk ${step.from + 1} of backfill ${step.id} was done by another process`,
  });
}
