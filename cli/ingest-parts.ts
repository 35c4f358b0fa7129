import process from 'node:process';
import type { Knex } from 'knex';
import type { DriftChange } from '../ingest/drift/change.ts';
import type { DriftWatch } from '../ingest/drift/watch.ts';
import type { LandingStatus } from '../ingest/landing/landing-status.ts';
import type { Loader } from '../ingest/landing/load.ts';
import type { ObjectStore } from '../ingest/landing/object-store.ts';
import type { OpenProtection } from '../ingest/pci/open-protection.ts';
import type { RowNotes } from '../ingest/pci/row-rules.ts';
import type { ShopCapture, ShopCaptureOptions } from '../ingest/postgres/capture.ts';
import type { CapturedTable } from '../ingest/postgres/shop-tables.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { Parts } from './parts.ts';
import type { PlatformOptions } from './platform-options.ts';

/** The shop's database. */
export interface ShopDatabase {
  readonly url: string;
  readonly isEmbedded: boolean;
}

/** What a caller may choose of a capture. */
export type CaptureChoices = Partial<Pick<ShopCaptureOptions, 'canary' | 'onProgress'>>;

/** From the shop's log to rows in the warehouse. */
export interface IngestParts {
  /** What is taken from the shop: the allow-list of the code, and what was decided since. */
  readonly shopTables: () => Promise<readonly CapturedTable[]>;
  /** The capture as it stands, or as it would be with other tables; nothing is touched before it is asked for something. */
  readonly source: (tables?: readonly CapturedTable[], how?: CaptureChoices) => Promise<ShopCapture>;
  /** Opening it takes the snapshot if there is none, so the shop's tables must be there. */
  readonly capture: () => Promise<ShopCapture>;
  /** Drops what capture made at the source, for starting from nothing. */
  readonly releaseSource: () => Promise<void>;
  readonly loader: () => Promise<Loader>;
  /** How far the shop is landed and loaded. */
  readonly landingStatus: () => Promise<LandingStatus>;
  /** Tokens, keys of persons, and the detector of card numbers. */
  readonly protection: () => Promise<OpenProtection>;
  /** The registry of shapes. */
  readonly drift: () => Promise<DriftWatch>;
  /** Looks at the shop's catalogue; what has changed since the last look. */
  readonly watchShop: () => Promise<readonly DriftChange[]>;
}

interface IngestNeeds {
  readonly control: () => Promise<Knex>;
  readonly shop: () => Promise<ShopDatabase>;
  readonly warehouse: () => Promise<Warehouse>;
  readonly archive: () => Promise<ObjectStore>;
}

/** Declares the parts; nothing is opened. */
export function ingestParts(parts: Parts, options: PlatformOptions, needs: IngestNeeds): IngestParts {
  const { clock, logger } = options;
  const { control, shop, warehouse } = needs;
  const protection = protectionPart(parts, options, control);
  const drift = parts.add('schema registry', async () => {
    const { createDriftWatch } = await import('../ingest/drift/watch.ts');
    return await createDriftWatch({ control: await control(), clock, logger });
  });
  const shopTables = async (): Promise<readonly CapturedTable[]> => {
    const [{ shopTables: declared }, { readAllowances, withAllowances }] = await Promise.all([
      import('../ingest/postgres/shop-tables.ts'),
      import('../ingest/drift/allowance.ts'),
    ]);
    await drift();
    return withAllowances(declared, await readAllowances(await control(), 'shop'));
  };
  // Built anew each time: what is taken over may have been decided meanwhile.
  const source = async (wanted?: readonly CapturedTable[], how?: CaptureChoices): Promise<ShopCapture> =>
    openSource(options, needs, await protection(), wanted ?? (await shopTables()), how);
  const loaderOf = keepingLast((tables) => openLoader(options, needs, tables));
  const setUp = parts.add('capture', async () => void (await (await source()).setup()));
  return {
    protection,
    drift,
    shopTables,
    source,
    capture: async () => {
      await setUp();
      return await source();
    },
    loader: async () => loaderOf(await shopTables()),
    releaseSource: async () => (await source()).remove(),
    landingStatus: async () => {
      const { shopSource, snapshotChain } = await import('../ingest/postgres/capture.ts');
      const { readLandingStatus } = await import('../ingest/landing/landing-status.ts');
      return readLandingStatus(await control(), await warehouse(), shopSource, [snapshotChain]);
    },
    watchShop: async () => {
      const [{ watchCatalogue }, { shopSource }] = await Promise.all([
        import('../ingest/postgres/watch-catalogue.ts'),
        import('../ingest/postgres/capture.ts'),
      ]);
      const [{ url: sourceUrl }, tables, registry] = await Promise.all([shop(), shopTables(), drift()]);
      return await watchCatalogue({ source: shopSource, sourceUrl, tables, drift: registry });
    },
  };
}

