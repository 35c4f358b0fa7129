import { tmpdir } from 'node:os';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { openFolderStore } from '../../../ingest/landing/folder-store.ts';
import { createLoader } from '../../../ingest/landing/load.ts';
import type { ObjectStore } from '../../../ingest/landing/object-store.ts';
import { createShopCapture, shopSource, snapshotChain } from '../../../ingest/postgres/capture.ts';
import { systemClock } from '../../../lib/clock.ts';
import { openControlStore } from '../../../lib/control-store.ts';
import { describeError, isRetryable, messageOf } from '../../../lib/errors.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { createRandom } from '../../../simulator/world/random.ts';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import { historyTables } from './workload.ts';

/** What a worker is told. */
export const workerJob = z.object({
  sourceUrl: z.string(),
  controlUrl: z.string(),
  archive: z.string(),
  warehouse: z.string(),
  name: z.string(),
  /** Share of the archive's calls that fail; half of those that write have written before they fail. */
  storeFaults: z.number(),
  /** Share of rounds in which a table is read anew. */
  resyncs: z.number(),
  seed: z.number(),
  /** End once everything that was committed before is in the raw tables. */
  once: z.boolean(),
});
export type WorkerJob = z.infer<typeof workerJob>;

if (process.argv[2] !== undefined) await main(workerJob.parse(JSON.parse(process.argv[2])));

/** Captures and loads, over and over, until it is killed; a broken connection or store is tried again. */
async function main(job: WorkerJob): Promise<void> {
  const warehouse = await openDuckdbWarehouse({ path: job.warehouse });
  const store = faulty(await openFolderStore(job.archive), job);
  const control = openControlStore(job.controlUrl);
  const common = { control, store, clock: systemClock, logger: silentLogger, onProgress: ignoreProgress };
  const capture = createShopCapture({
    ...common,
    sourceUrl: job.sourceUrl,
    tables: historyTables,
    slotName: job.name,
    publicationName: job.name,
    maxMessagesPerPull: 400,
  });
  const loader = createLoader({
    spoolDir: tmpdir(),
    ...common,
    warehouse,
    source: shopSource,
    sideChains: [snapshotChain],
    tables: historyTables.map((each) => each.table),
  });
  const random = createRandom(job.seed, 78);
  for (;;) {
    try {
      await capture.setup();
      // Now and then a table is read anew for no reason, beside everything else.
      if (random.chance(job.resyncs)) await capture.resync({ tables: [random.pick(historyTables).table] });
      const { caughtUp } = await capture.capture();
      const { batchIds } = await loader.load();
      process.stdout.write(`loaded ${batchIds.length}\n`);
      if (job.once && caughtUp) break;
    } catch (error) {
      process.stdout.write(`failed ${messageOf(error).replaceAll('\n', ' ')}\n`);
      if (!isRetryable(error)) {
        process.stderr.write(`${describeError(error)}\n`);
        process.exit(3);
      }
    }
    await sleep(5);
  }
  await control.destroy();
  await warehouse.close();
}

/** An archive whose calls fail now and then, as a remote one's do. */
function faulty(store: ObjectStore, { storeFaults, seed }: WorkerJob): ObjectStore {
  const random = createRandom(seed, 77);
  const maybe = async <T>(work: () => Promise<T>): Promise<T> => {
    if (!random.chance(storeFaults)) return await work();
    if (random.chance(0.5)) await work();
    throw new Error('the object store did not answer');
  };
  return {
    ...store,
    put: (key, body) => maybe(() => store.put(key, body)),
    get: (key) => maybe(() => store.get(key)),
    stage: async () => {
      const staged = await maybe(() => store.stage());
      return { ...staged, publish: (key) => maybe(() => staged.publish(key)) };
    },
  };
}
