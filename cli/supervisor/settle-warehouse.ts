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

/** Later commands on the folder go to the same one. Another warehouse is filled from the archive, whatever it lacks. */
export async function rememberWarehouse(paths: DataPaths, warehouse: WarehouseKind): Promise<void> {
  const settings = (await readSettings(paths)) ?? { format: 1 };
  await writeSettings(paths, { ...settings, warehouse });
}
