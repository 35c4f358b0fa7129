import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { CreateOptions, CubejsServerCore, RequestContext } from '@cubejs-backend/server-core';
import type { CompilerApi } from '@cubejs-backend/server-core/dist/src/core/CompilerApi.js';
import type { Express } from 'express';
import { systemClock } from '../../lib/clock.ts';
import { ShopwaveError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Caller } from './access/caller.ts';
import { platformCaller } from './access/caller.ts';
import { policedCompilers } from './access/policed-compiler.ts';
import { asInProduction } from './cube-environment.ts';
import { cubeLogger } from './cube-logger.ts';
import type { CubeModules } from './cube-modules.ts';
import { semanticConcurrency } from './cube-reader.ts';
import type { CubeReader } from './cube-reader.ts';
import type { ServedModel } from './model-files.ts';
import { queryError, queryErrorText } from './query-errors.ts';
import { createQueryWatch } from './query-watch.ts';
import type { Visit } from './query-watch.ts';
import { memoryQueueFactory } from './queue-driver.ts';
import { compilersByModel, keepTranspilings, shareTranspilings } from './reload/compilers.ts';
import { createResultCache } from './result-cache.ts';

const cacheBytes = 64 * 1024 * 1024;
const tenYearsSec = 10 * 365 * 86_400;

export interface CubeServerOptions {
  readonly cube: CubeModules;
  readonly reader: Pick<CubeReader, 'dbType' | 'dialect' | 'driver'>;
  /** The model that a query is answered by which does not say by which. */
  readonly model: () => ServedModel;
  readonly logger: Logger;
  /** Who sent a request over HTTP, and the model that it is answered by from its beginning to its end. */
  readonly visitOf: (request: IncomingMessage) => ModelVisit | undefined;
  /** The publication that queries are answered from. Part of every cache key. */
  readonly publication: () => number;
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

/** A visit with the model that it is answered by. */
export interface ModelVisit extends Visit {
  readonly model: ServedModel;
}

/** Cube with its REST API, cache and queue in this process. It can hold several models; each query is of one. */
export interface CubeServer {
  readonly mount: (app: Express) => Promise<void>;
  readonly load: (query: unknown, caller: Caller, model?: ServedModel) => Promise<GatewayAnswer>;
  /** As the platform itself, when there is no caller. */
  readonly sql: (query: unknown, caller?: Caller, model?: ServedModel) => Promise<GatewayAnswer>;
  readonly meta: (caller?: Caller, model?: ServedModel) => Promise<GatewayAnswer>;
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

interface GatewayRequest {
  readonly query?: unknown;
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
  const { cube } = options;
  const watch = createQueryWatch(options.logger, systemClock);
  const cache = createResultCache(cacheBytes, watch.lookedUp);

