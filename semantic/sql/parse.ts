import { hasSqlDetails, loadModule, parseSync } from 'libpg-query';
import type { Node } from 'libpg-query';
import { messageOf } from '../../lib/errors.ts';
import { SqlError } from './sql-error.ts';

/** One statement of what a client has sent, as PostgreSQL's own grammar reads it. */
export interface ParsedStatement {
  /** Its own text, without the semicolon. Positions in `node` are bytes of it. */
  readonly text: string;
  /** Characters before it in what was sent. */
  readonly offset: number;
  readonly node: Node;
}

/** Longer than any statement that a tool writes. */
const longestText = 1_000_000;

/** To be awaited before the first {@link parseSql}. */
export const loadParser = loadModule;

/** The statements of a text, none where it is empty. Throws SqlError 42601 with the position. */
export function parseSql(text: string): ParsedStatement[] {
  if (text.length > longestText)
    throw new SqlError({ code: '54000', message: `a statement may have ${longestText} characters` });
  // The parser takes a text without anything for a mistake.
  if (text.trim() === '') return [];
  const read = readStatements(text);
  const [only] = read;
  if (
    read.length === 1 &&
    only?.stmt !== undefined &&
    (only.stmt_len ?? 0) === 0 &&
    (only.stmt_location ?? 0) === 0
  )
    return [{ text, offset: 0, node: only.stmt }];
  const bytes = Buffer.from(text);
  return read.flatMap(({ stmt_location: from = 0, stmt_len: length = 0 }) => {
    const end = length === 0 ? bytes.length : from + length;
    const own = bytes.subarray(from, end).toString('utf8');
    const offset = bytes.subarray(0, from).toString('utf8').length;
    // Read on its own, so that places in it are places of its own text.
    return readStatements(own).flatMap(({ stmt }) =>
      stmt === undefined ? [] : [{ text: own, offset, node: stmt }],
    );
  });
}

/** The character, from 1, at which a byte of a statement stands. */
export function positionOf(text: string, byte: number | undefined): number | undefined {
  if (byte === undefined || byte < 0) return undefined;
  return Buffer.from(text).subarray(0, byte).toString('utf8').length + 1;
}

function readStatements(text: string): NonNullable<ReturnType<typeof parseSync>['stmts']> {
  try {
    return parseSync(text).stmts ?? [];
  } catch (error) {
    const position = hasSqlDetails(error) ? error.sqlDetails?.cursorPosition : undefined;
    throw new SqlError({
      code: '42601',
      message: messageOf(error),
      position: position === undefined ? undefined : position + 1,
    });
  }
}
