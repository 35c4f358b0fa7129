import path from 'node:path';
import type { Knex } from 'knex';
import type { PipelineServices } from '../dags/services.ts';
import type { LandingStatus } from '../ingest/landing/landing-status.ts';
import type { Loader } from '../ingest/landing/load.ts';
import type { ObjectStore } from '../ingest/landing/object-store.ts';
import type { ShopCapture } from '../ingest/postgres/capture.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { OnProgress } from '../lib/progress.ts';
import type { OnSchedulerEvent } from '../scheduler/events.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import type { Semantic } from '../semantic/server/semantic.ts';
import type { Simulator } from '../simulator/simulator.ts';
import type { Publication } from '../transforms/engine/warehouse/state.ts';
import type { Transforms } from '../transforms/engine/transforms.ts';
import type { DuckdbWarehouse } from '../warehouse/duckdb/open.ts';
import { packageRoot } from './config.ts';
import type { PlatformConfig } from './config.ts';
import { readSettings } from './data-dir.ts';
import type { DataPaths } from './data-dir.ts';
import type { EmbeddedPostgres } from './local/embedded-postgres.ts';
import { Parts } from './parts.ts';

/** The shop's database. */
export interface ShopDatabase {
  readonly url: string;
  readonly isEmbedded: boolean;
}

/** The databases and the simulated shop that writes one of them. */
interface DatabaseParts {
  readonly postgres: () => Promise<EmbeddedPostgres>;
  readonly control: () => Promise<Knex>;
  readonly shop: () => Promise<ShopDatabase>;
  readonly simulator: () => Promise<Simulator>;
}

/** From the shop's log to rows in the warehouse. */
interface IngestParts {
  readonly warehouse: () => Promise<DuckdbWarehouse>;
  readonly archive: () => Promise<ObjectStore>;
  /** Opening it takes the snapshot if there is none, so the shop's tables must be there. */
  readonly capture: () => Promise<ShopCapture>;
  /** Drops what capture made at the source, for starting from nothing. */
  readonly releaseSource: () => Promise<void>;
  readonly loader: () => Promise<Loader>;
  /** How far the shop is landed and loaded. */
  readonly landingStatus: () => Promise<LandingStatus>;
}

/** From rows to published marts to metrics. */
interface ServingParts {
  readonly transforms: () => Promise<Transforms>;
  readonly semantic: () => Promise<Semantic>;
  /** The publication that metrics answer from; a moment behind the warehouse's own. */
  readonly servedVersion: () => number;
}

/**
 * Every part of the platform, opened when it is first asked for and with whatever it needs. The caller holds the
 * owner lock of the data folder. Parts that do not need one another open at the same time.
 */
export interface Platform extends DatabaseParts, IngestParts, ServingParts {
  readonly paths: DataPaths;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly scheduler: () => Promise<Scheduler>;
  /** Called after every publication, once metrics answer from it. */
  readonly onPublished: (listener: (publication: Publication) => void) => void;
  /** Closes what was opened, the last one first. */
  readonly close: (onStep?: (name: string) => void) => Promise<void>;
}

/** What a platform is made from. */
export interface PlatformOptions {
  readonly paths: DataPaths;
  readonly config: PlatformConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onProgress: OnProgress;
  readonly onSchedulerEvent?: OnSchedulerEvent;
}

/** The DAG whose schedule is `--tick`. */
export const ingestDag = 'shop_ingest';

/** The only place that constructs adapters. Nothing is opened yet. */
export function openPlatform(options: PlatformOptions): Platform {
  const parts = new Parts();
  const listeners: Array<(publication: Publication) => void> = [];
  const databases = databaseParts(parts, options);
  const ingest = ingestParts(parts, options, databases);
  const serving = servingParts(parts, options, ingest, (publication) => {
    for (const listener of listeners) listener(publication);
  });
  const { capture, loader, landingStatus } = ingest;
  const { transforms } = serving;
  const services: PipelineServices = { capture, loader, landingStatus, transforms };
  return {
    paths: options.paths,
    clock: options.clock,
    logger: options.logger,
    ...databases,
    ...ingest,
    ...serving,
    scheduler: schedulerPart(parts, options, databases.control, services),
    onPublished: (listener) => void listeners.push(listener),
    close: (onStep) => parts.close(onStep),
  };
}

function databaseParts(parts: Parts, options: PlatformOptions): DatabaseParts {
  const { paths, config, clock, logger, onProgress } = options;
  const postgres = parts.add('PostgreSQL', async (own) => {
    const { startEmbeddedPostgres } = await import('./local/embedded-postgres.ts');
    const folders = { dataDir: paths.postgres, ownFolder: paths.root };
    const server = await startEmbeddedPostgres({ ...folders, logger, onProgress });
    own(() => server.stop());
    return server;
  });
  const shop = parts.add('shop', async (): Promise<ShopDatabase> => {
    const source = (await readSettings(paths))?.source;
    if (source?.kind === 'url') return { url: source.url, isEmbedded: false };
    const server = await postgres();
    await server.ensureDatabase('shop');
    return { url: server.url('shop'), isEmbedded: true };
  });
  return {
    postgres,
    shop,
    control: parts.add('control store', async (own) => {
      const [server, { openControlStore }] = await Promise.all([
        postgres(),
        import('../lib/control-store.ts'),
      ]);
      await server.ensureDatabase('control');
      const knex = openControlStore(server.url('control'));
      own(() => knex.destroy());
      return knex;
    }),
    simulator: parts.add('simulator', async (own) => {
      const [{ url }, { createSimulator }] = await Promise.all([shop(), import('../simulator/simulator.ts')]);
      const { seed, backlogLines } = config.simulator;
      const made = createSimulator({ url, seed, backlogLines, clock, logger, onProgress });
      own(() => made.stop());
      return made;
    }),
  };
}

