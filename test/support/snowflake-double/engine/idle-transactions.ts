import type { LockOwner, LockWait } from './locks.ts';
import type { EngineState } from './state.ts';
import { Transaction } from './transaction.ts';
import { rollback } from './transactions.ts';
import type { Work } from './work.ts';

/** A transaction of which nothing is heard for so long is rolled back once it is in somebody's way. */
const idleMs = 300_000;

/** No timer waits longer than 24 days. */
const longestMs = 2_000_000_000;

/** How a statement waits for a lock: as long as LOCK_TIMEOUT says, and not for those who have gone away. */
export function lockWait({ engine, session, statement }: Work): LockWait {
  return {
    timeoutMs: Math.min(Number(session.parameters.get('LOCK_TIMEOUT')) * 1000, longestMs),
    signal: statement.signal,
    onBlocked: (blockers) => {
      for (const blocker of blockers) endIfIdle(engine, blocker);
    },
  };
}

function endIfIdle(engine: EngineState, blocker: LockOwner): void {
  if (!(blocker instanceof Transaction) || blocker.idleSinceMs === undefined) return;
  if (engine.now() - blocker.idleSinceMs < idleMs) return;
  const session = [...engine.sessions].find(({ transaction }) => transaction === blocker);
  if (session !== undefined) void rollback(engine, session);
}
