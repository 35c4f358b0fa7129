import { readFile, readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { greenFailures } from '../core/green-failures.ts';
import { validateDag } from '../core/validate-dag.ts';
import type { LoadedDag } from '../core/validate-dag.ts';
import { schedulerErrors } from '../errors.ts';
import { importErrorOf, placeOfDag } from './import-error.ts';
import type { ImportError } from './import-error.ts';
import { addressOf, importDagFile } from './import-file.ts';
import type { Edition } from './import-file.ts';
import type { ImportTrial } from './import-trial.ts';
import { createModuleFiles } from './module-files.ts';
import type { ModuleFiles } from './module-files.ts';

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
  /** Of the file and of what it imports of its folder. */
  readonly hash: string;
  readonly loadMs: number;
  /** As the file has them, or had them when each was last right. */
  readonly dags: readonly CheckedDag[];
  /** `file:line` of each DAG, by id. */
  readonly places: ReadonlyMap<string, string>;
  readonly errors: readonly ImportError[];
}

interface CheckedDag {
  readonly dag: LoadedDag;
  readonly warnings: readonly string[];
}

/** Opens a folder; nothing is loaded before the first refresh. Without a trial, files are imported as they come. */
export function createDagBag(input: {
  readonly folder: string;
  readonly monotonicMs: () => number;
  readonly trial?: ImportTrial | undefined;
}): DagBag {
  let states: ReadonlyMap<string, FileState> = new Map();
  let refreshes = 0;
  let modules: ModuleFiles | undefined;
  return {
    refresh: async () => {
      const { folder, files } = await listDagFiles(input.folder);
      modules ??= createModuleFiles(folder);
      const edition = { number: (refreshes += 1), folder };
      const lookAt = modules.look();
      const found = await Promise.all(
        files.map(async (file): Promise<FoundFile> => {
          const hash = await lookAt(file);
          return {
            file,
            hash,
            address: addressOf(file, edition),
            isChanged: states.get(file)?.hash !== hash,
          };
        }),
      );
      // The worker tries one file while this thread imports the one before it.
      const tried = inTurn(found, async ({ file, hash, address, isChanged }) => {
        if (isChanged && hash !== undefined) await input.trial?.({ file, hash, address });
      });
      const next = new Map<string, FileState>();
      for (const [index, { file, hash, isChanged }] of found.entries()) {
        const before = states.get(file);
        // Removed since it was listed.
        if (hash === undefined) continue;
        if (!isChanged && before !== undefined) next.set(file, before);
        else next.set(file, await loadFile({ ...input, file, hash, edition, before, trial: tried[index] }));
      }
      states = next;
      return merge([...states.values()]);
    },
  };
}

interface FoundFile {
  readonly file: string;
  readonly hash: string | undefined;
  readonly address: string;
  readonly isChanged: boolean;
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

/** By its real path: so Node names the modules in it. */
async function listDagFiles(
  named: string,
): Promise<{ readonly folder: string; readonly files: readonly string[] }> {
  try {
    const folder = await realpath(named);
    const names = await readdir(folder);
    const files = names.filter((name) => name.endsWith('.dag.ts')).toSorted();
    return { folder, files: files.map((name) => path.join(folder, name)) };
  } catch (cause) {
    throw schedulerErrors.error('DAG_FOLDER_MISSING', {
      message: 'DAG folder not readable',
      where: named,
      cause,
    });
  }
}

async function loadFile(input: {
  readonly file: string;
  readonly hash: string;
  readonly edition: Edition;
  readonly before: FileState | undefined;
  readonly trial: Promise<void> | undefined;
  readonly monotonicMs: () => number;
}): Promise<FileState> {
  const { file, hash, monotonicMs } = input;
  const begunMs = monotonicMs();
  const found = await loadDagsOf({ ...input, lastGood: input.before?.dags ?? [] });
  return { file, hash, loadMs: monotonicMs() - begunMs, ...found };
}

async function loadDagsOf(input: {
  readonly file: string;
  readonly edition: Edition;
  readonly lastGood: readonly CheckedDag[];
  readonly trial: Promise<void> | undefined;
}): Promise<Pick<FileState, 'dags' | 'errors' | 'places'>> {
  const { file, lastGood } = input;
  const idOf = ({ dag }: CheckedDag): string => dag.definition.dagId;
  const places = new Map<string, string>();
  try {
    await input.trial;
    const definitions = await importDagFile(file, input.edition);
    const source = await readFile(file, 'utf8');
    const dags: CheckedDag[] = [];
    const errors: ImportError[] = [];
    for (const definition of definitions) {
      const { dagId } = definition;
      const before = lastGood.find((each) => idOf(each) === dagId);
      const place = placeOfDag(file, source, dagId);
      places.set(dagId, place);
      try {
        const dag = validateDag(definition, file);
        dags.push({ dag, warnings: greenFailures(dag) });
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
  const warnings: string[] = [];
  const duplicates: ImportError[] = [];
  for (const { file, places, dags: of } of states) {
    for (const { dag, warnings: ofDag } of of) {
      const { dagId } = dag.definition;
      const first = dags.get(dagId);
      if (first === undefined) {
        dags.set(dagId, dag);
        warnings.push(...ofDag);
      } else duplicates.push(importErrorOf(file, duplicate(dagId, places.get(dagId) ?? file, first), []));
    }
  }
  const importErrors = [...states.flatMap((state) => state.errors), ...duplicates].toSorted((a, b) =>
    a.file.localeCompare(b.file),
  );
  return {
    dags,
    importErrors,
    warnings,
    files: states.map(({ file, dags: of, errors, loadMs }) => ({
      file,
      loadMs,
      dagIds: of.map(({ dag }) => dag.definition.dagId),
      tasks: of.reduce((sum, { dag }) => sum + dag.definition.tasks.length, 0),
      isBroken: errors.length > 0,
    })),
  };
}

function duplicate(dagId: string, where: string, first: LoadedDag): Error {
  const message = `DAG id ${dagId} is already declared in ${first.file}`;
  return schedulerErrors.error('DAG_ID_DUPLICATE', { message, where });
}
