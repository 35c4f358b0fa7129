import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DagFiles } from './workloads.ts';

const door = fileURLToPath(new URL('../../scheduler/index.ts', import.meta.url));

/** A folder of DAG files that is gone after the run. */
export interface DagFolder {
  readonly folder: string;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** Writes the files; what they import as `@scheduler` is this package's door. */
export async function writeDagFolder(files: DagFiles): Promise<DagFolder> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-bench-scheduler-'));
  // A process of a task would take the files for CommonJS without it.
  await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');
  for (const [name, text] of Object.entries(files)) await writeDagFile(folder, name, text);
  return { folder, [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true }) };
}

/** Writes one file, or changes it. */
export async function writeDagFile(folder: string, name: string, text: string): Promise<void> {
  await writeFile(path.join(folder, `${name}.dag.ts`), text.replace("'@scheduler'", JSON.stringify(door)));
}
