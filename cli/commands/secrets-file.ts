import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../../lib/errors.ts';
import { cliErrors } from '../errors.ts';
import type { OperationResult } from '../operations/operation.ts';

/** Reads values by name from a JSON or YAML file. */
export async function readNamedValues(file: string): Promise<Readonly<Record<string, unknown>>> {
  const where = path.resolve(file);
  const text = await readFile(where, 'utf8').catch((error: unknown) => {
    throw unreadable(where, messageOf(error));
  });
  const content = await parseText(where, text);
  if (typeof content === 'object' && content !== null && !Array.isArray(content))
    return content as Readonly<Record<string, unknown>>;
  throw unreadable(where, 'it does not hold values by name');
}

async function parseText(where: string, text: string): Promise<unknown> {
  // Loaded only for who imports a file: completion reads every verb at the start of a shell.
  const { parse } = await import('yaml');
  try {
    return parse(text);
  } catch {
    // What the parser says quotes the text, and that may be a secret.
    throw unreadable(where, 'it is neither JSON nor YAML');
  }
}

function unreadable(where: string, message: string): Error {
  const remedy = 'Write an object of names and values, as the export does.';
  return cliErrors.error('CLI_FILE_UNREADABLE', { message, where, remedy });
}

/** Writes the rows of an export, the first column as names, into a file that only its owner reads. */
export async function writeNamedValues(
  file: string,
  result: OperationResult,
  valueOf: (text: string) => unknown,
): Promise<number> {
  if (result.kind !== 'rows') return 0;
  const [name = '', value = ''] = result.columns;
  const entries = result.rows.map((row) => [String(row[name]), valueOf(String(row[value]))]);
  await writeFile(file, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`, { mode: 0o600 });
  // One that was there before has kept its mode.
  await chmod(file, 0o600);
  return entries.length;
}
