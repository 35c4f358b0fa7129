import type { DuckDBQuery } from '@cubejs-backend/duckdb-driver/dist/src/DuckDBQuery.js';
import type { CubeModules } from './cube-modules.ts';

/**
 * Cube's DuckDB dialect for business dates: every time dimension of the marts is a DATE in the business time zone, so
 * a time zone must never move it. The stock dialect reads it as midnight UTC and shows 31 January to New York for
 * 1 February. Comparing the plain column also leaves DuckDB its min/max index.
 */
export function businessDateDialect(cube: CubeModules): typeof DuckDBQuery {
  return class BusinessDateQuery extends cube.DuckDBQuery {
    override convertTz(field: string): string {
      return field;
    }

    override timeStampCast(value: string): string {
      return `${value}::timestamp`;
    }

    override dateTimeCast(value: string): string {
      return `${value}::timestamp`;
    }
  };
}
