import { isTransient, messageOf, ShopwaveError } from '../../../lib/errors.ts';
import type { OnProgress } from '../../../lib/progress.ts';
import type { Session } from '../../warehouse.ts';
import { readRelations } from './check/read-account.ts';
import { setupErrors } from './errors.ts';
import type { Plan } from './plan/plan.ts';
import { relationItems } from './plan/relations.ts';
import { establish } from './statements.ts';

export interface ApplyOptions {
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal | undefined;
}

/** What a set-up did: statements that were run, by part of the plan. */
export interface Applied {
  readonly title: string;
  readonly statements: number;
}

/**
 * Runs the plan statement by statement, then brings the tables that there are already in line: whose they are, who may
 * read them, how their columns are classified. Takes nothing away, needs no running warehouse, and does no more when it
 * is run again than state once more what holds.
 */
export async function applySetup(session: Session, plan: Plan, options: ApplyOptions): Promise<Applied[]> {
  const applied: Applied[] = [];
  for (const { title, items } of plan.sections) {
    const statements = items.flatMap(establish);
    if (statements.length === 0) continue;
    applied.push(await runAll(session, title, statements, options));
  }
  const read = (sql: string): ReturnType<Session['query']> =>
    session.query(sql, [], { signal: options.signal });
  const { relations } = await readRelations(read, plan, { signal: options.signal });
  const standing = relationItems(plan, relations).flatMap(establish);
  if (standing.length > 0) applied.push(await runAll(session, 'Tables that there are', standing, options));
  return applied;
}

async function runAll(
  session: Session,
  title: string,
  statements: readonly string[],
  { onProgress, signal }: ApplyOptions,
): Promise<Applied> {
  const total = statements.length;
  const progress = { step: title, total, unit: 'statements' };
  onProgress({ ...progress, state: 'started', done: 0 });
  for (const [index, sql] of statements.entries()) {
    try {
      signal?.throwIfAborted();
      await session.execute(sql, [], { signal });
    } catch (cause) {
      throw failed(cause, `${title}, statement ${index + 1} of ${total}: ${sql}`, signal);
    }
    onProgress({ ...progress, state: 'running', done: index + 1 });
  }
  onProgress({ ...progress, state: 'finished', done: total });
  return { title, statements: total };
}

function failed(cause: unknown, where: string, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) return cause;
  const remedy =
    isTransient(cause) && cause instanceof ShopwaveError ? 'Run it again; it goes on from here.' : undefined;
  return setupErrors.error('WAREHOUSE_SETUP_FAILED', { message: messageOf(cause), where, remedy, cause });
}
