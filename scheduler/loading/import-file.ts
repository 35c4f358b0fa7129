import { pathToFileURL } from 'node:url';
import { ShopwaveError, messageOf } from '../../lib/errors.ts';
import type { AnyDag } from '../authoring/definition.ts';
import { schedulerErrors } from '../errors.ts';
import { placeOf } from './import-error.ts';

/** The DAGs that a file exports. A version above 1 is imported anew: modules are kept for good by their address. */
export async function importDagFile(file: string, version: number): Promise<readonly AnyDag[]> {
  const module = await importModule(file, version);
  // A DAG may be exported both by name and as the default.
  const definitions = [...new Set(Object.values(module).filter(isDag))];
  if (definitions.length > 0) return definitions;
  throw schedulerErrors.error('DAG_FILE_EMPTY', { message: 'the file exports no DAG', where: file });
}

async function importModule(file: string, version: number): Promise<Readonly<Record<string, unknown>>> {
  const { href } = pathToFileURL(file);
  const { stackTraceLimit } = Error;
  // Deep enough that the stack of an error in one of our doors reaches the file's own line.
  Error.stackTraceLimit = 50;
  try {
    return (await import(version === 1 ? href : `${href}?version=${version}`)) as Record<string, unknown>;
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
