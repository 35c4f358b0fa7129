import process from 'node:process';
import { readSettings, writeSettings } from '../data-dir.ts';
import type { DataPaths } from '../data-dir.ts';
import type { WarehouseKind } from '../warehouse-kinds.ts';
import { readWarehouseSettings } from '../warehouse-settings.ts';
import type { WarehouseChoice } from '../warehouse-settings.ts';

/** The warehouse of this start or command, before anything is touched. */
export async function settleWarehouse(
  paths: DataPaths,
  flag: WarehouseKind | undefined,
): Promise<WarehouseChoice> {
  const remembered = (await readSettings(paths))?.warehouse;
  return await readWarehouseSettings({ env: process.env, flag, remembered });
}

/**
 * Later commands on the folder go to the same warehouse (another one is filled from the archive, whatever it lacks), and
 * know whether sources are simulated.
 */
export async function rememberStart(
  paths: DataPaths,
  started: { readonly warehouse: WarehouseKind; readonly isSimulated: boolean },
): Promise<void> {
  const settings = (await readSettings(paths)) ?? { format: 1 };
  await writeSettings(paths, { ...settings, ...started });
}
