import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../lib/clock.ts';
import { openControlStore } from '../../lib/control-store.ts';
import { silentLogger } from '../../lib/logger.ts';
import { createDagBag } from '../../scheduler/loading/dag-bag.ts';
import { createImportTrials } from '../../scheduler/loading/import-trial.ts';
import { createScheduler } from '../../scheduler/scheduler.ts';
import { writeDagFile, writeDagFolder } from './dag-folder.ts';
import { loadJobInput } from './results.ts';
import { knownFiles } from '../../scheduler/store/dag-files.ts';
import type { LoadResult } from './results.ts';
import { idleFiles } from './workloads.ts';
import type { DagFiles } from './workloads.ts';

/** Long enough for several looks at the folder. */
const idleMs = 20_000;

await main();

/** Loads a folder of DAGs in a process of its own, changes a file, and then has nothing to do. */
async function main(): Promise<void> {
  const job = loadJobInput.parse(JSON.parse(process.argv[2] ?? ''));
  const files = idleFiles(job.dags);
  await using folder = await writeDagFolder(files);
  const control = openControlStore(job.url);
  const begun = performance.now();
  // As the platform does it: what is new is tried out in a worker first.
  const importTimeoutMs = 30_000;
  const scheduler = await createScheduler({
    importTimeoutMs,
    control,
    dagsFolder: folder.folder,
    services: {},
    clock: systemClock,
    logger: silentLogger,
    logDir: path.join(folder.folder, 'logs'),
    onEvent: () => {},
  });
  const loadSeconds = (performance.now() - begun) / 1000;
  for (const { dagId } of await scheduler.listDags()) await scheduler.pauseDag(dagId);
  const changedMs = await timeChangedFile(folder.folder, files, {
    timeoutMs: importTimeoutMs,
    known: knownFiles(control),
  });
  await scheduler.start();
  const before = process.cpuUsage();
  await sleep(idleMs);
  const cpu = process.cpuUsage(before);
  const result: LoadResult = {
    loadSeconds,
    changedMs,
    idleRssMb: process.memoryUsage().rss / 2 ** 20,
    idleCpuPercent: (cpu.user + cpu.system) / 10 / idleMs,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  await scheduler.stop();
  await control.destroy();
}

/** One file of all changes: a look at each, and one import. */
async function timeChangedFile(
  folder: string,
  files: DagFiles,
  trial: Parameters<typeof createImportTrials>[0],
): Promise<number> {
  const trials = createImportTrials(trial);
  // As in a scheduler that has begun.
  trials.warm();
  const bag = createDagBag({ folder, monotonicMs: systemClock.monotonicMs, trial: trials.run });
  await bag.refresh();
  const [[name, text] = ['', '']] = Object.entries(files);
  await writeDagFile(folder, name, `${text}\n// changed\n`);
  const begun = performance.now();
  await bag.refresh();
  const changedMs = performance.now() - begun;
  await trials.close();
  return changedMs;
}
