import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { QueryBody } from '@cubejs-backend/query-orchestrator';
import type { CreateOptions, CubejsServerCore, RequestContext } from '@cubejs-backend/server-core';
import type { CompilerApi } from '@cubejs-backend/server-core/dist/src/core/CompilerApi.js';
import type { Express } from 'express';
import { ShopwaveError, messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Caller } from './access/caller.ts';
import { platformCaller } from './access/caller.ts';
import { policedCompilers } from './access/policed-compiler.ts';
import { answering } from './answering.ts';
import type { PlannedQuery } from './answering.ts';
import { asInProduction } from './cube-environment.ts';
import { duckdbDialect } from './duckdb-dialect.ts';
import { cubeLogger } from './cube-logger.ts';
import type { CubeModules } from './cube-modules.ts';
import { semanticConcurrency } from './cube-reader.ts';
import type { CubeReader } from './cube-reader.ts';
import type { ServedModel } from './model-files.ts';
import { queryError, queryErrorText } from './query-errors.ts';
import type { Publications } from './publications.ts';
import type { ModelVisit, QueryWatch } from './query-watch.ts';
import { memoryQueueFactory } from './queue-driver.ts';
import { compilersByModel, keepTranspilings, shareTranspilings } from './reload/compilers.ts';
import { createResultCache } from './result-cache.ts';
import { planRollups, withReadyRollups } from './rollups/plan-rollups.ts';
import type { PlannedRollup, Rollup } from './rollups/rollup.ts';
import type { ReadRollups } from './rollups/rollups.ts';

const cacheBytes = 32 * 1024 * 1024;

export interface CubeServerOptions {
  readonly cube: CubeModules;
  readonly reader: Pick<CubeReader, 'dbType' | 'dialect' | 'driver' | 'cancel'>;
  readonly rollups: ReadRollups;
  /** The model that a query is answered by which does not say by which. */
  readonly model: () => ServedModel;
  readonly logger: Logger;
  /** Who sent a request over HTTP, and the model that it is answered by from its beginning to its end. */
  readonly visitOf: (request: IncomingMessage) => ModelVisit | undefined;
  /** What queries are answered from. Part of every cache key. */
  readonly publications: Publications;
  readonly watch: QueryWatch;
  /** A statement that runs longer is ended. */
  readonly statementTimeoutSec: number;
  /** Called when a query has its answer, from the cache or not. */
  readonly onAnswered?: () => void;
}

/** A Cube compiler's view of one cube or view; the part that is needed to trace a member to its file. */
export interface CompiledCube {
  readonly fileName: string;
  readonly isView?: boolean;
  readonly includedMembers?: readonly { readonly name: string; readonly memberPath: string }[];
}

/** One answer of Cube's gateway: what it would have sent over HTTP. */
export interface GatewayAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a REST client asks to be loaded. */
export interface LoadRequest {
  /** A query or several, as they were sent: JSON, or its text. */
  readonly query: unknown;
  /** `multi` where several may be asked for at once. */
  readonly queryType?: string | undefined;
  readonly cacheMode?: string | undefined;
}

/** The same in bytes, which most answers are sent on as. */
export interface LoadAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** Cube with its REST API, cache and queue in this process. It can hold several models; each query is of one. */
export interface CubeServer {
  readonly mount: (app: Express) => Promise<void>;
  readonly load: (request: LoadRequest, visit: ModelVisit) => Promise<LoadAnswer>;
  /** As the platform itself, when there is no caller. */
  readonly sql: (query: unknown, caller?: Caller, model?: ServedModel) => Promise<GatewayAnswer>;
  readonly meta: (caller?: Caller, model?: ServedModel) => Promise<GatewayAnswer>;
  /** The rollups that a model declares. */
  readonly plannedRollups: (model: ServedModel) => Promise<Rollup[]>;
  /** Compiles a model; throws Cube's compile error. Idempotent. */
  readonly compile: (model: ServedModel) => Promise<(cube: string) => CompiledCube>;
  readonly clearCache: () => void;
  readonly shutdown: () => Promise<void>;
}

/** What every query carries from its door to its statement. */
interface QueryContext {
  readonly securityContext: ModelVisit;
  readonly requestId: string;
}

interface GatewayRequest extends Partial<LoadRequest> {
  readonly context: QueryContext;
  readonly res: (message: unknown, options?: { readonly status?: number }) => Promise<void>;
}

interface Gateway {
  readonly load: (request: GatewayRequest) => Promise<void>;
  readonly sql: (request: GatewayRequest) => Promise<void>;
  readonly meta: (request: GatewayRequest) => Promise<void>;
}

