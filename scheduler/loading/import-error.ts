import path from 'node:path';
import { ShopwaveError, messageOf } from '../../lib/errors.ts';
import { schedulerErrors } from '../errors.ts';

/** Why a DAG file, or one DAG in it, is not there as it is written. The other DAGs are. */
export interface ImportError {
  /** With the line, where it is known. */
  readonly file: string;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  /** DAGs of the file that go on as they were when it last loaded. */
  readonly stillRuns: readonly string[];
}

/** An error of a file as data; one that is not typed is the file's too, since no other file is to suffer from it. */
export function importErrorOf(file: string, error: unknown, stillRuns: readonly string[]): ImportError {
  const typed =
    error instanceof ShopwaveError
      ? error
      : schedulerErrors.error('DAG_FILE_FAILED', { message: messageOf(error), cause: error });
  const { code, message, remedy } = typed;
  return { file: typed.where ?? placeOf(file, error), code, message, remedy, stillRuns };
}

/** `file:line` of the topmost stack frame inside the file, if the stack names one. */
export function placeOf(file: string, error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const at = stack.indexOf(path.basename(file));
  // A file that was loaded again has its version behind its name.
  const line =
    at === -1 ? undefined : /^(?:\?[^:\s]*)?:(\d+)/.exec(stack.slice(at + path.basename(file).length))?.[1];
  return line === undefined ? file : `${file}:${line}`;
}

/** `file:line` of the first place where the file names a DAG. */
export function placeOfDag(file: string, source: string, dagId: string): string {
  const quoted = [`'${dagId}'`, `"${dagId}"`, `\`${dagId}\``];
  const line = source.split('\n').findIndex((text) => quoted.some((each) => text.includes(each)));
  return line === -1 ? file : `${file}:${line + 1}`;
}
