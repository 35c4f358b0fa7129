import type { BaseDriver } from '@cubejs-backend/base-driver';
import type { BaseQuery } from '@cubejs-backend/schema-compiler';
import type { CubeModules } from './cube-modules.ts';
import type { CubeValue } from './cube-query.ts';

/** How many statements of metric queries run at once; the pipeline shares the same cores or the same account. */
export const semanticConcurrency = 4;

/** Why a statement does not bind: a table is not there yet, or it names a column that is not there. */
export interface BindProblem {
  readonly kind: 'unpublished' | 'unknown column';
  readonly text: string;
}

/** Rows of a statement as they come, for whoever keeps them elsewhere. */
export interface Downloaded {
  /** Types by DuckDB's names. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly batches: AsyncIterable<readonly (readonly CubeValue[])[]>;
}

/** Cube's way to one warehouse. Two twins implement it. */
export interface CubeReader {
  /** As what the warehouse is known to Cube, and to those who ask Cube. */
  readonly dbType: 'duckdb' | 'snowflake';
  /** Cube's class for the warehouse's SQL, with times as business dates and numbers exact. */
  readonly dialect: typeof BaseQuery;
  /** What Cube's server wants to be given. Nothing is connected before its first query. */
  readonly driver: BaseDriver;
  /** Whether a bind costs nothing at all; if not, the model is checked only once queries are sent anyway. */
  readonly bindsFreely: boolean;
  /** Whether a statement refers to existing tables and columns; runs nothing. Fails where that cannot be told. */
  readonly bind: (sql: string) => Promise<BindProblem | undefined>;
  /** Reads rows to keep them: a statement like any other, without the queue of those that people wait for. */
  readonly download: (sql: string, values: readonly unknown[]) => Promise<Downloaded>;
  /** Ends the statement that runs for a request of Cube's, or is still to run; nothing where it has ended. */
  readonly cancel: (requestId: string) => Promise<void>;
  /** Queries sent so far; an answer from the cache does not add to it, nor does a bind. */
  readonly statementsSent: () => number;
  /** Queries that run at this moment, or wait for a connection. */
  readonly statementsRunning: () => number;
  /** Ends what still runs, waits for it and closes the connections that are the reader's own. */
  readonly close: () => Promise<void>;
}

/** Makes the reader once Cube is loaded. */
export type OpenCubeReader = (cube: CubeModules) => CubeReader;
