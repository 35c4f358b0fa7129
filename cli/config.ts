import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { WarehouseKind } from './warehouse-kinds.ts';

/** The root folder of this package, wherever the command is called from. */
export const packageRoot: string = fileURLToPath(new URL('..', import.meta.url));

/**
 * Where state goes unless --data-dir says otherwise: beside the code. When root has put the code where nobody else may
 * go, such as its own home, PostgreSQL (which refuses to run as root) could not reach that: then below /var/lib.
 */
export function defaultDataDir(): string {
  const beside = path.join(packageRoot, '.shopwave');
  if (process.getuid?.() !== 0 || isOpenToAll(packageRoot)) return beside;
  const name = createHash('sha256').update(packageRoot).digest('hex').slice(0, 8);
  return path.join('/var/lib/shopwave', name);
}

function isOpenToAll(folder: string): boolean {
  const isOpen = (statSync(folder).mode & 0o001) !== 0;
  const parent = path.dirname(folder);
  return isOpen && (parent === folder || isOpenToAll(parent));
}

/** What every verb is told about the platform it works on. */
export interface PlatformConfig {
  readonly dataDir: string;
  /** Milliseconds between two runs of the ingest DAG. */
  readonly tickMs: number;
  readonly simulator: SimulatorConfig;
}

/** What the simulated shop does. */
export interface SimulatorConfig {
  /** Whether it writes history and live traffic at all. */
  readonly enabled: boolean;
  readonly seed: number;
  /** Order lines of history written before the first publication; 0 for none. */
  readonly backlogLines: number;
}

/** What `start` is told besides. */
export interface StartConfig extends PlatformConfig {
  /** End after the first publication and metric answer. */
  readonly once: boolean;
  readonly fresh: boolean;
  readonly json: boolean;
  readonly port: number;
  /** The user's own shop database; undefined: whatever the data folder remembers, at first the embedded one. */
  readonly sourceUrl: string | undefined;
  /** `--warehouse`. */
  readonly warehouse: WarehouseKind | undefined;
}

export const defaults = { port: 4000, tick: '5m', seed: 1, backlogLines: 200_000 } as const;
