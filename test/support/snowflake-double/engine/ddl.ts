import { Execution } from './execution.ts';
import { Transaction } from './transaction.ts';
import { commitOpen } from './transactions.ts';
import { lockName } from './writing.ts';
import { lockWait } from './idle-transactions.ts';
import type { Relation } from './catalog.ts';
import type { Work } from './work.ts';

/**
 * Work that is DDL: what is open in the session is committed first, whatever becomes of it. Tables that it changes are
 * waited for, in one order.
 */
export async function ddl<T>(
  work: Work,
  changed: () => readonly (Relation | undefined)[],
  change: () => Promise<T>,
): Promise<T> {
  const { engine, session } = work;
  await commitOpen(engine, session);
  const owner = new Transaction(engine.nextTransactionId(), false, '');
  try {
    const held = new Set<string>();
    // While one was waited for others may have come under the names.
    for (let next = unlocked(changed(), held); next.length > 0; next = unlocked(changed(), held)) {
      for (const name of next) {
        await engine.locks.acquire(owner, name, 'exclusive', lockWait(work));
        held.add(name);
      }
    }
    return await change();
  } finally {
    engine.locks.releaseAll(owner);
  }
}

function unlocked(relations: readonly (Relation | undefined)[], held: ReadonlySet<string>): string[] {
  return relations
    .flatMap((each) => (each?.kind === 'table' ? [lockName(each)] : []))
    .filter((name) => !held.has(name))
    .toSorted();
}

/** Runs DuckDB's statements of a DDL in one transaction of the session's connection, opened in the moment of `prepare`. */
export async function inOneMoment<T>(
  { engine, session, statement }: Work,
  prepare: (execution: Execution) => Promise<T>,
  run: (execution: Execution, prepared: T) => Promise<void>,
): Promise<T> {
  const execution = new Execution(session.connection, statement.signal);
  try {
    const prepared = await engine.latch.reading(async () => {
      const found = await prepare(execution);
      await execution.begin();
      return found;
    });
    await run(execution, prepared);
    await execution.commit();
    return prepared;
  } catch (error) {
    await execution.rollback();
    throw error;
  } finally {
    execution.over();
  }
}