/** Constructs Cube over a driver and model files. Nothing is compiled and no statement sent before the first call. */
export function createCubeServer(options: CubeServerOptions): CubeServer {
  const { cube, watch } = options;
  const cache = createResultCache(cacheBytes, watch.lookedUp);
  const answer = answering(options);

  class PublicationOrchestrator extends cube.OrchestratorApi {
    override async executeQuery(query: PlannedQuery & { readonly context?: unknown }): Promise<unknown> {
      const { securityContext: visit, requestId } = contextIn(query.context);
      const end = (): void => void endStatements(options, requestId);
      visit.signal?.addEventListener('abort', end);
      try {
        const answered = await answer(visit, query, (keyed) => super.executeQuery(keyed as QueryBody));
        options.onAnswered?.();
        return answered;
      } catch (error) {
        // eslint-disable-next-line no-throw-literal -- as below
        if (error instanceof ShopwaveError) throw { error: queryErrorText(error) };
        const text = cubeErrorText(error);
        if (text === undefined || text === 'Continue wait') throw error;
        // eslint-disable-next-line no-throw-literal -- the gateway answers 400 to exactly this shape
        throw { error: queryErrorText(queryError(text, 'SEMANTIC_QUERY_FAILED')) };
      } finally {
        visit.signal?.removeEventListener('abort', end);
      }
    }
  }

  const policed = policedCompilers();

  class ShopwaveCube extends cube.CubejsServerCore {
    protected override createOrchestratorApi(
      ...[getDriver, settings]: Parameters<CubejsServerCore['createOrchestratorApi']>
    ): InstanceType<CubeModules['OrchestratorApi']> {
      const api = new PublicationOrchestrator(getDriver, this.logger, settings);
      Object.assign(api.getQueryOrchestrator().getQueryCache(), { cacheDriver: cache });
      // Rollups are built when a publication was, all at once; a query finds them as they are.
      Object.assign(api.getQueryOrchestrator().getPreAggregations(), { loadAllPreAggregationsIfNeeded });
      return api;
    }

    /** Cube would read the type from CUBEJS_DB_TYPE, of which a process has only one. */
    protected override contextToDbType = async (): Promise<CubeReader['dbType']> => options.reader.dbType;

    /** Cube keeps its compilers by this. A query that began by one model ends by it, whatever was loaded since. */
    protected override contextToAppId = (context: RequestContext): string =>
      contextIn(context).securityContext.model as unknown as string;

    protected override compilerCache = compilersByModel() as never;

    protected override createCompilerApi(
      ...args: Parameters<CubejsServerCore['createCompilerApi']>
    ): CompilerApi {
      return shareTranspilings(super.createCompilerApi(...args));
    }

    override async getCompilerApi(context: RequestContext): Promise<CompilerApi> {
      const visit = contextIn(context).securityContext;
      return policed(await super.getCompilerApi(context), visit.caller, (compiler) =>
        withReadyRollups(compiler, readyFor(visit, options)),
      );
    }

    /** Cube's own compiler, without policies. */
    compiler(model: ServedModel): Promise<CompilerApi> {
      return super.getCompilerApi(contextOf({ caller: platformCaller, model }));
    }

    gateway(): Gateway {
      return this.apiGateway() as unknown as Gateway;
    }
  }

  const core = asInProduction(() => new ShopwaveCube(coreOptions(options)));
  // The gateway's constructor reads NODE_ENV too.
  const gateway = asInProduction(() => core.gateway());
  return {
    mount: (app) => core.initApp(app),
    load: (request, visit) =>
      askBytes(visit, (gatewayRequest) => gateway.load({ ...gatewayRequest, ...request })),
    sql: (query, caller = platformCaller, model = options.model()) =>
      ask({ caller, model }, (request) => gateway.sql({ ...request, query })),
    meta: (caller = platformCaller, model = options.model()) =>
      ask({ caller, model }, (request) => gateway.meta(request)),
    plannedRollups: async (model) => planRollups(await core.compiler(model)),
    compile: async (model) => {
      const compilerApi = await core.compiler(model);
      const { cubeEvaluator } = await compilerApi.getCompilers({ requestId: randomUUID() });
      keepTranspilings(compilerApi);
      return (name) => cubeEvaluator.cubeFromPath(name) as unknown as CompiledCube;
    },
    clearCache: () => cache.clear(),
    shutdown: async () => {
      await core.shutdown();
    },
  };
}

/** Whoever asked is gone: what cannot be ended ends by its timeout, and is nobody's error. */
async function endStatements(
  { reader, rollups, logger }: CubeServerOptions,
  requestId: string,
): Promise<void> {
  const ended = await Promise.allSettled([reader.cancel(requestId), rollups.cancel(requestId)]);
  for (const each of ended)
    if (each.status === 'rejected')
      logger.warn('a statement that nobody waits for could not be ended', {
        requestId,
        reason: messageOf(each.reason),
      });
}

