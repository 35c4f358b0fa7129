import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../lib/clock.ts';
import { createTransforms } from '../../transforms/engine/transforms.ts';
import type { Transforms } from '../../transforms/engine/transforms.ts';
import { openDuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';
import { loadChanges } from './change-batch.ts';
import { fillHistory } from './history.ts';
import { scaleJob } from './results.ts';
import type { ScaleRun } from './results.ts';
import { scaleOf } from './scale.ts';
import type { Scale } from './scale.ts';
import { scannedWarehouse, wideScans } from './scanned-warehouse.ts';
import type { WideScan } from './scanned-warehouse.ts';
import { stepsIn } from './steps.ts';
import { timedWarehouse } from './timed-warehouse.ts';
import type { TimedWarehouse } from './timed-warehouse.ts';
import { mustHoldNothing, mustPublish } from './whole-build.ts';

/** The process takes about a third more than DuckDB is allowed: this is for a process of 8 GB. */
const memoryLimit = '5GB';

/** Tables of fewer rows are read in no time, and a batch touches much of them. */
const largeRows = 500_000;

/** A batch of under a fiftieth of the lines may read so much of a large table: late lines touch old parts of it. */
const widePercent = 25;

const silent = { debug: noop, info: noop, warn: noop, error: noop, child: () => silent };
function noop(): void {}

await main();

/** A process of its own, so that its memory is the engine's alone: one line of JSON a run on standard output. */
async function main(): Promise<void> {
  const job = scaleJob.parse(JSON.parse(process.argv[2] ?? ''));
  const scale = scaleOf(job.lines);
  const warehouse = timedWarehouse(await openDuckdbWarehouse({ path: job.file, memoryLimit, threads: 2 }));
  try {
    const transforms = await engineOn(warehouse, warehouse);
    await makeHistory(warehouse, transforms, scale);
    if (job.rebuild) {
      await measured('rebuild', 0, warehouse, async () =>
        // It may find the same rows, which publishes nothing.
        mustHoldNothing(await transforms.build({ fullRefresh: true })),
      );
    }
    for (const lines of job.batches) {
      await loadChanges(warehouse, scale, lines);
      await measured('batch', lines, warehouse, async () => {
        await transforms.stage();
        mustPublish(await transforms.build());
      });
    }
    if (job.scanned > 0) await scanned(warehouse, scale, job.scanned);
  } finally {
    await warehouse.close();
  }
}

async function engineOn(warehouse: Warehouse, { onProgress }: TimedWarehouse): Promise<Transforms> {
  return await createTransforms({
    warehouse,
    projectFolder: fileURLToPath(new URL('../../transforms', import.meta.url)),
    clock: systemClock,
    logger: silent,
    onProgress,
  });
}

async function scanned(timed: TimedWarehouse, scale: Scale, lines: number): Promise<void> {
  const warehouse = scannedWarehouse(timed, timed.phase);
  const transforms = await engineOn(warehouse, timed);
  await loadChanges(timed, scale, lines);
  const work = async (): Promise<void> => {
    await transforms.stage();
    mustPublish(await transforms.build());
  };
  await measured('scanned', lines, timed, work, () =>
    wideScans(timed, warehouse.take(), { largeRows, percent: widePercent }),
  );
}

async function makeHistory(warehouse: TimedWarehouse, transforms: Transforms, scale: Scale): Promise<void> {
  const steps = await stepsIn(warehouse, (text) => process.stderr.write(`  ${text}`));
  await fillHistory(warehouse, transforms, scale, steps);
  await steps.once('marts', () =>
    measured('make', 0, warehouse, async () => mustPublish(await transforms.build())),
  );
}

async function measured(
  kind: ScaleRun['kind'],
  changedLines: number,
  warehouse: TimedWarehouse,
  work: () => Promise<unknown>,
  wide: () => Promise<readonly WideScan[]> = async () => [],
): Promise<void> {
  warehouse.take();
  await resetPeak();
  const started = performance.now();
  const before = process.cpuUsage();
  await work();
  const cpu = process.cpuUsage(before);
  const seconds = (performance.now() - started) / 1000;
  const { sqlSeconds, phases, slow } = warehouse.take();
  const [disk] = await warehouse.query('select used_blocks * block_size as used from pragma_database_size()');
  const [models] = await warehouse.query('select count(*) as n from _meta.model_state');
  const run: ScaleRun = {
    kind,
    changedLines,
    seconds,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    peakRssGb: await peakRssGb(),
    usedBytes: Number(disk?.['used']),
    besideSqlSeconds: seconds - sqlSeconds,
    models: Number(models?.['n']),
    phases: Object.fromEntries(phases),
    slow,
    wide: [...(await wide())],
  };
  process.stdout.write(`${JSON.stringify(run)}\n`);
}

/** Linux alone can forget the peak so far; elsewhere the peak is that of the whole process. */
async function resetPeak(): Promise<void> {
  await writeFile('/proc/self/clear_refs', '5').catch(() => {});
}

async function peakRssGb(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
  return Number(kilobytes) / 2 ** 20;
}
