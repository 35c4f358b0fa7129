import type { Knex } from 'knex';
import type { Clock } from '../lib/clock.ts';
import { removeRunLogs } from './executor/task-log.ts';
import { deleteExpired, deleteOldEvents } from './store/retention.ts';
import type { RetentionPolicy } from './store/retention.ts';
import type { RunKey } from './store/rows.ts';

const dayMs = 86_400_000;
/** Small enough that no lock is held for long. */
const batch = 500;
const pauseMs = 50;

/** What keeping only some of the history needs. */
export interface RetentionInput {
  readonly control: Knex;
  readonly clock: Clock;
  readonly logDir: string;
}

/** Removes finished runs that the policy does not keep, with their logs, in batches; resolves to how many. */
export async function enforceRetention(
  input: RetentionInput,
  policy: RetentionPolicy,
  signal: AbortSignal,
): Promise<number> {
  const before = new Date(input.clock.now().getTime() - policy.days * dayMs);
  return (await removeRuns(input, { before, keepRuns: policy.runs }, signal)).length;
}

/** Removes what ended before an instant, whatever the policy, in the same batches; resolves to what is gone. */
export async function removeRuns(
  { control, clock, logDir }: RetentionInput,
  { before, keepRuns }: { readonly before: Date; readonly keepRuns?: number | undefined },
  signal: AbortSignal,
): Promise<readonly RunKey[]> {
  const removed: RunKey[] = [];
  for (let isFull = true; isFull && !signal.aborted;) {
    const keys = await deleteExpired(control, { before, keepRuns, limit: batch });
    for (const key of keys) await removeRunLogs(logDir, key);
    removed.push(...keys);
    isFull = keys.length === batch;
    if (isFull) await clock.sleep(pauseMs, signal);
  }
  for (let isFull = true; isFull && !signal.aborted;) {
    isFull = (await deleteOldEvents(control, { before, limit: batch })) === batch;
  }
  return removed;
}