/** Which rollups may answer a query. */
function readyFor(
  { caller, model, withoutRollups }: ModelVisit,
  { publications, rollups }: CubeServerOptions,
): (ids: readonly string[]) => boolean {
  // The platform compares what is served with the marts: of the publication before, that would be another question.
  const mustBeNewest = caller.name === platformCaller.name;
  return (ids) =>
    withoutRollups !== true &&
    rollups.isReady(ids, model.version) &&
    !(mustBeNewest && rollups.versionOf(ids) < publications.stampOf(rollups.martsOf(ids)));
}

function coreOptions(options: CubeServerOptions): CreateOptions {
  const queueOptions = {
    concurrency: semanticConcurrency,
    executionTimeout: options.statementTimeoutSec,
    queueDriverFactory: memoryQueueFactory(options.cube),
  };
  return {
    // Unused, since the door checks credentials; but Cube insists on one, and a constant would be a known secret.
    apiSecret: randomUUID(),
    // Who is not known was turned away at the door; what came past it has no caller, and is refused by contextIn.
    checkAuth: async (request: IncomingMessage & { securityContext?: unknown }) => {
      request.securityContext = options.visitOf(request);
    },
    devServer: false,
    telemetry: false,
    scheduledRefreshTimer: false,
    cacheAndQueueDriver: 'memory',
    driverFactory: () => options.reader.driver,
    dialectFactory: constant(options.reader.dialect) as unknown as NonNullable<
      CreateOptions['dialectFactory']
    >,
    externalDbType: 'duckdb',
    externalDriverFactory: () => options.rollups.driver,
    externalDialectFactory: constant(duckdbDialect(options.cube)) as unknown as NonNullable<
      CreateOptions['externalDialectFactory']
    >,
    repositoryFactory: (context: unknown) => {
      const { folder, files } = contextIn(context).securityContext.model;
      return {
        localPath: () => folder,
        dataSchemaFiles: async () => files.map(({ fileName, content }) => ({ fileName, content })),
      };
    },
    // As a function, since Cube's check of plain options does not know queueDriverFactory.
    orchestratorOptions: constant({
      queryCacheOptions: { queueOptions },
      preAggregationsOptions: { queueOptions },
      // A rollup is as near as a cache, and another process could not read it.
      skipExternalCacheAndQueue: true,
    }),
    // Time dimensions are business dates, which no time zone moves; the answer's `query.timezone` says so.
    queryRewrite: async (query) => ({ ...query, timezone: 'UTC' }),
    logger: cubeLogger(options.logger),
  };
}

/** Whoever came in by a door that names no caller gets nothing. */
function contextIn(context: unknown): QueryContext {
  const { securityContext, requestId = '' } = Object(context) as Partial<QueryContext>;
  if (securityContext?.caller === undefined) throw new Error('a query without a caller');
  return { securityContext, requestId };
}

function contextOf(visit: ModelVisit): QueryContext {
  return { securityContext: visit, requestId: randomUUID() };
}

function constant<T>(value: T): () => T {
  return () => value;
}

type Send = (request: GatewayRequest) => Promise<void>;

async function ask(visit: ModelVisit, send: Send): Promise<GatewayAnswer> {
  const { status, body } = await askBytes(visit, send);
  return { status, body: JSON.parse(body.toString('utf8')) as Record<string, unknown> };
}

async function askBytes(visit: ModelVisit, send: Send): Promise<LoadAnswer> {
  let answer: LoadAnswer | undefined;
  await send({
    context: contextOf(visit),
    res: async (message, { status = 200 } = {}) => {
      answer = { status, body: await bytesOf(message) };
    },
  });
  if (answer === undefined) throw new Error('Cube gave no answer');
  return answer;
}

/** Data comes as a wrapper that serialises itself, everything else as a plain object. */
async function bytesOf(message: unknown): Promise<Buffer> {
  const wrapper = message as { isWrapper?: boolean; getFinalResult?: () => Promise<ArrayBuffer> };
  if (wrapper.isWrapper !== true || wrapper.getFinalResult === undefined)
    return Buffer.from(JSON.stringify(message));
  return Buffer.from(await wrapper.getFinalResult());
}

/** What Cube's own loader would find: every table that the plan names, under its own name. */
async function loadAllPreAggregationsIfNeeded({
  preAggregations = [],
}: {
  readonly preAggregations?: readonly (PlannedRollup & { readonly type: string })[];
}): Promise<object> {
  return {
    preAggregationsTablesToTempTables: preAggregations.map(({ tableName, preAggregationId, type }) => [
      tableName,
      { targetTableName: tableName, refreshKeyValues: [], preAggregationId, type },
    ]),
    values: null,
  };
}

function cubeErrorText(error: unknown): string | undefined {
  const text: unknown = Object(error).error;
  return typeof text === 'string' ? text : undefined;
}
