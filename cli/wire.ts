import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import type { Knex } from 'knex';
import type { PipelineServices } from '../dags/services.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import type { Access } from '../semantic/server/access/access.ts';
import type { ConnectionAccess } from '../semantic/server/access/connections.ts';
import type { ModelState } from '../semantic/server/reload/model-host.ts';
import type { Semantic } from '../semantic/server/semantic.ts';
import type { SqlServer } from '../semantic/sql/server.ts';
import type { Simulator } from '../simulator/simulator.ts';
import type { Publication } from '../transforms/engine/warehouse/state.ts';
import type { Transforms } from '../transforms/engine/transforms.ts';
import { archiveParts } from './archive-parts.ts';
import type { ArchiveParts } from './archive-parts.ts';
import { apiParts } from './api-parts.ts';
import type { ApiParts } from './api-parts.ts';
import { packageRoot } from './config.ts';
import { readSettings } from './data-dir.ts';
import { ingestParts } from './ingest-parts.ts';
import type { IngestParts, ShopDatabase } from './ingest-parts.ts';
import type { DataPaths } from './data-dir.ts';
import type { EmbeddedPostgres } from './local/embedded-postgres.ts';
import { openUpkeep } from './archive-upkeep.ts';
import { holdingDrifted } from './hold-drifted.ts';
import { usageFileName } from './metrics/usage-file.ts';
import { Parts } from './parts.ts';
import { openSecretsBackend } from './secrets-part.ts';
import type { WarehouseKind } from './warehouse-kinds.ts';
import { warehouseParts } from './warehouse-parts.ts';
import type { WarehouseParts } from './warehouse-parts.ts';
import type { PlatformOptions } from './platform-options.ts';
import { sqlPart } from './sql-part.ts';

/** The databases and the simulated shop that writes one of them. */
interface DatabaseParts extends WarehouseParts {
  readonly postgres: () => Promise<EmbeddedPostgres>;
  readonly control: () => Promise<Knex>;
  readonly shop: () => Promise<ShopDatabase>;
  readonly simulator: () => Promise<Simulator>;
}

/** From rows to published marts to metrics. */
interface ServingParts {
  readonly transforms: () => Promise<Transforms>;
  readonly semantic: () => Promise<Semantic>;
  /** The SQL API; listens once it is asked for. */
  readonly sqlServer: () => Promise<SqlServer>;
  /** The publication that metrics answer from; a moment behind the warehouse's own. */
  readonly servedVersion: () => number;
  /** The model that metrics are answered by; undefined while nobody has asked for any. */
  readonly servedModel: () => Promise<ModelState | undefined>;
}

/**
 * Every part of the platform, opened when it is first asked for and with whatever it needs. The caller holds the
 * owner lock of the data folder. Parts that do not need one another open at the same time.
 */
export interface Platform extends DatabaseParts, ArchiveParts, IngestParts, ApiParts, ServingParts {
  readonly paths: DataPaths;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly warehouseKind: WarehouseKind;
  readonly scheduler: () => Promise<Scheduler>;
  /** Called after every publication, once metrics answer from it. */
  readonly onPublished: (listener: (publication: Publication) => void) => void;
  /** Closes what was opened, the last one first. */
  readonly close: (onStep?: (name: string) => void) => Promise<void>;
}

/** The DAG whose schedule is `--tick`. */
export const ingestDag = 'shop_ingest';

/** The only place that constructs adapters. Nothing is opened yet. */
export function openPlatform(options: PlatformOptions): Platform {
  const parts = new Parts();
  const listeners: Array<(publication: Publication) => void> = [];
  const databases = databaseParts(parts, options);
  const archives = archiveParts(parts, options, databases.warehouse);
  const ingest = ingestParts(parts, options, { ...databases, ...archives });
  const apis = apiParts(parts, options, { ...databases, ...archives, ...ingest });
  const serving = servingParts(parts, options, databases, (publication) => {
    for (const listener of listeners) listener(publication);
  });
  const { capture, loader, landingStatus } = ingest;
  const { extractor, apiLoader } = apis;
  const { transforms } = serving;
  const watchShop = holdingDrifted(options.clock, { ...ingest, ...databases, transforms });
  const services: PipelineServices = {
    capture,
    loader,
    landingStatus,
    watchShop,
    extractor,
    apiLoader,
    restoreTouched: archives.restoreTouched,
    archiveUpkeep: () => openUpkeep(archives, databases.warehouse, serving.transforms),
    transforms,
    metrics: serving.semantic,
  };
  return {
    paths: options.paths,
    clock: options.clock,
    logger: options.logger,
    warehouseKind: options.warehouse.kind,
    ...databases,
    ...archives,
    ...ingest,
    ...apis,
    ...serving,
    watchShop,
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
      const knex = openControlStore(server.url('control'), logger);
      own(() => knex.destroy());
      return knex;
    }),
    ...warehouseParts(parts, options),
    simulator: parts.add('simulator', async (own) => {
      const [{ url }, { createSimulator }] = await Promise.all([shop(), import('../simulator/simulator.ts')]);
      const { seed, backlogLines } = config.simulator;
      const made = createSimulator({ url, seed, backlogLines, clock, logger, onProgress });
      own(() => made.stop());
      return made;
    }),
  };
}

