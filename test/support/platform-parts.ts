import { fileURLToPath } from 'node:url';
import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { ignoreProgress } from '../../lib/progress.ts';
import { createTransforms } from '../../transforms/engine/transforms.ts';
import type { Transforms, TransformsOptions } from '../../transforms/engine/transforms.ts';
import { openDuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import type { DuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';
import { createRawTables } from './raw-log.ts';

/** The project's own models and tests. */
export const projectFolder = fileURLToPath(new URL('../../transforms', import.meta.url));

/** A warehouse in memory with empty raw tables, and the transform engine on the project's own models. */
export async function openTransforms(
  folder = projectFolder,
): Promise<{ readonly warehouse: DuckdbWarehouse; readonly transforms: Transforms }> {
  const warehouse = await openDuckdbWarehouse({ path: ':memory:' });
  const transforms = await createTransforms({
    warehouse,
    projectFolder: folder,
    clock: systemClock,
    logger: silentLogger,
    onProgress: ignoreProgress,
  });
  await transforms.setup();
  await createRawTables(warehouse);
  return { warehouse, transforms };
}

/** Another engine on a warehouse that is set up already. */
export function engineOn(warehouse: Warehouse, change: Partial<TransformsOptions> = {}): Promise<Transforms> {
  return createTransforms({
    warehouse,
    projectFolder,
    clock: systemClock,
    logger: silentLogger,
    onProgress: ignoreProgress,
    ...change,
  });
}

/** Every mart's rows in key order, as text: what "equal" means between two states of the star. */
export async function martContents(warehouse: Pick<Warehouse, 'query'>): Promise<Record<string, string[]>> {
  const marts = await warehouse.query(
    `select table_name as mart from information_schema.tables
     where table_schema = 'marts' and table_type = 'BASE TABLE' and table_name <> 'dim_date' order by 1`,
  );
  const contents: Record<string, string[]> = {};
  for (const { mart } of marts) {
    const rows = await warehouse.query(
      `select cast(m as varchar) as row_text from marts.${String(mart)} as m order by 1`,
    );
    contents[String(mart)] = rows.map((row) => String(row['row_text']));
  }
  return contents;
}
