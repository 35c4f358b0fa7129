import { randomBytes } from 'node:crypto';
import type { Session, Warehouse } from '../../../warehouse/warehouse.ts';
import type { EngineContext } from '../context.ts';
import { transformErrors } from '../errors.ts';
import { leaseErrors } from '../warehouse/errors.ts';
import { aliveSql, whileMarked } from '../warehouse/lease.ts';
import type { BackfillPlan } from './backfill-plan.ts';
import { runErrors } from './errors.ts';

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
     where id = ? and next_chunk = ? and status = 'running'`,
    [step.to, step.to >= step.of ? 'done' : 'running', step.at.toISOString(), step.id, step.from],
  );
  if (moved === 1) return;
  await mustNotBeCancelled(session, step.id);
  throw transformErrors.error('TRANSFORM_PUBLISH_CONFLICT', {
    message: `chunk ${step.from + 1} of backfill ${step.id} was done by another process`,
  });
}

/** Does a backfill's work under a mark of its own, by which others see that somebody is at it, also between chunks. */
export async function whileAtWork<T>(context: EngineContext, id: string, work: () => Promise<T>): Promise<T> {
  // Two processes may be at the same backfill: each has its own mark, and losing it ends nothing.
  return await whileMarked(context, `${id}${randomBytes(3).toString('hex')}`, undefined, work);
}

/** A backfill as it stands. */
export interface BackfillStatus {
  readonly id: string;
  /** stopped: unfinished, and nobody is at it; the same arguments go on. */
  readonly status: 'running' | 'stopped' | 'done' | 'cancelled';
  /** JSON of what was asked for, keys left out. */
  readonly arguments: string;
  readonly chunksDone: number;
  readonly chunks: number;
  /** UTC, as the warehouse prints timestamps. */
  readonly startedAt: string;
  readonly updatedAt: string;
}

/** The newest backfills first. */
export async function listBackfills(warehouse: Warehouse): Promise<BackfillStatus[]> {
  // Before the rows: one that ends in between is done, and not taken for stopped.
  const marks = await warehouse.query(`select name from _meta.build_lease where ${aliveSql(warehouse)}`);
  const rows = await warehouse.query('select * from _meta.backfill order by started_at desc, id limit 100');
  const isAtWork = (id: string): boolean => marks.some(({ name }) => String(name).startsWith(id));
  return rows.map((row) => ({
    id: String(row['id']),
    status:
      row['status'] === 'done' || row['status'] === 'cancelled'
        ? row['status']
        : isAtWork(String(row['id']))
          ? 'running'
          : 'stopped',
    arguments: String(row['arguments']),
    chunksDone: Number(row['next_chunk']),
    chunks: Number(row['chunks']),
    startedAt: String(row['started_at']),
    updatedAt: String(row['updated_at']),
  }));
}

/** Marks a backfill so that it ends before its next chunk. False where it was over; TRANSFORM_RUN_UNKNOWN without it. */
export async function cancelBackfill({ warehouse, clock }: EngineContext, id: string): Promise<boolean> {
  const changed = await warehouse.execute(
    `update _meta.backfill set status = 'cancelled', updated_at = cast(? as timestamp) where id = ? and status = 'running'`,
    [clock.now().toISOString(), id],
  );
  if (changed > 0) return true;
  const [row] = await warehouse.query('select 1 as there from _meta.backfill where id = ?', [id]);
  if (row !== undefined) return false;
  throw runErrors.error('TRANSFORM_RUN_UNKNOWN', {
    message: `there is no backfill ${id}`,
    remedy: 'See the backfills with `shopwave transform backfill list`.',
  });
}

/** Ends a backfill that somebody has cancelled meanwhile. */
export async function mustNotBeCancelled(session: Session, id: string): Promise<void> {
  const [row] = await session.query('select status, next_chunk from _meta.backfill where id = ?', [id]);
  if (row?.['status'] !== 'cancelled') return;
  throw leaseErrors.error('TRANSFORM_CANCELLED', {
    message: `backfill ${id} was cancelled after ${String(row['next_chunk'])} chunks, which stay published`,
    remedy: 'The same arguments begin a new backfill.',
  });
}
