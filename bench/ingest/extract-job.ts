import path from 'node:path';
import process from 'node:process';
import { environmentSecrets } from '../../ingest/extract/secrets.ts';
import { openFolderStore } from '../../ingest/landing/folder-store.ts';
import { fileKeys } from '../../ingest/pci/key-provider.ts';
import { openProtection } from '../../ingest/pci/open-protection.ts';
import { openSubjectKeyStore } from '../../ingest/pci/subject-key-store.ts';
import { createStripe } from '../../ingest/stripe/stripe.ts';
import { systemClock } from '../../lib/clock.ts';
import { openControlStore } from '../../lib/control-store.ts';
import { silentLogger } from '../../lib/logger.ts';
import { ignoreProgress } from '../../lib/progress.ts';
import { extractJob } from './results.ts';

await main();

/** Reads one window of charges without a rate limit of its own, in a process of its own. */
async function main(): Promise<void> {
  const job = extractJob.parse(JSON.parse(process.argv[2] ?? ''));
  const control = openControlStore(job.controlUrl);
  const protection = await openProtection(
    fileKeys(path.join(job.archive, '..', 'keys')),
    await openSubjectKeyStore(control),
  );
  const stripe = createStripe({
    control,
    store: await openFolderStore(job.archive),
    protection,
    clock: systemClock,
    logger: silentLogger,
    onProgress: ignoreProgress,
    onDrift: () => {},
    historyFromMs: job.fromSeconds * 1000,
    baseUrl: job.baseUrl,
    secrets: environmentSecrets({ SHOPWAVE_STRIPE_KEY: 'rk_bench' }),
    openObjects: () => Promise.resolve([]),
    rate: { perSecond: 1_000_000, burst: 1_000_000 },
  });
  const started = performance.now();
  const cpu = process.cpuUsage();
  const { objects, requests } = await stripe.extract(new AbortController().signal, {
    mode: 'backfill',
    streams: ['charges'],
    from: new Date(job.fromSeconds * 1000),
    to: new Date(job.toSeconds * 1000),
  });
  const used = process.cpuUsage(cpu);
  const result = {
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: (used.user + used.system) / 1e6,
    objects,
    requests,
    peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  await control.destroy();
}
