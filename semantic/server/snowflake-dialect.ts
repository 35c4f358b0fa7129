import type { SnowflakeQuery } from '@cubejs-backend/schema-compiler/dist/src/adapter/SnowflakeQuery.js';
import type { CubeModules } from './cube-modules.ts';
import { withExactNumbers } from './exact-filter.ts';

/**
 * Cube's Snowflake dialect for business dates; see duckdb-dialect.ts. The stock one casts to TIMESTAMP_TZ and converts
 * into the zone of the query, so that a DATE moves, and compares in the zone of the session.
 */
export function snowflakeDialect(cube: CubeModules): typeof SnowflakeQuery {
  return class BusinessDateQuery extends cube.SnowflakeQuery {
    override newFilter(filter: unknown): ReturnType<SnowflakeQuery['newFilter']> {
      return withExactNumbers(super.newFilter(filter));
    }

    override convertTz(field: string): string {
      return field;
    }

    override timeStampCast(value: string): string {
      return `${value}::timestamp_ntz`;
    }

    override dateTimeCast(value: string): string {
      return `${value}::timestamp_ntz`;
    }

    // Without the Z of the stock format: what is cast to a type without a zone has none to be misread.
    override timestampFormat(): string {
      return 'YYYY-MM-DDTHH:mm:ss.SSS';
    }
  };
}
