import { ShopwaveError } from '../../../lib/errors.ts';
import type { Caller } from '../../server/access/caller.ts';
import type { Logger } from '../../../lib/logger.ts';
import type { Connected } from '../../server/access/connections.ts';
import type { Prepared, SqlEngine, SqlVisit } from '../engine.ts';
import type { Outbox } from '../wire/channel.ts';
import type { ParsedStatement } from '../parse.ts';
import { SqlError } from '../sql-error.ts';
import type { SqlErrorFields } from '../sql-error.ts';
import { noticeResponse } from '../wire/backend-messages.ts';
import { notAllowed } from '../wire/fatal-error.ts';
import type { Command } from './command.ts';
import type { SessionContext } from './session-context.ts';
import { compile, endsTransaction } from './compile.ts';
import type { Cursor } from './cursor.ts';
import { isHeard } from './own-settings.ts';
import { Settings } from './settings.ts';
import { Statements } from './statements.ts';
import { Transaction } from './transaction.ts';

export interface SessionOptions {
  readonly engine: SqlEngine;
  readonly connected: Connected;
  readonly out: Outbox;
  /** Statements of a text; the same ones for the same text. */
  readonly parse: (text: string) => readonly ParsedStatement[];
  readonly logger: Logger;
  readonly processId: number;
  readonly database: string;
}

/** So much of a client's own words goes into the log. */
const longestTag = 100;

/** What one connection has, and as whom its statements are understood. */
export class SessionState {
  readonly context: SessionContext;
  /** Whether a string of several statements is being answered, which is a transaction block of its own. */
  isString = false;
  /** As whom the last statement was asked, where that is somebody else. */
  actedFor: string | undefined;
  private readonly options: SessionOptions;

  constructor(options: SessionOptions, closePortals: () => void) {
    this.options = options;
    const settings = new Settings();
    const transaction = new Transaction(settings);
    this.context = {
      engine: options.engine,
      settings,
      transaction,
      statements: new Statements(),
      cursors: new Map<string, Cursor>(),
      userName: options.connected.name,
      isBlock: () => this.isString || transaction.status !== 'idle',
      visit: () => this.visit(),
      mayActFor: async (name) => void (await this.actFor(name)),
      prepare: (statement, types) => this.prepare(statement, types),
      compile: (statement, types) => this.compile(statement, types),
      warn: (fields) => this.warn(fields),
      closePortals,
    };
  }

  compile(statement: ParsedStatement, types: readonly number[]): Promise<Command> {
    return compile({ statement, types, context: this.context });
  }

  /** Throws SqlError 25P02 for what may not come after an error, before its transaction has ended. */
  mustBeUsable(statement: ParsedStatement | undefined): void {
    if (this.context.transaction.status !== 'failed') return;
    if (statement !== undefined && endsTransaction(statement)) return;
    throw new SqlError({
      code: '25P02',
      message: 'current transaction is aborted, commands ignored until end of transaction block',
    });
  }

  /** What the client calls itself. */
  get tag(): string | undefined {
    const name = this.context.settings.effective.get('application_name')?.slice(0, longestTag);
    return name === '' ? undefined : name;
  }

  /** Whether messages of that level are to be sent. */
  hears(level: 'notice' | 'warning'): boolean {
    return isHeard(level, this.context.settings.effective.get('client_min_messages') ?? 'notice');
  }

  private warn(fields: SqlErrorFields): void {
    if (this.hears('warning')) this.options.out.send(noticeResponse('WARNING', fields));
  }

  private async prepare(statement: ParsedStatement, types: readonly number[]): Promise<Prepared> {
    const { offset } = statement;
    const preparing = this.visit().then((visit) => this.options.engine.prepare(statement, types, visit));
    const prepared = await located(preparing, offset);
    if (offset === 0) return prepared;
    return {
      ...prepared,
      open: (binding) => located(prepared.open(binding), offset),
      explain: (binding) => located(prepared.explain(binding), offset),
    };
  }

  /** Looked up anew for every statement: rights may have changed, and whoever was let in may be let in no longer. */
  private async visit(): Promise<SqlVisit> {
    const { connected, processId, database } = this.options;
    const { effective } = this.context.settings;
    const role = effective.get('role') ?? effective.get('session_authorization') ?? connected.name;
    return {
      caller: role === connected.name ? await known(connected.caller()) : await this.actFor(role),
      actFor: (name) => this.actFor(name),
      tag: this.tag,
      database,
      processId,
      settings: effective,
    };
  }

  private async actFor(name: string): Promise<Caller> {
    const { connected } = this.options;
    const caller = await known(connected.callerFor(name));
    if (caller === undefined)
      throw new SqlError({
        code: '42501',
        message: `permission denied to act for "${name}"`,
        hint: 'The access file says who may, in acts_for of the user who is connected.',
      });
    if (name !== connected.name) this.actedFor = name;
    return caller;
  }
}

/** Whoever is known no longer has no connection, either. */
async function known<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    if (!(error instanceof ShopwaveError) || error.code !== 'SEMANTIC_UNAUTHENTICATED') throw error;
    throw notAllowed({
      message: 'the credentials of this connection are not valid any more',
      hint: 'Connect again.',
    });
  }
}

/** Positions count from the beginning of what was sent, not of the statement. */
async function located<T>(work: Promise<T>, offset: number): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof SqlError) || error.fields.position === undefined || offset === 0) throw error;
    throw new SqlError({ ...error.fields, position: error.fields.position + offset });
  }
}
