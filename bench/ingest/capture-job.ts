import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { createLoader } from '../../ingest/landing/load.ts';
import { openFolderStore } from '../../ingest/landing/folder-store.ts';
import { createShopCapture, shopSource } from '../../ingest/postgres/capture.ts';
import { fileKeys } from '../../ingest/pci/key-provider.ts';
import { openProtection } from '../../ingest/pci/open-protection.ts';
import { openSubjectKeyStore } from '../../ingest/pci/subject-key-store.ts';
import { valueRulesOf } from '../../ingest/postgres/value-rule.ts';
import { systemClock } from '../../lib/clock.ts';
import { openControlStore } from '../../lib/control-store.ts';
import { silentLogger } from '../../lib/logger.ts';
import { ignoreProgress } from '../../lib/progress.ts';
import { openDuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import { captureJob } from './results.ts';
import { benchTable } from './workload.ts';

await main();

/** A process of its own, so that its memory is that of capture alone. */
async function main(): Promise<void> {
  const job = captureJob.parse(JSON.parse(process.argv[2] ?? ''));
  const control = openControlStore(job.controlUrl);
  const store = await openFolderStore(job.archive);
  const common = { control, store, clock: systemClock, logger: silentLogger, onProgress: ignoreProgress };
  const started = performance.now();
  const cpu = process.cpuUsage();
  if (job.phase === 'load') {
    const warehouse = await openDuckdbWarehouse({ path: job.warehouse });
    const tables = [benchTable.table];
    const { rows } = await createLoader({
      spoolDir: tmpdir(),
      ...common,
      warehouse,
      source: shopSource,
      tables,
    }).load();
    report(started, cpu, rows);
    await warehouse.close();
  } else {
    // As the platform captures: every text goes through the detector of card numbers.
    const keys = fileKeys(path.join(job.archive, '..', 'keys'));
    const protection = await openProtection(keys, await openSubjectKeyStore(control));
    const capture = createShopCapture({
      ...common,
      sourceUrl: job.sourceUrl,
      tables: [benchTable],
      valueRules: valueRulesOf(shopSource, [benchTable], protection),
    });
    if (job.phase === 'snapshot') report(started, cpu, (await capture.setup()).rows);
    else report(started, cpu, (await capture.capture()).changes);
  }
  await control.destroy();
}

function report(started: number, cpu: NodeJS.CpuUsage, rows: number): void {
  const used = process.cpuUsage(cpu);
  const result = {
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: (used.user + used.system) / 1e6,
    rows,
    // Kilobytes, of the whole life of the process.
    peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
