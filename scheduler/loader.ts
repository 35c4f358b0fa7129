import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ShopwaveError, messageOf } from '../lib/errors.ts';
import type { AnyDag } from './authoring/definition.ts';
import { greenFailures } from './core/green-failures.ts';
import { validateDag } from './core/validate-dag.ts';
import type { LoadedDag } from './core/validate-dag.ts';
import { schedulerErrors } from './errors.ts';

/** Why a DAG file, or one DAG in it, is not there. The other DAGs are. */
export interface ImportError {
  readonly file: string;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

export interface LoadedDags {
  readonly dags: ReadonlyMap<string, LoadedDag>;
  readonly importErrors: readonly ImportError[];
  /** What loads and is probably not meant. */
  readonly warnings: readonly string[];
}

/** Imports every `*.dag.ts` of a folder, in order of name. A file at fault is listed and stops no other. */
export async function loadDags(folder: string): Promise<LoadedDags> {
  const dags = new Map<string, LoadedDag>();
  const importErrors: ImportError[] = [];
  const note = (file: string, error: unknown): void => void importErrors.push(importErrorOf(file, error));
  for (const file of await listDagFiles(folder)) {
    const definitions = await importDagFile(file).catch((error: unknown) => (note(file, error), []));
    for (const definition of definitions) {
      try {
        addDag(dags, validateDag(definition, file));
      } catch (error) {
        note(file, error);
      }
    }
  }
  return { dags, importErrors, warnings: [...dags.values()].flatMap(greenFailures) };
}

async function listDagFiles(folder: string): Promise<readonly string[]> {
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => name.endsWith('.dag.ts'))
      .toSorted()
      .map((name) => path.join(folder, name));
  } catch (cause) {
    throw schedulerErrors.error('DAG_FOLDER_MISSING', {
      message: 'DAG folder not readable',
      where: folder,
      cause,
    });
  }
}

async function importDagFile(file: string): Promise<readonly AnyDag[]> {
  const module = await importModule(file);
  // A DAG may be exported both by name and as the default.
  const definitions = [...new Set(Object.values(module).filter(isDag))];
  if (definitions.length > 0) return definitions;
  throw schedulerErrors.error('DAG_FILE_EMPTY', { message: 'the file exports no DAG', where: file });
}

async function importModule(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (cause) {
    // A door such as cron() already says what is wrong; only the file is missing.
    if (cause instanceof ShopwaveError) throw cause;
    throw schedulerErrors.error('DAG_FILE_FAILED', {
      message: messageOf(cause),
      where: placeOf(file, cause),
      cause,
    });
  }
}

/** By shape and not by class: a file may have been loaded beside another copy of the door. */
function isDag(value: unknown): value is AnyDag {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'dag';
}

function addDag(dags: Map<string, LoadedDag>, dag: LoadedDag): void {
  const { dagId } = dag.definition;
  const first = dags.get(dagId);
  if (first !== undefined) {
    const message = `DAG id ${dagId} is already declared in ${first.file}`;
    throw schedulerErrors.error('DAG_ID_DUPLICATE', { message, where: dag.file });
  }
  dags.set(dagId, dag);
}

/** `file:line` of the topmost stack frame inside the file, if the stack names one. */
function placeOf(file: string, error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const at = stack.indexOf(`${path.basename(file)}:`);
  const line = at === -1 ? undefined : /:(\d+)/.exec(stack.slice(at))?.[1];
  return line === undefined ? file : `${file}:${line}`;
}

function importErrorOf(file: string, error: unknown): ImportError {
  if (!(error instanceof ShopwaveError)) throw error;
  return { file: error.where ?? file, code: error.code, message: error.message, remedy: error.remedy };
}
