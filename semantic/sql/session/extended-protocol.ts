import type { Field, Format } from '../engine.ts';
import type { ParsedStatement } from '../parse.ts';
import { SqlError } from '../sql-error.ts';
import {
  bindComplete,
  closeComplete,
  emptyQuery,
  noData,
  parameterDescription,
  parseComplete,
} from '../wire/backend-messages.ts';
import type { BindMessage, FrontendMessage } from '../wire/frontend-messages.ts';
import { plainCommand } from './command.ts';
import type { Command } from './command.ts';
import { Portal, description } from './portal.ts';
import { duplicateStatement } from './prepared-commands.ts';
import type { PreparedStatement } from './prepared-statement.ts';
import type { Running } from './running.ts';
import type { SessionOptions, SessionState } from './session-state.ts';

type MessageOf<Kind extends FrontendMessage['kind']> = Extract<FrontendMessage, { kind: Kind }>;

const mostNamed = 5000;
/** Characters of statements, and bytes of parameters, that one connection may have kept here. */
const mostHeld = 64 * 1024 * 1024;

/** What an empty text does. */
const nothing: Command = plainCommand(() => '');

/** Parse, Bind, Describe, Execute and Close. */
export class ExtendedProtocol {
  private readonly options: SessionOptions;
  private readonly state: SessionState;
  private readonly running: Running;
  private readonly portals = new Map<string, Portal>();
  /** Counts what was answered: what was understood in one turn needs not be understood again in it. */
  private turn = 0;

  constructor(options: SessionOptions, state: SessionState, running: Running) {
    this.options = options;
    this.state = state;
    this.running = running;
  }

  endTurn(): void {
    this.turn += 1;
  }

  closePortals(): void {
    if (this.portals.size === 0) return;
    for (const portal of this.portals.values()) portal.close();
    this.portals.clear();
  }

  async parse({ name, text, types }: MessageOf<'parse'>): Promise<void> {
    const { statements } = this.state.context;
    if (name === '') statements.delete(name);
    const [parsed, another] = this.options.parse(text);
    if (another !== undefined)
      throw new SqlError({
        code: '42601',
        message: 'cannot insert multiple commands into a prepared statement',
      });
    if (parsed !== undefined) this.state.mustBeUsable(parsed);
    if (statements.size >= mostNamed || statements.length + text.length > mostHeld)
      throw new SqlError({
        code: '54000',
        message: 'the connection has too many prepared statements',
        hint: 'Send DEALLOCATE ALL, or close those that are not needed.',
      });
    const statement: PreparedStatement = { parsed, types, understood: undefined };
    if (parsed !== undefined) await this.understand(statement, parsed);
    if (name !== '' && statements.has(name)) throw duplicateStatement(name);
    statements.set(name, statement);
    this.options.out.send(parseComplete);
  }

  async bind(message: BindMessage): Promise<void> {
    const statement = this.statement(message.statement);
    const { parsed } = statement;
    refuseParameters(message, statement.understood?.command ?? nothing);
    this.state.mustBeUsable(parsed);
    const command = parsed === undefined ? nothing : await this.current(statement, parsed);
    refuseParameters(message, command);
    this.makeRoom(message);
    refuseFormats(message, command);
    const { portal, parameters, parameterFormats, resultFormats } = message;
    this.portals.set(
      portal,
      new Portal({ command, statement: parsed, parameters, parameterFormats, resultFormats }),
    );
    this.options.out.send(bindComplete);
  }

  async describe({ target, name }: MessageOf<'describe'>): Promise<void> {
    const { out } = this.options;
    if (target === 'portal') {
      // What DECLARE has made is a portal, too.
      const { command, formats } = this.portals.get(name) ?? this.cursor(name) ?? this.portal(name);
      if (command.fields !== undefined) this.state.mustBeUsable(undefined);
      out.send(command.fields === undefined ? noData : description(command.fields, formats));
      return;
    }
    const statement = this.statement(name);
    const { parsed } = statement;
    if (statement.understood?.command.fields !== undefined) this.state.mustBeUsable(undefined);
    const command = parsed === undefined ? nothing : await this.current(statement, parsed);
    out.send(parameterDescription(command.parameterTypes));
    const formats = command.format === undefined ? [] : [command.format];
    out.send(command.fields === undefined ? noData : description(command.fields, formats));
  }

