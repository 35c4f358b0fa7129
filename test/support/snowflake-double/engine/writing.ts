import type { Outcome } from '../contract.ts';
import { shown } from './catalog.ts';
import type { Table } from './catalog.ts';
import { Execution } from './execution.ts';
import type { Privilege } from './grants.ts';
import { lockWait } from './idle-transactions.ts';
import type { LockMode } from './locks.ts';
import { physicalName, tableDdl } from './physical.ts';
import { refused } from './refused.ts';
import { Resolver } from './resolver.ts';
import type { ObjectName } from './scan.ts';
import { Transaction } from './transaction.ts';
import type { Change } from './transaction.ts';
import { dropVersions, forget, install } from './transactions.ts';
import type { Work } from './work.ts';

/** Rows beside those that are there, a change of them, or others in their place. */
export type WriteMode = 'add' | 'change' | 'replace';

const locks: Readonly<Record<WriteMode, LockMode>> = {
  add: 'shared',
  change: 'exclusive',
  replace: 'exclusive',
};

export interface Write {
  readonly target: ObjectName;
  readonly mode: WriteMode;
  readonly privilege: Privilege;
  /** TRUNCATE needs no warehouse. */
  readonly needsWarehouse: boolean;
}

/** A write that has its lock and its place to write to. */
export interface Writing {
  readonly execution: Execution;
  readonly resolver: Resolver;
  readonly table: Table;
  readonly transaction: Transaction;
  /** DuckDB's name of what is written to. */
  readonly into: string;
}

/** What comes of preparing a write in its moment is what is then done. */
export interface Steps<T> {
  /** Translates, while nothing is committed by others. */
  readonly prepare: (writing: Writing) => T;
  readonly run: (writing: Writing, prepared: T) => Promise<Outcome>;
}

interface Plan {
  readonly version: string;
  /** What makes the version, in the statement's own DuckDB transaction. */
  readonly before: (resolver: Resolver) => string[];
  readonly change: Change | undefined;
  /** A version that the new one takes the place of. */
  readonly retired: string | undefined;
}

/**
 * Runs a statement that changes one table: in its session's transaction, or in one of its own. It takes the table's lock,
 * which is held until that ends, and changes a version that others do not see.
 */
export async function write<T>(work: Work, { target, ...how }: Write, steps: Steps<T>): Promise<Outcome> {
  const { engine, session } = work;
  const full = engine.catalog.full(target, session);
  engine.grants.mustHave(session, how.privilege, engine.catalog.mustTable(full, session.id));
  if (how.needsWarehouse) engine.warehouses.mustRun(session.warehouse);
  const transaction = session.transaction ?? openOrAlone(work);
  try {
    const waited = engine.catalog.mustTable(full, session.id);
    await engine.locks.acquire(transaction, lockName(waited), locks[how.mode], lockWait(work));
    // Who had the lock before may have dropped the table, or put another in its place.
    const table = engine.catalog.mustTable(full, session.id);
    if (table.id !== waited.id) throw refused('missing', shown(full));
    const outcome = await writeTo(work, table, transaction, how.mode, steps);
    if (!transaction.isExplicit) await install(engine, session, transaction);
    return outcome;
  } catch (error) {
    if (!transaction.isExplicit) await forget(engine, transaction);
    throw error;
  }
}

export function lockName(table: Table): string {
  return `${table.name.join('.')} (${table.id})`;
}

/** With AUTOCOMMIT off the first change opens a transaction. */
function openOrAlone({ engine, session }: Work): Transaction {
  const id = engine.nextTransactionId();
  const isAlone = session.parameters.is('AUTOCOMMIT');
  const transaction = new Transaction(id, !isAlone, id);
  if (!isAlone) session.transaction = transaction;
  return transaction;
}

async function writeTo<T>(
  { engine, session, statement }: Work,
  table: Table,
  transaction: Transaction,
  mode: WriteMode,
  steps: Steps<T>,
): Promise<Outcome> {
  const name = table.name[2];
  const plan = planOf(engine.physical.newVersion(), table, transaction, mode);
  const execution = new Execution(session.connection, statement.signal);
  try {
    const { writing, prepared, before } = await engine.latch.reading(async () => {
      const resolver = new Resolver(engine, session, new Map([[table.id, plan.version]]));
      const into = physicalName(plan.version, name);
      const opened: Writing = { execution, resolver, table, transaction, into };
      const making = plan.before(resolver);
      const result = steps.prepare(opened);
      await execution.try(() => resolver.ready());
      await execution.begin();
      return { writing: opened, prepared: result, before: making };
    });
    for (const each of before) await execution.run(each);
    const outcome = await steps.run(writing, prepared);
    await execution.commit();
    if (plan.change !== undefined) transaction.changes.set(table.id, plan.change);
    if (plan.retired !== undefined) await dropVersions(engine, [plan.retired]);
    return outcome;
  } catch (error) {
    await execution.rollback();
    throw error;
  } finally {
    execution.over();
  }
}

/** Where a write goes: into what is committed only when nothing else can be part of the transaction. */
function planOf(version: string, table: Table, transaction: Transaction, mode: WriteMode): Plan {
  const known = transaction.changes.get(table.id);
  const nothing = { before: () => [], change: undefined, retired: undefined };
  const create = tableDdl(version, table.name[2], table.columns);
  const own = { kind: 'own', table, version, forgetsLoads: mode === 'replace' } as const;
  if (mode === 'replace') return { version, before: () => create, change: own, retired: known?.version };
  if (!transaction.isExplicit) return { version: table.version, ...nothing };
  if (known?.kind === 'own' || (known !== undefined && mode === 'add'))
    return { version: known.version, ...nothing };
  if (mode === 'add') {
    return { version, before: () => create, change: { ...own, kind: 'added' }, retired: undefined };
  }
  const copy = (resolver: Resolver): string =>
    `insert into ${physicalName(version, table.name[2])} from ${resolver.read(table)}`;
  return {
    version,
    before: (resolver) => [...create, copy(resolver)],
    change: own,
    retired: known?.version,
  };
}
