import { createRequire } from 'node:module';
import type * as BaseDriverModule from '@cubejs-backend/base-driver';
import type * as DuckdbQueryModule from '@cubejs-backend/duckdb-driver/dist/src/DuckDBQuery.js';
import type * as LocalQueueModule from '@cubejs-backend/query-orchestrator/dist/src/orchestrator/LocalQueueDriver.js';
import type * as LocalQueueConnectionModule from '@cubejs-backend/query-orchestrator/dist/src/orchestrator/LocalQueueDriverConnection.js';
import type * as SnowflakeQueryModule from '@cubejs-backend/schema-compiler/dist/src/adapter/SnowflakeQuery.js';
import type * as ServerCoreModule from '@cubejs-backend/server-core';
import type { OrchestratorApi } from '@cubejs-backend/server-core/dist/src/core/OrchestratorApi.js';
import { applyCubeEnvironment } from './cube-environment.ts';
import { installNativeStandIn } from './native-stand-in/install.ts';
import type { NativeExports } from './native-stand-in/install.ts';

/** Cube's packages, once loaded. */
export interface CubeModules {
  readonly CubejsServerCore: typeof ServerCoreModule.CubejsServerCore;
  readonly OrchestratorApi: typeof OrchestratorApi;
  readonly BaseDriver: typeof BaseDriverModule.BaseDriver;
  readonly DuckDBQuery: typeof DuckdbQueryModule.DuckDBQuery;
  readonly SnowflakeQuery: typeof SnowflakeQueryModule.SnowflakeQuery;
  readonly LocalQueueDriver: typeof LocalQueueModule.LocalQueueDriver;
  readonly LocalQueueConnection: typeof LocalQueueConnectionModule.LocalQueueDriverConnection;
  readonly LocalQueueState: typeof LocalQueueConnectionModule.LocalQueueDriverConnectionState;
  /** Whether Cube's native binary is there, or our stand-in took its place. */
  readonly native: 'binary' | 'stand-in';
}

type WarningSink = (message: string) => void;

let loaded: CubeModules | undefined;
let warn: WarningSink = () => {};

/**
 * Loads Cube: 0.6 to 1.1 s and about 105 MB of resident memory, hence never at import of this file. The order
 * matters: environment, then the stand-in for the native module, then everything that may call it.
 */
export function loadCube(): CubeModules {
  loaded ??= load();
  return loaded;
}

/** Where Cube's notices go. It prints them to stdout, where a program may be waiting for JSON. */
export function onCubeWarning(sink: WarningSink): void {
  warn = sink;
}

function load(): CubeModules {
  applyCubeEnvironment();
  const require = createRequire(import.meta.url);
  // Resolved from server-core, so that exactly the copies are changed which it will use.
  const requireAsCore = createRequire(require.resolve('@cubejs-backend/server-core'));
  const terminal: { displayCLIWarning: WarningSink } = requireAsCore(
    '@cubejs-backend/shared/dist/src/cli.js',
  );
  terminal.displayCLIWarning = (message) => warn(message);
  const nativeExports: NativeExports = requireAsCore('@cubejs-backend/native');
  const native = installNativeStandIn(nativeExports);
  const core: typeof ServerCoreModule = require('@cubejs-backend/server-core');
  const orchestrator: { OrchestratorApi: typeof OrchestratorApi } = requireAsCore(
    './dist/src/core/OrchestratorApi.js',
  );
  const queueFolder = '@cubejs-backend/query-orchestrator/dist/src/orchestrator';
  const queue: typeof LocalQueueModule = require(`${queueFolder}/LocalQueueDriver.js`);
  const queueConnection: typeof LocalQueueConnectionModule = require(
    `${queueFolder}/LocalQueueDriverConnection.js`,
  );
  const snowflakeDialect: typeof SnowflakeQueryModule = requireAsCore(
    '@cubejs-backend/schema-compiler/dist/src/adapter/SnowflakeQuery.js',
  );
  const baseDriver: typeof BaseDriverModule = require('@cubejs-backend/base-driver');
  // The file, not the package: its root would load the driver and with it a second DuckDB.
  const dialect: typeof DuckdbQueryModule = require('@cubejs-backend/duckdb-driver/dist/src/DuckDBQuery.js');
  return {
    CubejsServerCore: core.CubejsServerCore,
    OrchestratorApi: orchestrator.OrchestratorApi,
    BaseDriver: baseDriver.BaseDriver,
    DuckDBQuery: dialect.DuckDBQuery,
    SnowflakeQuery: snowflakeDialect.SnowflakeQuery,
    LocalQueueDriver: queue.LocalQueueDriver,
    LocalQueueConnection: queueConnection.LocalQueueDriverConnection,
    LocalQueueState: queueConnection.LocalQueueDriverConnectionState,
    native,
  };
}
