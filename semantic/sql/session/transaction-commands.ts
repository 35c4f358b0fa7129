import type { TransactionStmt } from 'libpg-query';
import { SqlError } from '../sql-error.ts';
import { plainCommand } from './command.ts';
import type { Command } from './command.ts';
import type { SessionContext } from './session-context.ts';

type Kind = NonNullable<TransactionStmt['kind']>;
type Act = (statement: TransactionStmt, context: SessionContext) => string;

const acts: Readonly<Partial<Record<Kind, Act>>> = {
  TRANS_STMT_BEGIN: (_, context) => begin(context, 'BEGIN'),
  TRANS_STMT_START: (_, context) => begin(context, 'START TRANSACTION'),
  TRANS_STMT_COMMIT: ({ chain = false }, context) => end(context, 'commit', chain),
  TRANS_STMT_ROLLBACK: ({ chain = false }, context) => end(context, 'rollback', chain),
  TRANS_STMT_SAVEPOINT: ({ savepoint_name: name = '' }, { transaction }) => {
    mustBeOpen(transaction.status, 'SAVEPOINT');
    transaction.savepoint(name);
    return 'SAVEPOINT';
  },
  TRANS_STMT_RELEASE: ({ savepoint_name: name = '' }, { transaction, cursors }) => {
    mustBeOpen(transaction.status, 'RELEASE SAVEPOINT');
    transaction.release(name);
    for (const cursor of cursors.values()) cursor.depth = Math.min(cursor.depth, transaction.depth);
    return 'RELEASE';
  },
  TRANS_STMT_ROLLBACK_TO: ({ savepoint_name: name = '' }, { transaction, cursors, closePortals }) => {
    mustBeOpen(transaction.status, 'ROLLBACK TO SAVEPOINT');
    transaction.rollbackTo(name);
    closePortals();
    for (const cursor of cursors.values()) if (cursor.depth >= transaction.depth) drop(cursors, cursor.name);
    return 'ROLLBACK';
  },
};

/** BEGIN, COMMIT, ROLLBACK, SAVEPOINT and their kin. Throws SqlError for what two phases would need. */
export function transactionCommand(statement: TransactionStmt, context: SessionContext): Command {
  const act = acts[statement.kind ?? 'TRANS_STMT_BEGIN'] ?? prepareTransaction;
  return plainCommand(() => act(statement, context));
}

const exits: readonly (Kind | undefined)[] = [
  'TRANS_STMT_COMMIT',
  'TRANS_STMT_ROLLBACK',
  'TRANS_STMT_ROLLBACK_TO',
  'TRANS_STMT_PREPARE',
];

/** Whether a statement ends a transaction that has failed. */
export function isExit({ kind }: TransactionStmt): boolean {
  return exits.includes(kind);
}

/** Cursors that do not outlive the transaction go with it; after an error all that it has made. */
export function closeCursors(context: SessionContext, isCommitted: boolean): void {
  for (const cursor of context.cursors.values()) {
    if (cursor.isHold && (isCommitted || cursor.isCommitted)) cursor.isCommitted = true;
    else drop(context.cursors, cursor.name);
  }
}

/** What has failed is rolled back also by this. */
function prepareTransaction(_: TransactionStmt, context: SessionContext): string {
  if (context.transaction.status === 'failed') return end(context, 'rollback', false);
  throw new SqlError({
    code: '0A000',
    message: 'two-phase transactions are not supported: nothing is written',
  });
}

function begin({ transaction, warn }: SessionContext, tag: string): string {
  if (transaction.status === 'open')
    warn({ code: '25001', message: 'there is already a transaction in progress' });
  transaction.begin();
  return tag;
}

function end(context: SessionContext, how: 'commit' | 'rollback', isChained: boolean): string {
  const { transaction, warn, closePortals } = context;
  if (transaction.status === 'idle') {
    if (isChained) mustBeOpen('idle', `${how.toUpperCase()} AND CHAIN`);
    warn({ code: '25P01', message: 'there is no transaction in progress' });
  }
  const isCommitted = transaction.end(how);
  closePortals();
  closeCursors(context, isCommitted);
  if (isChained) transaction.begin();
  return isCommitted ? 'COMMIT' : 'ROLLBACK';
}

function mustBeOpen(status: string, what: string): void {
  if (status === 'idle')
    throw new SqlError({ code: '25P01', message: `${what} can only be used in transaction blocks` });
}

function drop(cursors: SessionContext['cursors'], name: string): void {
  cursors.get(name)?.close();
  cursors.delete(name);
}
