// Reads one source once, in a process of its own that a failpoint may kill.
import process from 'node:process';
import { systemClock } from '../../../lib/clock.ts';
import { openControlStore } from '../../../lib/control-store.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { createExtractor } from '../../../ingest/extract/extractor.ts';
import type { SourceDefinition } from '../../../ingest/extract/extractor.ts';
import { openFolderStore } from '../../../ingest/landing/folder-store.ts';
import { nothingKnown } from '../../../ingest/shopify/known.ts';
import { shopifySource } from '../../../ingest/shopify/source.ts';
import { zendeskSource } from '../../../ingest/zendesk/source.ts';
import { orderFieldId } from '../../../simulator/zendesk/ids.ts';
import { testProtection } from './shopify-zendesk-rig.ts';

const [name = '', baseUrl = '', controlUrl = '', dir = '', historyFrom = ''] = process.argv.slice(2);
const secrets: Readonly<Record<string, string>> = {
  SHOPWAVE_SHOPIFY_TOKEN: 'shpat_test',
  SHOPWAVE_ZENDESK_EMAIL: 'agent@shopwave.example',
  SHOPWAVE_ZENDESK_TOKEN: 'zd_test',
};
const common = {
  baseUrl,
  secrets: { read: async (secret: string) => secrets[secret] },
  clock: systemClock,
  logger: silentLogger,
};
const unlimited = { perSecond: 1000, burst: 1000 };

const sources: Readonly<Record<string, () => SourceDefinition>> = {
  shopify: () =>
    shopifySource({ ...common, known: nothingKnown, windowMs: 600 * 86_400_000, bulkPollMs: 20 }),
  zendesk: () =>
    zendeskSource({
      ...common,
      customFields: { [orderFieldId]: 'order_id' },
      perPage: 3,
      exportRate: unlimited,
      listRate: unlimited,
    }),
};

const source = sources[name]?.();
if (source === undefined) throw new Error(`no source ${name}`);
const control = openControlStore(controlUrl);
const extractor = createExtractor(source, {
  control,
  store: await openFolderStore(dir),
  clock: systemClock,
  logger: silentLogger,
  protection: testProtection,
  onProgress: ignoreProgress,
  onDrift: () => {},
  historyFromMs: Date.parse(historyFrom),
});
await extractor.extract(new AbortController().signal, { mode: 'incremental' });
await control.destroy();