function ingestParts(parts: Parts, options: PlatformOptions, databases: DatabaseParts): IngestParts {
  const { paths, clock, logger, onProgress } = options;
  const warehouse = parts.add('warehouse', async (own) => {
    const { openDuckdbWarehouse } = await import('../warehouse/duckdb/open.ts');
    const made = await openDuckdbWarehouse({ path: paths.warehouse });
    own(() => made.close());
    return made;
  });
  const archive = parts.add('archive', async () => {
    const { openFolderStore } = await import('../ingest/landing/folder-store.ts');
    return openFolderStore(paths.archive);
  });
  const modules = parts.add('ingest code', () =>
    Promise.all([
      import('../ingest/postgres/capture.ts'),
      import('../ingest/postgres/shop-tables.ts'),
      import('../ingest/landing/load.ts'),
    ]),
  );
  const { control, shop } = databases;
  const unopened = async (): Promise<ShopCapture> => {
    const [{ createShopCapture }, { shopTables: tables }] = await modules();
    const [{ url: sourceUrl }, knex, store] = await Promise.all([shop(), control(), archive()]);
    return createShopCapture({ sourceUrl, control: knex, store, tables, clock, logger, onProgress });
  };
  return {
    warehouse,
    archive,
    capture: parts.add('capture', async () => {
      const made = await unopened();
      await made.setup();
      return made;
    }),
    loader: parts.add('loader', async () => {
      const [{ shopSource }, { shopTables }, { createLoader }] = await modules();
      const [into, knex, store] = await Promise.all([warehouse(), control(), archive()]);
      const tables = shopTables.map((each) => each.table);
      const from = { store, control: knex, source: shopSource, tables };
      return createLoader({ warehouse: into, ...from, clock, logger, onProgress });
    }),
    releaseSource: async () => (await unopened()).remove(),
    landingStatus: async () => {
      const [{ shopSource }] = await modules();
      const { readLandingStatus } = await import('../ingest/landing/landing-status.ts');
      return readLandingStatus(await control(), await warehouse(), shopSource);
    },
  };
}

function servingParts(
  parts: Parts,
  options: PlatformOptions,
  { warehouse }: IngestParts,
  announce: (publication: Publication) => void,
): ServingParts {
  const { clock, logger, onProgress } = options;
  let served = 0;
  const engine = parts.add('transforms', async () => {
    const { createTransforms } = await import('../transforms/engine/transforms.ts');
    const projectFolder = path.join(packageRoot, 'transforms');
    const made = await createTransforms({
      warehouse: await warehouse(),
      projectFolder,
      clock,
      logger,
      onProgress,
      onPublished: afterBuild,
    });
    await made.setup();
    return made;
  });
  const semantic = parts.add('semantic layer', async (own) => {
    const { createSemantic } = await import('../semantic/server/semantic.ts');
    const [{ instance }, transforms] = await Promise.all([warehouse(), engine()]);
    const publication = (await transforms.publication())?.version ?? 0;
    served = publication;
    const modelDir = path.join(packageRoot, 'semantic', 'model');
    const made = await createSemantic({ instance, modelDir, logger, publication });
    own(() => made.stop());
    return made;
  });
  /** Metrics answer from a publication before anybody is told of it. */
  const afterBuild = async (publication: Publication): Promise<void> => {
    if (parts.isOpen('semantic layer')) (await semantic()).refresh(publication.version);
    served = publication.version;
    announce(publication);
  };
  return {
    semantic,
    servedVersion: () => served,
    transforms: engine,
  };
}

function schedulerPart(
  parts: Parts,
  options: PlatformOptions,
  control: () => Promise<Knex>,
  services: PipelineServices,
): () => Promise<Scheduler> {
  const { paths, config, clock, logger } = options;
  return parts.add('scheduler', async (own) => {
    const [{ createScheduler }, { every }, knex] = await Promise.all([
      import('../scheduler/scheduler.ts'),
      import('../scheduler/authoring/schedule.ts'),
      control(),
    ]);
    const made = await createScheduler({
      control: knex,
      dagsFolder: path.join(packageRoot, 'dags'),
      services,
      clock,
      logger,
      logDir: path.join(path.dirname(paths.log), 'tasks'),
      scheduleOverrides: { [ingestDag]: every(`${config.tickMs}ms`) },
      onEvent: (event) => options.onSchedulerEvent?.(event),
    });
    own(() => made.stop());
    return made;
  });
}
