import type { ClosePortalStmt, DeclareCursorStmt, FetchStmt } from 'libpg-query';
import type { ParsedStatement } from '../parse.ts';
import { SqlError } from '../sql-error.ts';
import { plainCommand } from './command.ts';
import type { Command } from './command.ts';
import type { SessionContext } from './session-context.ts';
import { Cursor } from './cursor.ts';
import type { FetchPlan } from './cursor.ts';
import { trailingStatement } from './inner-statement.ts';

/** PostgreSQL's bits of DECLARE. */
const binary = 0x1;
const scroll = 0x2;
const hold = 0x20;

/** FETCH ALL as the grammar tells it; the first is what 64 bits leave of it. */
const all = [2 ** 31 - 1, Number.MAX_SAFE_INTEGER];

export async function declareCommand(
  { portalname: name = '', options = 0 }: DeclareCursorStmt,
  statement: ParsedStatement,
  types: readonly number[],
  context: SessionContext,
): Promise<Command> {
  const prepared = await context.prepare(trailingStatement(statement, 'declare'), types);
  const isHold = (options & hold) !== 0;
  return {
    parameterTypes: prepared.parameterTypes,
    fields: undefined,
    run: async ({ parameters, parameterFormats }) => {
      if (!isHold && !context.isBlock())
        throw new SqlError({
          code: '25P01',
          message: 'DECLARE CURSOR can only be used in transaction blocks',
          hint: 'Send BEGIN before, or declare the cursor WITH HOLD.',
        });
      if (context.cursors.has(name))
        throw new SqlError({ code: '42P03', message: `cursor "${name}" already exists` });
      if (context.cursors.size >= mostCursors)
        throw new SqlError({ code: '54000', message: `a connection may have ${mostCursors} cursors` });
      const cursor = new Cursor({
        name,
        prepared,
        // Parts of a message that is gone by the time they are read.
        parameters: parameters.map((each) => each && Buffer.from(each)),
        parameterFormats,
        isHold,
        isScroll: (options & scroll) !== 0,
        isBinary: (options & binary) !== 0,
        depth: context.transaction.depth,
      });
      context.cursors.set(name, cursor);
      return { kind: 'done', tag: 'DECLARE CURSOR' };
    },
  };
}

const mostCursors = 100;

export function fetchCommand(statement: FetchStmt, context: SessionContext): Command {
  const { portalname: name = '', ismove: isMove = false } = statement;
  const plan = planOf(statement);
  const cursor = context.cursors.get(name);
  return {
    parameterTypes: [],
    fields: isMove ? undefined : cursor?.fields,
    format: cursor?.format,
    run: async ({ resultFormats, signal }) => {
      const found = mustFind(name, context);
      // Whoever was let out meanwhile does not go on reading.
      await context.visit();
      if (isMove) return { kind: 'done', tag: `MOVE ${await found.move(plan, signal)}` };
      const rows = await found.fetch(plan, resultFormats, signal);
      return { kind: 'rows', rows, tag: (count) => `FETCH ${count}` };
    },
  };
}

export function closeCommand({ portalname: name }: ClosePortalStmt, context: SessionContext): Command {
  return plainCommand(() => {
    if (name === undefined) closeAll(context);
    else {
      mustFind(name, context).close();
      context.cursors.delete(name);
    }
    return name === undefined ? 'CLOSE CURSOR ALL' : 'CLOSE CURSOR';
  });
}

export function closeAll({ cursors }: SessionContext): void {
  for (const cursor of cursors.values()) cursor.close();
  cursors.clear();
}

function mustFind(name: string, { cursors }: SessionContext): Cursor {
  const cursor = cursors.get(name);
  if (cursor === undefined) throw new SqlError({ code: '34000', message: `cursor "${name}" does not exist` });
  return cursor;
}

const directions: Readonly<Record<NonNullable<FetchStmt['direction']>, FetchPlan['direction']>> = {
  FETCH_FORWARD: 'forward',
  FETCH_BACKWARD: 'backward',
  FETCH_ABSOLUTE: 'absolute',
  FETCH_RELATIVE: 'relative',
};

function planOf({ direction = 'FETCH_FORWARD', howMany }: FetchStmt): FetchPlan {
  const count = Number(howMany ?? 0);
  return { direction: directions[direction], count: all.includes(count) ? 'all' : count };
}
