import type { ParsedStatement } from '../parse.ts';
import { SqlError, sqlErrorOf } from '../sql-error.ts';
import { emptyQuery, errorResponse, parameterStatus, readyForQuery } from '../wire/backend-messages.ts';
import { ClientGone } from '../wire/channel.ts';
import { FatalError } from '../wire/fatal-error.ts';
import type { FrontendMessage } from '../wire/frontend-messages.ts';
import { closeAll } from './cursor-commands.ts';
import { ExtendedProtocol } from './extended-protocol.ts';
import { Portal } from './portal.ts';
import { Running } from './running.ts';
import { reportedSettings, timeMs } from './own-settings.ts';
import { SessionState } from './session-state.ts';
import type { SessionOptions } from './session-state.ts';
import { assign, settingNow } from './setting-commands.ts';
import { closeCursors } from './transaction-commands.ts';

/** One connection's statements, from the first message after the start to the last. */
export class Session {
  private readonly options: SessionOptions;
  private readonly state: SessionState;
  private readonly running: Running;
  private readonly extended: ExtendedProtocol;
  /** After an error in the extended protocol: everything up to the next Sync is passed over. */
  private isSkipping = false;
  private reported: ReadonlyMap<string, string> = new Map();

  constructor(options: SessionOptions) {
    this.options = options;
    this.state = new SessionState(options, () => this.extended.closePortals());
    this.running = new Running(options, this.state);
    this.extended = new ExtendedProtocol(options, this.state, this.running);
  }

  /** Settings that came with the start, then what every client is told. Throws FatalError for one that cannot be. */
  async start(settings: ReadonlyMap<string, string>): Promise<void> {
    const { context } = this.state;
    try {
      for (const [name, value] of settings) await assign(name, value, false, context);
    } catch (error) {
      throw new FatalError(sqlErrorOf(error));
    }
    context.settings.begin();
    context.transaction.endImplicit();
    for (const name of reportedSettings)
      this.options.out.send(parameterStatus(name, await settingNow(name, context)));
    this.reported = context.settings.effective;
  }

  /** Answers one message. Throws FatalError, after which the connection is closed. */
  async handle(message: FrontendMessage): Promise<void> {
    if (this.isSkipping && message.kind !== 'sync') return;
    this.running.begin(message.kind === 'execute');
    try {
      await this.answer(message);
    } catch (error) {
      await this.refuse(error, message.kind === 'query');
    }
  }

  /** Tells of an error. What follows a query is answered; after any other message, only what follows the next Sync. */
  async refuse(error: unknown, isQuery: boolean): Promise<void> {
    if (this.isSkipping) return;
    this.fail(error);
    if (isQuery) await this.ready();
    else this.isSkipping = true;
  }

  /** Tells that the next message may come. */
  async ready(): Promise<void> {
    const { context } = this.state;
    const { transaction, cursors, settings } = context;
    transaction.endImplicit();
    this.extended.endTurn();
    if (transaction.status === 'idle') {
      this.extended.closePortals();
      if (cursors.size > 0) closeCursors(context, true);
    }
    if (settings.effective !== this.reported) await this.reportChanges();
    this.options.out.send(readyForQuery(transaction.status));
  }

  /** Ends the statement that runs, if any, with that error. */
  cancel(error: SqlError): void {
    this.running.cancel(error);
  }

  /** Ends everything; what runs ends with that error. */
  close(error: Error): void {
    this.running.close(error);
    this.extended.closePortals();
    closeAll(this.state.context);
  }

  /** How long the next message may take in ms, and what is told when it did not come; undefined for no limit. */
  waiting(): { readonly ms: number; readonly error: FatalError } | undefined {
    const { settings, transaction } = this.state.context;
    const { name, code, what } = transaction.status === 'idle' ? idle : idleInTransaction;
    const ms = timeMs(settings.effective.get(name) ?? '0') ?? 0;
    if (ms === 0) return undefined;
    const message = `terminating connection due to ${what} timeout`;
    return { ms, error: new FatalError({ code, message }) };
  }

  private answer(message: FrontendMessage): Promise<void> | void {
    switch (message.kind) {
      case 'query':
        return this.query(message.text);
      case 'parse':
        return this.extended.parse(message);
      case 'bind':
        return this.extended.bind(message);
      case 'describe':
        return this.extended.describe(message);
      case 'execute':
        return this.extended.execute(message);
      case 'close':
        return this.extended.close(message);
      case 'sync':
        this.isSkipping = false;
        return this.ready();
      case 'flush':
        return this.options.out.drained();
      case 'function-call':
        throw new SqlError({
          code: '0A000',
          message: 'function calls of the protocol are not supported',
          hint: 'Call the function in a SELECT.',
        });
      case 'terminate':
      case 'copy-leftover':
    }
  }

  private async query(text: string): Promise<void> {
    const { state } = this;
    state.context.statements.delete('');
    const statements = this.options.parse(text);
    if (statements.length === 0) this.options.out.send(emptyQuery);
    state.isString = statements.length > 1;
    try {
      for (const statement of statements) await this.simple(statement);
    } finally {
      state.isString = false;
    }
    await this.ready();
  }

  private async simple(statement: ParsedStatement): Promise<void> {
    this.running.begin(false);
    this.state.mustBeUsable(statement);
    const command = await this.running.within(new AbortController(), () => this.state.compile(statement, []));
    if (command.parameterTypes.length > 0)
      throw new SqlError({ code: '42P02', message: 'there is no parameter $1' });
    const portal = new Portal({
      command,
      statement,
      parameters: [],
      parameterFormats: [],
      resultFormats: [],
    });
    await this.running.run(portal, 0, true);
  }

  private fail(error: unknown): void {
    if (error instanceof FatalError || error instanceof ClientGone) throw error;
    const { context } = this.state;
    const fields = sqlErrorOf(error);
    this.running.wroteError(fields, error);
    context.transaction.fail();
    if (context.transaction.status === 'idle') {
      this.extended.closePortals();
      closeCursors(context, false);
    }
    this.options.out.send(errorResponse('ERROR', fields));
  }

  private async reportChanges(): Promise<void> {
    const { context } = this.state;
    const { effective } = context.settings;
    for (const name of reportedSettings) {
      const key = name.toLowerCase();
      if (effective.get(key) === this.reported.get(key)) continue;
      this.options.out.send(parameterStatus(name, await settingNow(name, context)));
    }
    this.reported = effective;
  }
}

const idle = { name: 'idle_session_timeout', code: '57P05', what: 'idle-session' };
const idleInTransaction = {
  name: 'idle_in_transaction_session_timeout',
  code: '25P03',
  what: 'idle-in-transaction',
};
