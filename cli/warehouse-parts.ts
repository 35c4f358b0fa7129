import type { OpenCubeReader } from '../semantic/server/cube-reader.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { Parts } from './parts.ts';
import type { PlatformOptions } from './platform-options.ts';

/** The warehouse, and the semantic layer's own way to it. */
export interface WarehouseParts {
  readonly warehouse: () => Promise<Warehouse>;
  /** Of DuckDB it reads through the pipeline's instance; of Snowflake with a role and a virtual warehouse of its own. */
  readonly metricReader: () => Promise<OpenCubeReader>;
}

/** Declares the parts of the warehouse that was chosen; nothing is opened. */
export function warehouseParts(parts: Parts, options: PlatformOptions): WarehouseParts {
  return options.warehouse.kind === 'duckdb'
    ? duckdbParts(parts, options, options.warehouse)
    : snowflakeParts(parts, options, options.warehouse);
}

function duckdbParts(
  parts: Parts,
  { paths }: PlatformOptions,
  { memoryLimit }: Extract<PlatformOptions['warehouse'], { readonly kind: 'duckdb' }>,
): WarehouseParts {
  const warehouse = parts.add('warehouse', async (own) => {
    const { openDuckdbWarehouse } = await import('../warehouse/duckdb/open.ts');
    const made = await openDuckdbWarehouse({
      path: paths.warehouse,
      ...(memoryLimit === undefined ? {} : { memoryLimit }),
    });
    own(() => made.close());
    return made;
  });
  const metricReader = async (): Promise<OpenCubeReader> => {
    const { createDuckdbReader } = await import('../semantic/server/duckdb-driver.ts');
    const { instance } = await warehouse();
    return (cube) => createDuckdbReader(cube, instance);
  };
  return { warehouse, metricReader };
}

function snowflakeParts(
  parts: Parts,
  { clock, logger }: PlatformOptions,
  { pipeline, semantic }: Extract<PlatformOptions['warehouse'], { readonly kind: 'snowflake' }>,
): WarehouseParts {
  const warehouse = parts.add('warehouse', async (own) => {
    const { openSnowflakeWarehouse } = await import('../warehouse/snowflake/open.ts');
    const made = await openSnowflakeWarehouse(pipeline, { clock, logger });
    own(() => made.close());
    return made;
  });
  const metricReader = async (): Promise<OpenCubeReader> => {
    const [{ createSnowflakeReader }, { newConnection }] = await Promise.all([
      import('../semantic/server/snowflake-driver.ts'),
      import('../warehouse/snowflake/connect.ts'),
    ]);
    const { statementTimeoutSec } = semantic;
    const login = await newConnection(semantic, logger);
    return (cube) => createSnowflakeReader(cube, { newConnection: login, statementTimeoutSec });
  };
  return { warehouse, metricReader };
}
