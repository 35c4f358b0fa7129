import { formatDuration } from '../../lib/duration.ts';
import { migrateIngest } from '../../ingest/landing/chain.ts';
import { ingestSchema } from '../../ingest/landing/control-schema.ts';
import { readSettings } from '../data-dir.ts';
import { apiSources } from '../api-source-names.ts';
import type { Platform } from '../wire.ts';

/** How far one source has been brought over. */
export interface SourceFreshness {
  readonly source: string;
  /** Where it is: `embedded`, `live`, `simulated`, or why there is none. */
  readonly site: string;
  /** Complete up to here, ISO 8601 UTC; null before its first run has ended. */
  readonly freshTo: string | null;
  /** Age of that moment, for people. */
  readonly behind: string;
}

/** All sources, the shop first. A source read in streams is as fresh as the one that is furthest behind. */
export async function readFreshness(platform: Platform): Promise<SourceFreshness[]> {
  const now = platform.clock.now();
  const line = (source: string, site: string, freshTo: string | null): SourceFreshness => ({
    source,
    site,
    freshTo,
    behind: describeBehind(freshTo, now),
  });
  const [{ isEmbedded }, landing, settings] = await Promise.all([
    platform.shop(),
    platform.landingStatus(),
    readSettings(platform.paths),
  ]);
  const isSimulated = isEmbedded && settings?.isSimulated === true;
  const shop = line('shop', isEmbedded ? 'embedded' : 'live', landing.landedCommittedAt ?? null);
  const apis = await Promise.all(
    apiSources.map(async (source) => {
      const site = await platform.apiSite(source);
      const read = await readUpTo(platform, source);
      if (site.kind === 'off') {
        // Simulated APIs live in the platform's process alone: it has stopped, which makes them no other source.
        if (isSimulated && site.isUntouched) return line(source, 'simulated', read);
        // What was read before, or by the process that runs a simulated API, is there all the same.
        if (read !== null) return line(source, 'not reachable from here', read);
        const missing = `set ${site.missing.join(', ')}`;
        return { source, site: 'not configured', freshTo: null, behind: missing };
      }
      if (read === null) return line(source, site.kind, null);
      const extractor = await platform.extractor(source);
      const streams = (await extractor?.status()) ?? [];
      const times = streams.map(({ freshTo }) => freshTo ?? '').sort();
      // One that was never read makes the source one that was never read whole.
      const oldest = times[0] === undefined || times[0] === '' ? null : times[0];
      return line(source, site.kind, oldest);
    }),
  );
  return [shop, ...apis];
}

const dayMs = 86_400_000;

/** What is so far back is not late: its history is being brought over, or was when the platform stopped. */
export function describeBehind(freshTo: string | null, now: Date): string {
  if (freshTo === null) return 'not read yet';
  const ageMs = Math.max(0, now.getTime() - Date.parse(freshTo));
  if (ageMs > 365 * dayMs)
    return `its past is read up to ${freshTo.slice(0, 10)}, ${Math.floor(ageMs / dayMs)}d behind`;
  return `${formatDuration(ageMs)} behind`;
}

/** Asked of the control store alone: whoever only looks need not open a client. The stream that is furthest behind. */
async function readUpTo(platform: Platform, source: string): Promise<string | null> {
  const control = await platform.control();
  await migrateIngest(control);
  const rows: Array<{ fresh_to: Date | null }> = await control
    .withSchema(ingestSchema)
    .from('cursor')
    .where({ source })
    .min('fresh_to as fresh_to');
  return rows[0]?.fresh_to?.toISOString() ?? null;
}
