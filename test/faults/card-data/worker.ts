import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { createExtractor } from '../../../ingest/extract/extractor.ts';
import type { Extractor, ExtractorOptions } from '../../../ingest/extract/extractor.ts';
import { openFolderStore } from '../../../ingest/landing/folder-store.ts';
import { createLoader } from '../../../ingest/landing/load.ts';
import { openProtection } from '../../../ingest/pci/open-protection.ts';
import type { OpenProtection } from '../../../ingest/pci/open-protection.ts';
import { fileKeys } from '../../../ingest/pci/key-provider.ts';
import { openSubjectKeyStore } from '../../../ingest/pci/subject-key-store.ts';
import { createShopCapture, shopSource, snapshotChain } from '../../../ingest/postgres/capture.ts';
import { shopTables } from '../../../ingest/postgres/shop-tables.ts';
import type { CapturedTable } from '../../../ingest/postgres/shop-tables.ts';
import { valueRulesOf } from '../../../ingest/postgres/value-rule.ts';
import type { ValueRules } from '../../../ingest/postgres/value-rule.ts';
import { nothingKnown } from '../../../ingest/shopify/known.ts';
import { shopifySource } from '../../../ingest/shopify/source.ts';
import { createStripe } from '../../../ingest/stripe/stripe.ts';
import { zendeskSource } from '../../../ingest/zendesk/source.ts';
import { systemClock } from '../../../lib/clock.ts';
import { openControlStore } from '../../../lib/control-store.ts';
import { describeError, messageOf } from '../../../lib/errors.ts';
import { createLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { describeHeld } from '../../../transforms/engine/run/held-back-error.ts';
import { createTransforms } from '../../../transforms/engine/transforms.ts';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';

/** What a worker is told. */
export const cardDataJob = z.object({
  sourceUrl: z.string(),
  controlUrl: z.string(),
  dir: z.string(),
  slot: z.string(),
  urls: z.object({ stripe: z.string(), shopify: z.string(), zendesk: z.string() }),
  /** Takes rules away, to see that they are missed: one column's, one table's allow-list, one source's detector. */
  isLeaky: z.boolean(),
  /** Also stages and builds the marts. */
  isWhole: z.boolean(),
});
export type CardDataJob = z.infer<typeof cardDataJob>;

/** What the simulated APIs ask for. */
export const apiKey = 'rk_test_one';

/** Where a worker keeps its warehouse. */
export function warehouseFile(dir: string): string {
  return path.join(dir, 'warehouse.duckdb');
}

if (process.argv[2] !== undefined) await main(cardDataJob.parse(JSON.parse(process.argv[2])));

/** Brings everything of all four sources as far as raw tables, once; what fails is logged and printed. */
async function main(job: CardDataJob): Promise<void> {
  const logger = createLogger({ file: path.join(job.dir, 'logs', 'shopwave.log'), level: 'debug' });
  const control = openControlStore(job.controlUrl);
  const store = await openFolderStore(path.join(job.dir, 'archive'));
  const warehouse = await openDuckdbWarehouse({ path: warehouseFile(job.dir) });
  const keys = fileKeys(path.join(job.dir, 'secrets', 'token-keys'));
  const protection = await openProtection(keys, await openSubjectKeyStore(control));
  const common = { control, store, clock: systemClock, logger, onProgress: ignoreProgress };
  const tables = tablesOf(job);
  const capture = createShopCapture({
    ...common,
    sourceUrl: job.sourceUrl,
    tables,
    slotName: job.slot,
    publicationName: job.slot,
    valueRules: rulesOf(job, tables, protection),
  });
  const load = async (
    source: string,
    names: readonly string[],
    sideChains: readonly string[],
  ): Promise<void> => {
    await createLoader({
      spoolDir: tmpdir(),
      ...common,
      warehouse,
      source,
      sideChains,
      tables: names,
    }).load();
  };
  const attempt = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
      process.stdout.write(`${name}: done\n`);
    } catch (error) {
      logger.error(messageOf(error), { source: name });
      process.stdout.write(`${name}: ${describeError(error)}\n`);
    }
  };
  await attempt('shop', async () => {
    await capture.setup();
    await capture.capture();
    await load(
      shopSource,
      tables.map((each) => each.table),
      [snapshotChain],
    );
  });
  for (const extractor of extractorsOf(job, { ...common, protection })) {
    await attempt(extractor.source, () =>
      extractor.extract(new AbortController().signal, { mode: 'incremental' }),
    );
    await attempt(`load ${extractor.source}`, () => load(extractor.source, extractor.tables, []));
  }
  if (job.isWhole) {
    const projectFolder = fileURLToPath(new URL('../../../transforms', import.meta.url));
    const { clock, onProgress } = common;
    const transforms = await createTransforms({ warehouse, projectFolder, clock, logger, onProgress });
    await attempt('stage', async () => {
      await transforms.setup();
      await transforms.stage();
    });
    await attempt('build', async () => {
      const { held } = await transforms.build();
      for (const each of held) logger.error(describeHeld(each));
    });
  }
  await control.destroy();
  await warehouse.close();
}

function tablesOf({ isLeaky }: CardDataJob): readonly CapturedTable[] {
  if (!isLeaky) return shopTables;
  return shopTables.map((each) =>
    each.table === 'payments' ? { ...each, columns: [...each.columns, 'card_fingerprint'] } : each,
  );
}

function rulesOf(
  { isLeaky }: CardDataJob,
  tables: readonly CapturedTable[],
  protection: OpenProtection,
): ValueRules {
  if (!isLeaky) return valueRulesOf(shopSource, tables, protection);
  const bare = { adjustments: { note: 'id' }, payments: { card_fingerprint: 'id' } } as const;
  const leaky = tables.map((each) => ({
    ...each,
    fields: { ...each.fields, ...bare[each.table as keyof typeof bare] },
  }));
  return valueRulesOf(shopSource, leaky, protection);
}

type Common = Omit<ExtractorOptions, 'onDrift' | 'historyFromMs'>;

function extractorsOf({ urls, isLeaky }: CardDataJob, given: Common): Extractor[] {
  const bare = { ...given.protection, scrub: (text: string) => ({ text, hits: [] }) };
  const common = {
    ...given,
    protection: isLeaky ? bare : given.protection,
    onDrift: () => {},
    historyFromMs: systemClock.now().getTime() - 1_200 * 86_400_000,
  };
  const { clock, logger } = given;
  const patience = { timeoutMs: 5_000, deadlineMs: 20_000 };
  const secrets = { read: async () => apiKey };
  return [
    createStripe({ ...common, secrets, openObjects: async () => [], baseUrl: urls.stripe, http: patience }),
    createExtractor(
      shopifySource({ baseUrl: urls.shopify, secrets, clock, logger, known: nothingKnown, bulkPollMs: 100 }),
      common,
    ),
    createExtractor(
      zendeskSource({
        baseUrl: urls.zendesk,
        secrets,
        clock,
        logger,
        exportRate: { perSecond: 10, burst: 10 },
        requests: patience,
        customFields: {},
      }),
      common,
    ),
  ];
}
