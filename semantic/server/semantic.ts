import { setImmediate as nextTurn } from 'node:timers/promises';
import express from 'express';
import { systemClock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import { platformCaller } from './access/caller.ts';
import type { Caller } from './access/caller.ts';
import type { Answer, Asked } from './answers/answer.ts';
import { loadRoute } from './answers/load-route.ts';
import { ofOnePublication } from './answers/one-publication.ts';
import { loadRows, metaOf, plannedOrigin } from './cube-answers.ts';
import { loadCube, onCubeWarning } from './cube-modules.ts';
import type { CubeModules } from './cube-modules.ts';
import type { CubeQuery, CubeRow } from './cube-query.ts';
import { mountExplorer } from './explorer.ts';
import { metricCatalog } from './metric-catalog.ts';
import type { MetricCatalog } from './metric-catalog.ts';
import { queryMetrics } from './metric-query.ts';
import type { MetricQuery, MetricResult } from './metric-query.ts';
import { readServedModel } from './model-files.ts';
import type { ServedModel } from './model-files.ts';
import { onlyOffered } from './offered-paths.ts';
import type { PublicationNews } from './publications.ts';
import type { Origin, Visit } from './query-watch.ts';
import type { ModelState } from './reload/model-host.ts';
import { readSettled, watchFiles } from './reload/model-watch.ts';
import type { SemanticOptions } from './semantic-options.ts';
import { createServingParts } from './serving-parts.ts';

/** Governed metrics over the published marts. Without a caller it is the platform itself that asks. */
export interface Semantic {
  /** Serves /metrics, the page to look; /cubejs-api/v1/{load,meta,sql}, /readyz and /livez; without access to be listened with on the loopback address. */
  readonly app: express.Express;
  /** What a client of Cube's REST API gets for its query; `Continue wait` is a matter of asking again. */
  readonly ask: (asked: Asked, visit: Visit) => Promise<Answer>;
  /** Work that asks several questions, of one model and one publication. Throws SEMANTIC_OVERTAKEN where that fails. */
  readonly together: <T>(work: (ask: Semantic['ask']) => Promise<T>) => Promise<T>;
  /** Rows of one regular Cube query; waits as long as the warehouse needs. */
  readonly load: (query: CubeQuery, caller?: Caller) => Promise<CubeRow[]>;
  /** What /cubejs-api/v1/meta answers. */
  readonly meta: (caller?: Caller) => Promise<Readonly<Record<string, unknown>>>;
  /** Every metric and dimension, by name. */
  readonly catalog: (caller?: Caller) => Promise<MetricCatalog>;
  /** Metrics by short names, across views. */
  readonly queryMetrics: (query: MetricQuery, caller?: Caller) => Promise<MetricResult>;
  /**
   * A publication is out; to be called after its commit. Resolves once rollups follow it and the most used answers are
   * there again, or after ten seconds. Left out: those of the publication that is known, as after a start.
   */
  readonly refresh: (publication?: PublicationNews) => Promise<void>;
  /** The version of the model that is served: part of the key of whatever is kept of an answer. */
  readonly modelVersion: () => string;
  readonly modelState: () => ModelState;
  /** The model itself. */
  readonly servedModel: () => ServedModel;
  /** Where a question would be answered from now; sends nothing to the warehouse. Throws as `load` does. */
  readonly originOf: (asked: Asked, caller: Caller) => Promise<Origin>;
  /** Serves what the files say now, if they are sound; queries that have begun end by the model that they began with. */
  readonly reloadModel: () => Promise<ModelState>;
  /** Statements sent to the warehouse so far. */
  readonly statementsSent: () => number;
  /** Statements that run in the warehouse at this moment. */
  readonly statementsRunning: () => number;
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
  const { modelDir } = options;
  const read = (): Promise<ServedModel> =>
    readSettled(modelDir, () => readServedModel(modelDir, cube.native === 'binary'));
  return start(options, cube, read, logger);
}

async function start(
  options: SemanticOptions,
  cube: CubeModules,
  read: () => Promise<ServedModel>,
  logger: Logger,
): Promise<Semantic> {
  const parts = await createServingParts(options, cube, read, logger);
  const { answers, columns, door, host, pinned, publications, reader, server, settling, stopping } = parts;
  const app = express().disable('x-powered-by');
  app.use('/cubejs-api', door.handler, onlyOffered, pinned.handler);
  app.use('/cubejs-api', loadRoute(answers.ask, parts.visitOf));
  mountExplorer(app, logger);
  await server.mount(app);
  const load = (query: CubeQuery, caller = platformCaller): Promise<CubeRow[]> =>
    loadRows(answers.ask, query, { caller, model: host.current(), signal: stopping.signal });
  const catalog = async (caller = platformCaller, model = host.current()): Promise<MetricCatalog> =>
    metricCatalog(await metaOf(server, { caller, model }));
  if (options.watchModel === true) {
    const { signal } = stopping;
    void watchFiles({ folder: options.modelDir, clock: systemClock, signal, onChange: host.reload });
  }
  return {
    app,
    ask: (asked, visit) => answers.ask(asked, { ...visit, model: host.current() }),
    together: (work) => {
      const model = host.current();
      return ofOnePublication(answers.ask, settling.settled, (ask) =>
        work((asked, visit) => ask(asked, { ...visit, model })),
      );
    },
    load,
    catalog: (caller) => catalog(caller),
    meta: (caller = platformCaller) => metaOf(server, { caller, model: host.current() }),
    queryMetrics: async (query, caller = platformCaller) => {
      // Several queries of Cube, all by one model.
      const asking = { caller, model: host.current(), signal: stopping.signal };
      const known = await catalog(caller, asking.model);
      return ofOnePublication(answers.ask, settling.settled, (ask) =>
        queryMetrics((each) => loadRows(ask, each, asking), known, query),
      );
    },
    refresh: async (publication) => {
      if (publication !== undefined) publications.announce(publication);
      columns.published();
      // A model that named a column before its mart had it may be sound now.
      if (host.state().problem !== undefined) void host.reload();
      await settling.settle();
    },
    modelVersion: () => host.current().version,
    modelState: host.state,
    servedModel: host.current,
    originOf: async (asked, caller) => {
      const model = host.current();
      if (answers.holds(asked, { caller, model })) return 'cache';
      return plannedOrigin(await server.sql(JSON.parse(asked.text), caller, model));
    },
    reloadModel: host.reload,
    statementsSent: reader.statementsSent,
    statementsRunning: reader.statementsRunning,
    stop: async () => {
      if (!stopping.signal.aborted) await parts.close();
    },
  };
}
