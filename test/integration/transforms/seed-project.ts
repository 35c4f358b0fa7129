import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import type { DuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import type { Transforms, TransformsOptions } from '../../../transforms/engine/transforms.ts';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import { engineOn } from '../../support/platform-parts.ts';

/** A project without sources, whose seeds are what changes, and a warehouse in memory. */
export interface SeedProject {
  readonly warehouse: DuckdbWarehouse;
  /** Writes files of the project; null removes one. */
  readonly write: (files: Readonly<Record<string, string | null>>) => Promise<void>;
  /** An engine that has read the files as they are now, as a fresh process would. */
  readonly open: (change?: Partial<TransformsOptions>, on?: Warehouse) => Promise<Transforms>;
  /** Rows of a query, their values joined by blanks. */
  readonly rows: (sql: string) => Promise<string[]>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

const settings: Readonly<Record<string, string>> = {
  'dbt_project.yml': 'name: shopwave\nversion: 1.0.0\nconfig-version: 2\nprofile: shopwave\n',
  'profiles.yml': 'shopwave: { target: local, outputs: { local: { type: duckdb, path: ":memory:" } } }\n',
};

export async function seedProject(files: Readonly<Record<string, string>>): Promise<SeedProject> {
  const folder = await mkdtemp(join(tmpdir(), 'shopwave-seeded-'));
  const write: SeedProject['write'] = async (changes) => {
    for (const [name, text] of Object.entries(changes)) {
      const file = join(folder, name);
      await mkdir(dirname(file), { recursive: true });
      if (text === null) await rm(file);
      else await writeFile(file, text);
    }
  };
  await write({ ...settings, ...files });
  const warehouse = await openDuckdbWarehouse({ path: ':memory:' });
  return {
    warehouse,
    write,
    open: async (change = {}, on = warehouse) => {
      const transforms = await engineOn(on, { projectFolder: folder, ...change });
      await transforms.setup();
      return transforms;
    },
    rows: async (sql) => (await warehouse.query(sql)).map((row) => Object.values(row).map(String).join(' ')),
    [Symbol.asyncDispose]: async () => {
      await warehouse.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