  /**
   * Cube would key a result by SQL refresh keys, which wake the warehouse. Here the publication is part of the key of
   * cache and queue alike: an unchanged publication sends nothing, and a query that began before a publication can
   * neither be shared with nor stored for one that began after it. The versions of the policies and of the model are part
   * of it, too, and what policies allow is in the statement itself; who asks is not, so that people with the same rights
   * share.
   */
  class PublicationOrchestrator extends cube.OrchestratorApi {
    override async executeQuery(query: Record<string, unknown>): Promise<unknown> {
      const visit = visitIn(query['context']);
      const publication = options.publication();
      const keyed = {
        ...query,
        invalidate: [
          ['publication', publication],
          ['policies', visit.caller.policyVersion],
          ['model', visit.model.version],
        ],
        cacheKeyQueries: { queries: [], renewalThreshold: tenYearsSec },
        expireSecs: tenYearsSec,
      };
      try {
        const answer = await watch.run(visit, publication, () => super.executeQuery(keyed));
        options.onAnswered?.();
        return answer;
      } catch (error) {
        // eslint-disable-next-line no-throw-literal -- as below
        if (error instanceof ShopwaveError) throw { error: queryErrorText(error) };
        const text = cubeErrorText(error);
        if (text === undefined || text === 'Continue wait') throw error;
        // eslint-disable-next-line no-throw-literal -- the gateway answers 400 to exactly this shape
        throw { error: queryErrorText(queryError(text, 'SEMANTIC_QUERY_FAILED')) };
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
      return api;
    }

    /** Cube would read the type from CUBEJS_DB_TYPE, of which a process has only one. */
    protected override contextToDbType = async (): Promise<CubeReader['dbType']> => options.reader.dbType;

    /** Cube keeps its compilers by this. A query that began by one model ends by it, whatever was loaded since. */
    protected override contextToAppId = (context: RequestContext): string =>
      visitIn(context).model as unknown as string;

    protected override compilerCache = compilersByModel() as never;

    protected override createCompilerApi(
      ...args: Parameters<CubejsServerCore['createCompilerApi']>
    ): CompilerApi {
      return shareTranspilings(super.createCompilerApi(...args));
    }

    override async getCompilerApi(context: RequestContext): Promise<CompilerApi> {
      return policed(await super.getCompilerApi(context), visitIn(context).caller);
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
    load: (query, caller, model = options.model()) =>
      ask({ caller, model }, (request) => gateway.load({ ...request, query })),
    sql: (query, caller = platformCaller, model = options.model()) =>
      ask({ caller, model }, (request) => gateway.sql({ ...request, query })),
    meta: (caller = platformCaller, model = options.model()) =>
      ask({ caller, model }, (request) => gateway.meta(request)),
    compile: async (model) => {
      const context = contextOf({ caller: platformCaller, model });
      const compilerApi = await core.getCompilerApi(context);
      const { cubeEvaluator } = await compilerApi.getCompilers({ requestId: context.requestId });
      keepTranspilings(compilerApi);
      return (name) => cubeEvaluator.cubeFromPath(name) as unknown as CompiledCube;
    },
    clearCache: () => cache.clear(),
    shutdown: async () => {
      await core.shutdown();
    },
  };
}

function coreOptions(options: CubeServerOptions): CreateOptions {
  const queueOptions = {
    concurrency: semanticConcurrency,
    queueDriverFactory: memoryQueueFactory(options.cube),
  };
  return {
    // Unused, since the door checks credentials; but Cube insists on one, and a constant would be a known secret.
    apiSecret: randomUUID(),
    // Who is not known was turned away at the door; what came past it has no caller, and is refused by visitIn.
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
    repositoryFactory: (context: unknown) => {
      const { folder, files } = visitIn(context).model;
      return {
        localPath: () => folder,
        dataSchemaFiles: async () => files.map(({ fileName, content }) => ({ fileName, content })),
      };
    },
    // As a function, since Cube's check of plain options does not know queueDriverFactory.
    orchestratorOptions: constant({
      queryCacheOptions: { queueOptions },
      preAggregationsOptions: { queueOptions },
    }),
    // Time dimensions are business dates, which no time zone moves; the answer's `query.timezone` says so.
    queryRewrite: async (query) => ({ ...query, timezone: 'UTC' }),
    logger: cubeLogger(options.logger),
  };
}

/** Whoever came in by a door that names no caller gets nothing. */
function visitIn(context: unknown): ModelVisit {
  const { securityContext } = Object(context) as Partial<QueryContext>;
  if (securityContext?.caller === undefined) throw new Error('a query without a caller');
  return securityContext;
}

function contextOf(visit: ModelVisit): QueryContext {
  return { securityContext: visit, requestId: randomUUID() };
}

function constant<T>(value: T): () => T {
  return () => value;
}

async function ask(
  visit: ModelVisit,
  send: (request: GatewayRequest) => Promise<void>,
): Promise<GatewayAnswer> {
  let answer: GatewayAnswer | undefined;
  await send({
    context: contextOf(visit),
    res: async (message, { status = 200 } = {}) => {
      answer = { status, body: await plainBody(message) };
    },
  });
  if (answer === undefined) throw new Error('Cube gave no answer');
  return answer;
}

/** Data comes as a wrapper that serialises itself, everything else as a plain object. */
async function plainBody(message: unknown): Promise<Record<string, unknown>> {
  const wrapper = message as { isWrapper?: boolean; getFinalResult?: () => Promise<ArrayBuffer> };
  if (wrapper.isWrapper !== true || wrapper.getFinalResult === undefined) {
    return message as Record<string, unknown>;
  }
  const bytes = new Uint8Array(await wrapper.getFinalResult());
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as Record<string, unknown>;
}

function cubeErrorText(error: unknown): string | undefined {
  const text: unknown = Object(error).error;
  return typeof text === 'string' ? text : undefined;
}
