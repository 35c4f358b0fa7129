import { apiSources } from '../api-source-names.ts';
import type { Platform } from '../wire.ts';

/** What was read less than this long ago need not be read again because a process started. */
const freshEnoughMs = 3_600_000;

/**
 * Sets off the hourly DAGs of sources that are configured and were not read within the hour: whoever starts the platform
 * does not want to wait for the next full hour. They run beside everything else.
 */
export async function triggerExtracts(platform: Platform): Promise<void> {
  const scheduler = await platform.scheduler();
  const known = new Set((await scheduler.listDags()).map(({ dagId }) => dagId));
  for (const source of apiSources) {
    const dagId = `${source}_ingest`;
    if (!known.has(dagId) || !(await isDue(platform, source))) continue;
    await scheduler.triggerDag(dagId);
  }
}

async function isDue(platform: Platform, source: (typeof apiSources)[number]): Promise<boolean> {
  const extractor = await platform.extractor(source);
  if (extractor === undefined) return false;
  const streams = await extractor.status();
  return streams.some(({ ageMs }) => ageMs === undefined || ageMs > freshEnoughMs);
}
