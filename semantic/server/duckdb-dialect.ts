import type { DuckDBQuery } from '@cubejs-backend/duckdb-driver/dist/src/DuckDBQuery.js';
import type { BaseFilter } from '@cubejs-backend/schema-compiler';
import type { CubeModules } from './cube-modules.ts';
import { withExactNumbers } from './exact-filter.ts';

/**
 * Cube's DuckDB dialect for business dates: every time dimension of the marts is a DATE in the business time zone, so
 * a time zone must never move it. The stock dialect reads it as midnight UTC and shows 31 January to New York for
 * 1 February. Comparing the plain column also leaves DuckDB its min/max index.
 */
export function duckdbDialect(cube: CubeModules): typeof DuckDBQuery {
  return class BusinessDateQuery extends cube.DuckDBQuery {
    override newFilter(filter: unknown): ReturnType<DuckDBQuery['newFilter']> {
      return withEscapes(withExactNumbers(super.newFilter(filter)));
    }

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

/** Cube escapes the signs of a pattern with backslashes, of which DuckDB has to be told: by itself it has no escapes. */
function withEscapes<F extends BaseFilter>(filter: F): F {
  const like = filter.likeIgnoreCase.bind(filter);
  filter.likeIgnoreCase = (...pattern) => `${like(...pattern)} escape '\\'`;
  return filter;
}
