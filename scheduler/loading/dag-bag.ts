import { createHash } from 'node:crypto';
import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { greenFailures } from '../core/green-failures.ts';
import { validateDag } from '../core/validate-dag.ts';
import type { LoadedDag } from '../core/validate-dag.ts';
import { schedulerErrors } from '../errors.ts';
import { importErrorOf, placeOfDag } from './import-error.ts';
import type { ImportError } from './import-error.ts';
import { importDagFile } from './import-file.ts';
import type { ImportTrial } from './import-trial.ts';

/** Everything that is loaded now. */
export interface LoadedDags {
  readonly dags: ReadonlyMap<string, LoadedDag>;
  readonly importErrors: readonly ImportError[];
  /** What loads and is probably not meant. */
  readonly warnings: readonly string[];
  readonly files: readonly DagFile[];
}

/** One file as it was last loaded. */
export interface DagFile {
  readonly file: string;
  /** Also those that go on in an earlier version. */
  readonly dagIds: readonly string[];
  readonly tasks: number;
  readonly loadMs: number;
  readonly isBroken: boolean;
}

/** The DAG files of a folder, as far as they are loaded. */
export interface DagBag {
  /** Loads what is new or has changed; everything else stays the very object it was. */
  readonly refresh: () => Promise<LoadedDags>;
}

interface FileState {
  readonly file: string;
  /** Time and size: only who differs in them is read again. */
  readonly stamp: string;
  readonly hash: string;
  readonly version: number;
  readonly loadMs: number;
  /** As the file has them, or had them when each was last right. */
  readonly dags: readonly LoadedDag[];
  /** `file:line` of each DAG, by id. */
  readonly places: ReadonlyMap<string, string>;
  readonly errors: readonly ImportError[];
}

/** Opens a folder; nothing is loaded before the first refresh. Without a trial, files are imported as they come. */
export function createDagBag(input: {
  readonly folder: string;
  readonly monotonicMs: () => number;
  readonly trial?: ImportTrial | undefined;
}): DagBag {
  let states: ReadonlyMap<string, FileState> = new Map();
  return {
    refresh: async () => {
      const next = new Map<string, FileState>();
      const files = await listDagFiles(input.folder);
      const found = await Promise.all(files.map((file) => readFileIfChanged(file, states.get(file))));
      // The worker tries one file while this thread imports the one before it.
      const tried = inTurn(found, async (each) => {
        if (each?.kind === 'changed') await input.trial?.(each.file, each.hash);
      });
      for (const [index, each] of found.entries()) {
        if (each?.kind === 'same') next.set(each.state.file, each.state);
        if (each?.kind !== 'changed') continue;
        const state = await loadFile(each, states.get(each.file), { ...input, trial: tried[index] });
        next.set(each.file, state);
      }
      states = next;
      return merge([...states.values()]);
    },
  };
}

/** Works on one after the other, however long it takes until somebody asks; one that fails keeps no other from its turn. */
function inTurn<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): readonly Promise<void>[] {
  let before = Promise.resolve();
  return items.map((item) => {
    const done = before.then(() => work(item));
    before = done.catch(() => {});
    return done;
  });
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

interface ChangedFile {
  readonly kind: 'changed';
  readonly file: string;
  readonly stamp: string;
  readonly source: string;
  readonly hash: string;
}

/** undefined: removed since it was listed. */
async function readFileIfChanged(
  file: string,
  before: FileState | undefined,
): Promise<ChangedFile | { readonly kind: 'same'; readonly state: FileState } | undefined> {
  try {
    const { mtimeMs, size } = await stat(file);
    const stamp = `${mtimeMs}/${size}`;
    if (before?.stamp === stamp) return { kind: 'same', state: before };
    const source = await readFile(file, 'utf8');
    const hash = createHash('sha256').update(source).digest('hex');
    if (before?.hash === hash) return { kind: 'same', state: { ...before, stamp } };
    return { kind: 'changed', file, stamp, source, hash };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function loadFile(
  { file, stamp, source, hash }: ChangedFile,
  before: FileState | undefined,
  { trial, monotonicMs }: { readonly trial: Promise<void> | undefined; readonly monotonicMs: () => number },
): Promise<FileState> {
  const version = (before?.version ?? 0) + 1;
  const begunMs = monotonicMs();
  const lastGood = before?.dags ?? [];
  const found = await loadDagsOf({ file, source, version, lastGood, trial });
  return { file, stamp, hash, version, loadMs: monotonicMs() - begunMs, ...found };
}

async function loadDagsOf(input: {
  readonly file: string;
  readonly source: string;
  readonly version: number;
  readonly lastGood: readonly LoadedDag[];
  readonly trial: Promise<void> | undefined;
}): Promise<Pick<FileState, 'dags' | 'errors' | 'places'>> {
  const { file, source, lastGood } = input;
  const idOf = ({ definition }: LoadedDag): string => definition.dagId;
  const places = new Map<string, string>();
  try {
    await input.trial;
    const definitions = await importDagFile(file, input.version);
    const dags: LoadedDag[] = [];
    const errors: ImportError[] = [];
    for (const definition of definitions) {
      const { dagId } = definition;
      const before = lastGood.find((each) => idOf(each) === dagId);
      const place = placeOfDag(file, source, dagId);
      places.set(dagId, place);
      try {
        dags.push(validateDag(definition, file));
      } catch (error) {
        const found = importErrorOf(file, error, before === undefined ? [] : [dagId]);
        errors.push(found.file === file ? { ...found, file: place } : found);
        if (before !== undefined) dags.push(before);
      }
    }
    return { dags, errors, places };
  } catch (error) {
    return { places, dags: lastGood, errors: [importErrorOf(file, error, lastGood.map(idOf))] };
  }
}

/** One map of all files, in order of their names; of two DAGs with one id the first is kept. */
function merge(states: readonly FileState[]): LoadedDags {
  const dags = new Map<string, LoadedDag>();
  const duplicates: ImportError[] = [];
  for (const { file, places, dags: of } of states) {
    for (const dag of of) {
      const { dagId } = dag.definition;
      const first = dags.get(dagId);
      if (first === undefined) dags.set(dagId, dag);
      else duplicates.push(importErrorOf(file, duplicate(dagId, places.get(dagId) ?? file, first), []));
    }
  }
  const importErrors = [...states.flatMap((state) => state.errors), ...duplicates].toSorted((a, b) =>
    a.file.localeCompare(b.file),
  );
  return {
    dags,
    importErrors,
    warnings: [...dags.values()].flatMap(greenFailures),
    files: states.map(({ file, dags: of, errors, loadMs }) => ({
      file,
      loadMs,
      dagIds: of.map(({ definition }) => definition.dagId),
      tasks: of.reduce((sum, { definition }) => sum + definition.tasks.length, 0),
      isBroken: errors.length > 0,
    })),
  };
}

function duplicate(dagId: string, where: string, first: LoadedDag): Error {
  const message = `DAG id ${dagId} is already declared in ${first.file}`;
  return schedulerErrors.error('DAG_ID_DUPLICATE', { message, where });
}
