import type { Prepared, SqlEngine, SqlVisit } from '../engine.ts';
import type { ParsedStatement } from '../parse.ts';
import type { SqlErrorFields } from '../sql-error.ts';
import type { Command } from './command.ts';
import type { Cursor } from './cursor.ts';
import type { Settings } from './settings.ts';
import type { Statements } from './statements.ts';
import type { Transaction } from './transaction.ts';

/** What statements can reach of the connection that they came by. */
export interface SessionContext {
  readonly engine: SqlEngine;
  readonly settings: Settings;
  readonly transaction: Transaction;
  readonly statements: Statements;
  readonly cursors: Map<string, Cursor>;
  /** Who is connected; as whom they ask is in the settings. */
  readonly userName: string;
  /** Whether what begins now outlives the statement: in a transaction block, or in a string of several statements. */
  readonly isBlock: () => boolean;
  readonly visit: () => Promise<SqlVisit>;
  /** Throws SqlError 42501 where that is not allowed. */
  readonly mayActFor: (name: string) => Promise<void>;
  readonly prepare: (statement: ParsedStatement, types: readonly number[]) => Promise<Prepared>;
  readonly compile: (statement: ParsedStatement, types: readonly number[]) => Promise<Command>;
  readonly warn: (fields: SqlErrorFields) => void;
  /** Ends all portals of the protocol. */
  readonly closePortals: () => void;
}