  async execute({ portal: name, most }: MessageOf<'execute'>): Promise<void> {
    const portal = this.portal(name);
    if (portal.statement === undefined) return this.options.out.send(emptyQuery);
    this.state.mustBeUsable(portal.statement);
    await this.running.run(portal, most, false);
  }

  close({ target, name }: MessageOf<'close'>): void {
    if (target === 'statement') this.state.context.statements.delete(name);
    else this.drop(name);
    this.options.out.send(closeComplete);
  }

  private drop(portal: string): void {
    this.portals.get(portal)?.close();
    this.portals.delete(portal);
  }

  private makeRoom({ portal, parameters }: BindMessage): void {
    const { portals } = this;
    if (portal === '') this.drop('');
    else if (portals.has(portal))
      throw new SqlError({ code: '42P03', message: `portal "${portal}" already exists` });
    else if (portals.size > 0) {
      let held = 0;
      for (const each of [...portals.values(), { heldBytes: bytesOf(parameters) }]) held += each.heldBytes;
      if (portals.size >= mostNamed || held > mostHeld)
        throw new SqlError({
          code: '54000',
          message: 'the connection has too many portals',
          hint: 'Close those that are not needed, or send Sync outside of a transaction.',
        });
    }
  }

  /** The statement as it is to be understood now. Throws SqlError 0A000 where its columns are not what was told. */
  private async current(statement: PreparedStatement, parsed: ParsedStatement): Promise<Command> {
    const before = statement.understood;
    const { effective } = this.state.context.settings;
    if (before?.turn === this.turn && before.settings === effective && !isOfCursor(parsed))
      return before.command;
    const command = await this.understand(statement, parsed);
    if (
      'SelectStmt' in parsed.node &&
      before !== undefined &&
      !areSame(before.command.fields, command.fields)
    )
      throw new SqlError({
        code: '0A000',
        message: 'cached plan must not change result type',
        hint: 'Prepare the statement again.',
      });
    return command;
  }

  private async understand(statement: PreparedStatement, parsed: ParsedStatement): Promise<Command> {
    const command = await this.running.within(new AbortController(), () =>
      this.state.compile(parsed, statement.types),
    );
    const { effective } = this.state.context.settings;
    statement.understood = { command, turn: this.turn, settings: effective };
    return command;
  }

  private statement(name: string): PreparedStatement {
    const found = this.state.context.statements.get(name);
    if (found === undefined)
      throw new SqlError({
        code: '26000',
        message:
          name === ''
            ? 'unnamed prepared statement does not exist'
            : `prepared statement "${name}" does not exist`,
      });
    return found;
  }

  private cursor(
    name: string,
  ): { readonly command: Pick<Command, 'fields'>; readonly formats: readonly Format[] } | undefined {
    const cursor = this.state.context.cursors.get(name);
    if (cursor === undefined) return undefined;
    return {
      command: { fields: cursor.fields },
      formats: cursor.format === undefined ? [] : [cursor.format],
    };
  }

  private portal(name: string): Portal {
    const found = this.portals.get(name);
    if (found === undefined)
      throw new SqlError({ code: '34000', message: `portal "${name}" does not exist` });
    return found;
  }
}

/** A cursor of that name may be another one than when the statement was understood, or may not have been there. */
function isOfCursor({ node }: ParsedStatement): boolean {
  return 'FetchStmt' in node || 'ExecuteStmt' in node;
}

function refuseParameters({ statement, parameters }: BindMessage, command: Command): void {
  const wanted = command.parameterTypes.length;
  if (parameters.length !== wanted)
    throw new SqlError({
      code: '08P01',
      message: `bind message supplies ${parameters.length} parameters, but prepared statement "${statement}" requires ${wanted}`,
    });
}

function refuseFormats({ resultFormats }: BindMessage, command: Command): void {
  if (command.fields === undefined) return;
  const columns = command.fields.length;
  if (resultFormats.length > 1 && resultFormats.length !== columns)
    throw new SqlError({
      code: '08P01',
      message: `bind message has ${resultFormats.length} result formats but query has ${columns} columns`,
    });
}

function areSame(before: readonly Field[] | undefined, now: readonly Field[] | undefined): boolean {
  if (before === now) return true;
  if (before?.length !== now?.length) return false;
  return (before ?? []).every(
    ({ name, typeOid }, index) => now?.[index]?.name === name && now[index].typeOid === typeOid,
  );
}

function bytesOf(parameters: readonly (Buffer | null)[]): number {
  return parameters.reduce((sum, each) => sum + (each?.length ?? 0), 0);
}