function protectionPart(
  parts: Parts,
  { paths }: PlatformOptions,
  control: () => Promise<Knex>,
): () => Promise<OpenProtection> {
  return parts.add('protection', async () => {
    const [{ openProtection }, { defaultKeys }, { openSubjectKeyStore }] = await Promise.all([
      import('../ingest/pci/open-protection.ts'),
      import('../ingest/pci/key-provider.ts'),
      import('../ingest/pci/subject-key-store.ts'),
    ]);
    const keys = await openSubjectKeyStore(await control());
    return await openProtection(defaultKeys(process.env, paths.tokenKeys), keys);
  });
}

async function openSource(
  { clock, logger, onProgress }: PlatformOptions,
  { shop, control, archive }: IngestNeeds,
  protection: OpenProtection,
  tables: readonly CapturedTable[],
  how: CaptureChoices = {},
): Promise<ShopCapture> {
  const [{ createShopCapture, shopSource }, { valueRulesOf }] = await Promise.all([
    import('../ingest/postgres/capture.ts'),
    import('../ingest/postgres/value-rule.ts'),
  ]);
  const [{ url: sourceUrl }, knex, store] = await Promise.all([shop(), control(), archive()]);
  const notes = (table: string): RowNotes => ({
    hit: ({ path, brand, form }) =>
      logger.error('a card number was found in free text, and replaced', { table, path, brand, form }),
  });
  const valueRules = valueRulesOf(shopSource, tables, protection, notes);
  const common = { control: knex, store, tables, valueRules, clock, logger, onProgress, ...how };
  return createShopCapture({ sourceUrl, ...common });
}

/** A loader makes its tables before its first load: it is kept while they stay the same, so that a tick need not ask again. */
function keepingLast(
  open: (tables: readonly string[]) => Promise<Loader>,
): (tables: readonly CapturedTable[]) => Promise<Loader> {
  let last: { readonly key: string; readonly loader: Promise<Loader> } | undefined;
  return (captured) => {
    const tables = captured.map((each) => each.table);
    const key = tables.join();
    if (last?.key === key) return last.loader;
    const opened = { key, loader: open(tables) };
    last = opened;
    // One that could not be opened is opened anew.
    opened.loader.catch(() => (last = last === opened ? undefined : last));
    return opened.loader;
  };
}

async function openLoader(
  { paths, clock, logger, onProgress }: PlatformOptions,
  needs: IngestNeeds,
  tables: readonly string[],
): Promise<Loader> {
  const [{ shopSource, snapshotChain }, { createLoader }] = await Promise.all([
    import('../ingest/postgres/capture.ts'),
    import('../ingest/landing/load.ts'),
  ]);
  const [warehouse, control, store] = await Promise.all([
    needs.warehouse(),
    needs.control(),
    needs.archive(),
  ]);
  return createLoader({
    warehouse,
    store,
    control,
    source: shopSource,
    sideChains: [snapshotChain],
    tables,
    spoolDir: paths.spool,
    clock,
    logger,
    onProgress,
  });
}