function servingParts(
  parts: Parts,
  options: PlatformOptions,
  { warehouse, metricReader }: DatabaseParts,
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
  const access = accessPart(parts, logger);
  const semantic = parts.add('semantic layer', async (own) => {
    const [{ createSemantic }, { readSemanticSettings }, { editedModelFindings }] = await Promise.all([
      import('../semantic/server/semantic.ts'),
      import('./semantic-settings.ts'),
      import('./metrics/edited-model.ts'),
    ]);
    const settings = await readSemanticSettings(process.env);
    const { model: modelDir, statementTimeoutSec } = settings;
    const [openReader, transforms, rights] = await Promise.all([metricReader(), engine(), access()]);
    const publication = await transforms.publication();
    served = publication?.version ?? 0;
    await mkdir(options.paths.semantic, { recursive: true });
    const made = await createSemantic({
      openReader,
      modelDir,
      logger,
      access: rights,
      publication,
      watchModel: options.onModelChange !== undefined,
      findingsOf: editedModelFindings(logger),
      onModelChange: (state) => options.onModelChange?.(state),
      rollupsFile: path.join(options.paths.semantic, 'rollups.duckdb'),
      usageFile: path.join(options.paths.semantic, usageFileName),
      martChanges: {
        since: transforms.martChanges,
        version: async () => (await transforms.publication())?.version ?? 0,
      },
      statementTimeoutSec,
    });
    own(() => made.stop());
    return made;
  });
  /** Metrics answer from a publication before anybody is told of it. */
  const afterBuild = async (publication: Publication): Promise<void> => {
    if (parts.isOpen('semantic layer')) await (await semantic()).refresh(publication);
    served = publication.version;
    announce(publication);
  };
  return {
    semantic,
    sqlServer: sqlPart(parts, options, { semantic, access }),
    servedVersion: () => served,
    servedModel: async () => (parts.isOpen('semantic layer') ? (await semantic()).modelState() : undefined),
    transforms: engine,
  };
}

/** Who may see what, by the access file; undefined where the settings name none. */
function accessPart(parts: Parts, logger: Logger): () => Promise<(Access & ConnectionAccess) | undefined> {
  return parts.add('access', async () => {
    const [{ openAccess }, { readSemanticSettings }] = await Promise.all([
      import('../semantic/server/access/access.ts'),
      import('./semantic-settings.ts'),
    ]);
    const { access } = await readSemanticSettings(process.env);
    return access === undefined ? undefined : openAccess(access, logger.child({ part: 'access' }));
  });
}

function schedulerPart(
  parts: Parts,
  options: PlatformOptions,
  control: () => Promise<Knex>,
  services: PipelineServices,
): () => Promise<Scheduler> {
  const { paths, config, clock, logger } = options;
  return parts.add('scheduler', async (own) => {
    const [{ createScheduler }, { every }, { readSchedulerSettings }, knex] = await Promise.all([
      import('../scheduler/scheduler.ts'),
      import('../scheduler/authoring/schedule.ts'),
      import('./scheduler-settings.ts'),
      control(),
    ]);
    const settings = await readSchedulerSettings(process.env);
    const secretsBackend = settings.secrets && (await openSecretsBackend(settings.secrets, { clock, own }));
    const made = await createScheduler({
      control: knex,
      dagsFolder: path.join(packageRoot, 'dags'),
      services,
      clock,
      logger,
      logDir: path.join(path.dirname(paths.log), 'tasks'),
      retention: settings.retention,
      parallelism: settings.parallelism,
      importTimeoutMs: settings.importTimeout,
      logLimitBytes: settings.logLimitMb * 1024 * 1024,
      env: process.env,
      secretsBackend,
      scheduleOverrides: { [ingestDag]: every(`${config.tickMs}ms`) },
      onEvent: (event) => options.onSchedulerEvent?.(event),
    });
    own(() => made.stop());
    return made;
  });
}
