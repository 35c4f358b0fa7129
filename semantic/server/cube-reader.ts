import type { BaseDriver } from '@cubejs-backend/base-driver';
import type { BaseQuery } from '@cubejs-backend/schema-compiler';
import type { CubeModules } from './cube-modules.ts';

/** How many statements of metric queries run at once; the pipeline shares the same cores or the same account. */
export const semanticConcurrency = 4;

/** Why a statement does not bind: a table is not there yet, or it names a column that is not there. */
export interface BindProblem {
  readonly kind: 'unpublished' | 'unknown column';
  readonly text: string;
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
  /** Queries sent so far; an answer from the cache does not add to it, nor does a bind. */
  readonly statementsSent: () => number;
  /** Ends what still runs, waits for it and closes the connections that are the reader's own. */
  readonly close: () => Promise<void>;
}

/** Makes the reader once Cube is loaded. */
export type OpenCubeReader = (cube: CubeModules) => CubeReader;
