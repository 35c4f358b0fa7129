import { pathToFileURL } from 'node:url';
import { ShopwaveError, messageOf } from '../../lib/errors.ts';
import type { AnyDag } from '../authoring/definition.ts';
import { schedulerErrors } from '../errors.ts';
import { placeOf } from './import-error.ts';

/** Which reading of a folder's files is meant: the first, or one for which what has changed is imported anew. */
export interface Edition {
  readonly number: number;
  /** Its real path. */
  readonly folder: string;
}

/**
 * Where an edition of a file is imported from: modules are kept for good by their address. The loader gives what the file
 * imports of the folder the same edition (`lib/ts-loader/hooks.mjs`).
 */
export function addressOf(file: string, edition: Edition | undefined): string {
  const { href } = pathToFileURL(file);
  if (edition === undefined || edition.number === 1) return href;
  const { pathname } = pathToFileURL(`${edition.folder}/`);
  return `${href}?edition=${edition.number}&within=${encodeURIComponent(pathname)}`;
}

/** The DAGs that a file exports. */
export async function importDagFile(file: string, edition?: Edition): Promise<readonly AnyDag[]> {
  const module = await importModule(file, addressOf(file, edition));
  // A DAG may be exported both by name and as the default.
  const definitions = [...new Set(Object.values(module).filter(isDag))];
  if (definitions.length > 0) return definitions;
  throw schedulerErrors.error('DAG_FILE_EMPTY', { message: 'the file exports no DAG', where: file });
}

async function importModule(file: string, address: string): Promise<Readonly<Record<string, unknown>>> {
  const { stackTraceLimit } = Error;
  // Deep enough that the stack of an error in one of our doors reaches the file's own line.
  Error.stackTraceLimit = 50;
  try {
    return (await import(address)) as Record<string, unknown>;
  } catch (cause) {
    // A door such as cron() already says what is wrong; only the place is missing.
    if (cause instanceof ShopwaveError) throw cause;
    throw schedulerErrors.error('DAG_FILE_FAILED', {
      message: messageOf(cause),
      where: placeOf(file, cause),
      cause,
    });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** By shape and not by class: a file may have been loaded beside another copy of the door. */
function isDag(value: unknown): value is AnyDag {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'dag';
}
