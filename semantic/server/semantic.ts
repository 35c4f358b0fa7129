import { setImmediate as nextTurn } from 'node:timers/promises';
import express from 'express';
import type { Logger } from '../../lib/logger.ts';
import { semanticErrors } from '../errors.ts';
import { openToLocals } from './access/access.ts';
import type { Access } from './access/access.ts';
import { platformCaller } from './access/caller.ts';
import type { Caller } from './access/caller.ts';
import { watchColumns } from './column-check.ts';
import type { ColumnCheck } from './column-check.ts';
import { loadCube, onCubeWarning } from './cube-modules.ts';
import type { CubeModules } from './cube-modules.ts';
import { createCubeServer } from './cube-server.ts';
import type { CubeServer, GatewayAnswer } from './cube-server.ts';
import type { CubeQuery, CubeRow } from './cube-query.ts';
import type { OpenCubeReader } from './cube-reader.ts';
import { metricCatalog } from './metric-catalog.ts';
import type { MetricCatalog } from './metric-catalog.ts';
import { queryMetrics } from './metric-query.ts';
import type { MetricQuery, MetricResult } from './metric-query.ts';
import { compileModel } from './model-check.ts';
import { readModelFiles } from './model-files.ts';
import { queryError, queryErrorText } from './query-errors.ts';
import { createRestDoor } from './rest-door.ts';

export interface SemanticOptions {
  /** Makes the way to the warehouse: createDuckdbReader or createSnowflakeReader. */
  readonly openReader: OpenCubeReader;
  /** The folder with cubes/ and views/. */
  readonly modelDir: string;
  readonly logger: Logger;
  /** Who may ask over HTTP; left out, whoever reaches the loopback address may, for everything. */
  readonly access?: Access | undefined;
  /** The publication that the marts are at now; 0 before the first. */
  readonly publication?: number;
}

/** Governed metrics over the published marts. Without a caller it is the platform itself that asks. */
export interface Semantic {
  /** Serves /cubejs-api/v1/{load,meta,sql}, /readyz and /livez; without access to be listened with on the loopback address. */
  readonly app: express.Express;
  /** Rows of one regular Cube query; waits as long as the warehouse needs. */
  readonly load: (query: CubeQuery, caller?: Caller) => Promise<CubeRow[]>;
  /** What /cubejs-api/v1/meta answers. */
  readonly meta: (caller?: Caller) => Promise<Readonly<Record<string, unknown>>>;
  /** Every metric and dimension, by name. */
  readonly catalog: (caller?: Caller) => Promise<MetricCatalog>;
  /** Metrics by short names, across views. */
  readonly queryMetrics: (query: MetricQuery, caller?: Caller) => Promise<MetricResult>;
  /** Publication `version` is out: what was cached for earlier ones is dropped. To be called after its commit. */
  readonly refresh: (version: number) => void;
  /** Statements sent to the warehouse so far. */
  readonly statementsSent: () => number;
  readonly stop: () => Promise<void>;
}

/** Loads Cube ahead of its first use, which saves the caller of createSemantic about a second. */
export async function preload(): Promise<void> {
  await nextTurn();
  loadCube();
}

/**
 * Starts the semantic layer in this process. Throws SEMANTIC_MODEL_* with the file when the model does not compile or,
 * where that can be told for nothing, names a column that a published mart does not have; what is not published yet is
 * checked when it is. What a warehouse must be asked for is checked, and logged, after the first query.
 */
export async function createSemantic(options: SemanticOptions): Promise<Semantic> {
  const logger = options.logger.child({ part: 'semantic' });
  await preload();
  const cube = loadCube();
  onCubeWarning((message) => logger.debug(`cube: ${message}`));
  const modelFiles = await readModelFiles(options.modelDir, cube.native === 'binary');
  return start(options, cube, modelFiles, logger);
}

async function start(
  options: SemanticOptions,
  cube: CubeModules,
  modelFiles: Awaited<ReturnType<typeof readModelFiles>>,
  logger: Logger,
): Promise<Semantic> {
  let publication = options.publication ?? 0;
  let stopped = false;
  const reader = options.openReader(cube);
  const door = createRestDoor(options.access ?? openToLocals);
  const server = createCubeServer({
    cube,
    visitOf: door.visitOf,
    reader,
    modelFiles,
    modelDir: options.modelDir,
    logger,
    publication: () => publication,
    onAnswered: () => columns?.answered(),
  });
  const model = { server, modelDir: options.modelDir, modelFiles, bind: reader.bind };
  const close = async (): Promise<void> => {
    stopped = true;
    columns?.stop();
    await server.shutdown();
    await reader.close();
  };
  let columns: ColumnCheck | undefined;
  try {
    await compileModel(model);
    columns = watchColumns(model, viewNames(await metaOf(server, platformCaller)), reader, logger);
    await columns.atStart();
  } catch (error) {
    await close();
    throw error;
  }
  const app = express().disable('x-powered-by');
  app.use('/cubejs-api', door.handler);
  app.use(['/cubejs-api/v1/cubesql', '/cubejs-api/v1/convert-query'], refuseSqlApi);
  await server.mount(app);
  const load = async (query: CubeQuery, caller = platformCaller): Promise<CubeRow[]> => {
    // Cube answers "Continue wait" after ten seconds, meaning: ask again, it is still running.
    for (;;) {
      if (stopped)
        throw semanticErrors.error('SEMANTIC_STOPPED', { message: 'no query can be answered now' });
      const answer = await server.load({ ...query, responseFormat: 'default' }, caller);
      if (answer.body['error'] !== 'Continue wait') return okBody(answer)['data'] as CubeRow[];
    }
  };
  const catalog = async (caller = platformCaller): Promise<MetricCatalog> =>
    metricCatalog(await metaOf(server, caller));
  return {
    app,
    load,
    catalog,
    meta: (caller = platformCaller) => metaOf(server, caller),
    queryMetrics: async (query, caller) =>
      queryMetrics((each) => load(each, caller), await catalog(caller), query),
    refresh: (version) => {
      publication = version;
      server.clearCache();
      columns?.published();
    },
    statementsSent: reader.statementsSent,
    stop: async () => {
      if (!stopped) await close();
    },
  };
}

async function metaOf(server: CubeServer, caller: Caller): Promise<Readonly<Record<string, unknown>>> {
  return okBody(await server.meta(caller));
}

function okBody({ status, body }: GatewayAnswer): Readonly<Record<string, unknown>> {
  const error = body['error'];
  if (status < 400 && error === undefined) return body;
  throw queryError(String(error), status < 500 ? 'SEMANTIC_QUERY_REJECTED' : 'SEMANTIC_QUERY_FAILED');
}

// Cube would answer that the SQL interface has to be enabled in the settings, where it cannot be.
const refuseSqlApi: express.RequestHandler = (_request, response) => {
  const error = semanticErrors.error('SEMANTIC_NATIVE_MISSING', {
    message: 'the SQL API is not served here',
  });
  response.status(501).json({ error: queryErrorText(error) });
};

function viewNames(meta: Readonly<Record<string, unknown>>): string[] {
  return metricCatalog(meta).views.map((view) => view.name);
}
