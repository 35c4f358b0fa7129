import { systemClock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { ModelText } from '../validate/validate.ts';
import { platformCaller } from './access/caller.ts';
import type { Asked } from './answers/answer.ts';
import { loadRows, metaOf, okBody } from './cube-answers.ts';
import { loadCube, onCubeWarning } from './cube-modules.ts';
import type { CubeQuery, CubeRow } from './cube-query.ts';
import type { OpenCubeReader } from './cube-reader.ts';
import { createCubeServer } from './cube-server.ts';
import type { CubeServer, LoadAnswer } from './cube-server.ts';
import { metricCatalog } from './metric-catalog.ts';
import type { MetricCatalog } from './metric-catalog.ts';
import { planQueries, queryMetrics } from './metric-query.ts';
import type { MetricQuery, MetricResult } from './metric-query.ts';
import { compileModel } from './model-check.ts';
import { toServedModel } from './model-files.ts';
import { createPublications, unpublished } from './publications.ts';
import type { PublicationNews } from './publications.ts';
import { createQueryWatch } from './query-watch.ts';
import type { ModelVisit } from './query-watch.ts';
import { noRollups } from './rollups/rollups.ts';
import type { ServedModel } from './model-files.ts';

/** A statement as it would be sent. */
export interface MetricStatement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** A model that is tried out. */
export interface TriedModel {
  readonly model: ServedModel;
  readonly catalog: MetricCatalog;
  readonly queryMetrics: (query: MetricQuery) => Promise<MetricResult>;
  /** Rows of one regular Cube query. */
  readonly load: (query: CubeQuery) => Promise<CubeRow[]>;
  /** The statements that a query of metrics would send. */
  readonly explain: (query: MetricQuery) => Promise<readonly MetricStatement[]>;
}

/** Models beside the one that serves: nothing that is served knows of them, and they serve nobody. */
export interface Workbench {
  /** Compiles a model, once. Throws SEMANTIC_MODEL_INVALID and SEMANTIC_MODEL_TEMPLATED with file and line. */
  readonly open: (folder: string, files: readonly ModelText[]) => Promise<TriedModel>;
  readonly close: () => Promise<void>;
}

export interface WorkbenchOptions {
  readonly openReader: OpenCubeReader;
  readonly logger: Logger;
  /** The publication that the marts are at now: answers are kept for as long as it stays. */
  readonly publication?: PublicationNews | undefined;
}

/** Nobody waits beside whoever tries a model out; it may take its time. */
const statementTimeoutSec = 3_600;

export function createWorkbench({ openReader, logger, publication }: WorkbenchOptions): Workbench {
  const cube = loadCube();
  onCubeWarning((message) => logger.debug(`cube: ${message}`));
  const reader = openReader(cube);
  const closing = new AbortController();
  const server = createCubeServer({
    cube,
    reader,
    rollups: noRollups(reader),
    watch: createQueryWatch(logger, systemClock),
    logger,
    publications: createPublications(publication ?? unpublished),
    statementTimeoutSec,
    visitOf: () => undefined,
    model: () => {
      throw new Error('a query of a model that is tried out says which');
    },
  });
  const opened = new Map<string, Promise<TriedModel>>();
  const compile = async (model: ServedModel): Promise<TriedModel> => {
    await compileModel({ server, model });
    return tried(server, model, closing.signal);
  };
  return {
    open: async (folder, files) => {
      const model = toServedModel(folder, files, cube.native === 'binary');
      const found = opened.get(model.version) ?? compile(model);
      opened.set(model.version, found);
      return found;
    },
    close: async () => {
      closing.abort();
      await server.shutdown();
      await reader.close();
    },
  };
}

async function tried(server: CubeServer, model: ServedModel, signal: AbortSignal): Promise<TriedModel> {
  const caller = platformCaller;
  const catalog = metricCatalog(await metaOf(server, { caller, model }));
  const ask = (asked: Asked, visit: ModelVisit): Promise<LoadAnswer> =>
    server.load({ query: asked.text }, visit);
  const load = (query: CubeQuery): Promise<CubeRow[]> => loadRows(ask, query, { caller, model, signal });
  return {
    model,
    catalog,
    load,
    queryMetrics: (query) => queryMetrics(load, catalog, query),
    explain: (query) =>
      Promise.all(
        planQueries(catalog, query).map(async (plan) => {
          const { sql } = okBody(await server.sql(plan.query, caller, model)) as {
            readonly sql: { readonly sql: readonly [string, readonly unknown[]] };
          };
          const [text, parameters] = sql.sql;
          return { sql: text, parameters };
        }),
      ),
  };
}
