import { createRawTable, rawSchema, rawTableName } from '../../../warehouse/raw-table.ts';
import type { EngineContext } from '../context.ts';
import { stagingModels } from './staging-models.ts';

/**
 * Makes the raw tables that staging reads and nothing was loaded into yet, empty: a source that is not configured, or was
 * not read so far, has no rows, and is no reason why the others should not be published. One look where all are there.
 */
export async function ensureRawTables(context: EngineContext): Promise<void> {
  const { warehouse, logger } = context;
  const there = await warehouse.query(
    'select lower(table_name) as table_name from information_schema.tables where lower(table_schema) = ?',
    [rawSchema],
  );
  const known = new Set(there.map((row) => String(row['table_name'])));
  const wanted = new Set(stagingModels(context).flatMap(({ sources }) => sources));
  for (const name of wanted) {
    const [source = '', table = ''] = name.split('.');
    if (known.has(rawTableName(source, table))) continue;
    await warehouse.execute(createRawTable(warehouse.capabilities.dialect, source, table));
    logger.info('nothing of this source table was loaded yet; its raw table is made empty', { table: name });
  }
}
