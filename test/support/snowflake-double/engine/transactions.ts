import type { Outcome } from '../contract.ts';
import { executing } from './execution.ts';
import { physicalName } from './physical.ts';
import { refused } from './refused.ts';
import type { SessionState } from './session-state.ts';
import type { EngineState } from './state.ts';
import { Transaction } from './transaction.ts';
import { done } from './work.ts';
import type { Work } from './work.ts';

/** Nobody ends a commit that has begun. */
const never = new AbortController().signal;

/** BEGIN; in a transaction it does nothing. */
export function begin({ engine, session }: Work, name = ''): Outcome {
  const id = engine.nextTransactionId();
  session.transaction ??= new Transaction(id, true, name === '' ? id : name);
  return done('BEGIN');
}

/** COMMIT; without a transaction it does nothing, and one that an error has aborted is undone all the same. */
export async function commit({ engine, session }: Work): Promise<Outcome> {
  const { transaction } = session;
  if (transaction?.isAborted === true) {
    await rollback(engine, session);
    throw refused('abortedTransaction', '; nothing of it was committed');
  }
  await commitOpen(engine, session);
  return done('COMMIT');
}

/** Commits what is open, as every DDL does first. */
export async function commitOpen(engine: EngineState, session: SessionState): Promise<void> {
  const { transaction } = session;
  if (transaction === undefined) return;
  session.transaction = undefined;
  if (transaction.isAborted) {
    await forget(engine, transaction);
    throw refused('abortedTransaction');
  }
  try {
    await install(engine, session, transaction);
  } catch (error) {
    await forget(engine, transaction);
    throw error;
  }
}

export async function rollback(engine: EngineState, session: SessionState): Promise<void> {
  const { transaction } = session;
  session.transaction = undefined;
  if (transaction !== undefined) await forget(engine, transaction);
}

/** Puts all that a transaction has changed in place, in one moment. */
export async function install(
  engine: EngineState,
  session: SessionState,
  transaction: Transaction,
): Promise<void> {
  const changes = [...transaction.changes.values()];
  const added = changes.filter(({ kind }) => kind === 'added');
  const own = changes.filter(({ kind }) => kind === 'own');
  const gone = [...added.map(({ version }) => version), ...own.map(({ table }) => table.version)];
  await engine.latch.writing(async () => {
    if (added.length > 0) {
      await executing(session.connection, never, async (execution) => {
        await execution.begin();
        try {
          for (const { table, version } of added) {
            const name = table.name[2];
            await execution.run(
              `insert into ${physicalName(table.version, name)} from ${physicalName(version, name)}`,
            );
          }
          await execution.commit();
        } catch (error) {
          await execution.rollback();
          throw error;
        }
      });
    }
    for (const { table, version, forgetsLoads } of own) {
      table.version = version;
      if (forgetsLoads) table.loads.clear();
    }
    for (const { table, path, load } of transaction.loads) table.loads.set(path, load);
    for (const { table } of changes) engine.catalog.touch(table);
  });
  engine.locks.releaseAll(transaction);
  await dropVersions(engine, gone);
}

/** Drops what a transaction has made, and lets others at its tables. */
export async function forget(engine: EngineState, transaction: Transaction): Promise<void> {
  const gone = [...transaction.changes.values()].map(({ version }) => version);
  transaction.changes.clear();
  engine.locks.releaseAll(transaction);
  await dropVersions(engine, gone);
}

export async function dropVersions(engine: EngineState, versions: readonly string[]): Promise<void> {
  if (versions.length === 0) return;
  await engine.views.drop(versions);
  await engine.physical.drop(versions);
}
