import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { openDuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import { installedVersions } from './python.ts';

/** Releases that are compared. */
export interface Releases {
  readonly duckdb: string;
  readonly dbtCore: string;
  readonly dbtDuckdb: string;
}

/** Asks both sides; throws where they do not stand on the same DuckDB, since that would compare two warehouses. */
export async function readReleases(python: string, database: string): Promise<Releases> {
  const versions = await installedVersions(python);
  const warehouse = await openDuckdbWarehouse({ path: database, memoryLimit: '2GB', threads: 2 });
  try {
    const [row] = await warehouse.query('select version() as version');
    const ours = String(row?.['version']).replace(/^v/, '');
    if (ours !== versions.duckdb) throw new Error(`the engine has DuckDB ${ours}, dbt ${versions.duckdb}`);
  } finally {
    await warehouse.close();
  }
  return { duckdb: versions.duckdb, dbtCore: versions['dbt-core'], dbtDuckdb: versions['dbt-duckdb'] };
}

/** How much both tools had to do in their cold builds. */
export interface Size {
  readonly models: number;
  readonly tests: number;
  /** Checks that the engine ran besides the project's tests. */
  readonly ownChecks: number;
}

const manifestShape = z.object({ nodes: z.record(z.string(), z.object({ resource_type: z.string() })) });

/** Reads dbt's manifest of the cold build in `project`, and what the engine said at the end of its own. */
export async function readSize(project: string, engineOutput: string): Promise<Size> {
  const text = await readFile(path.join(project, 'target', 'manifest.json'), 'utf8');
  const nodes = Object.values(manifestShape.parse(JSON.parse(text)).nodes);
  const count = (kind: string): number => nodes.filter((node) => node.resource_type === kind).length;
  const checks = /(\d+) checks$/.exec(engineOutput.trimEnd())?.[1];
  if (checks === undefined) throw new Error(`the engine did not say how many checks it ran: ${engineOutput}`);
  const tests = count('test');
  return { models: count('model'), tests, ownChecks: Number(checks) - tests };
}

/** What a reader has to know of a figure. */
export function describeConditions(
  { duckdb, dbtCore }: Releases,
  { models, tests, ownChecks }: Size,
): string {
  return (
    `one project of ${models} models and ${tests} tests for both, DuckDB ${duckdb} with 2 threads and 2 GB for both, ` +
    `dbt-core ${dbtCore} with --threads 2 and its partial parsing; whole processes, from start to end. Staging ` +
    'differs: the engine keeps the newest row of a key by itself, dbt merges what was loaded since. The engine also ' +
    `writes its change feeds, publishes all marts in one transaction, and runs ${ownChecks} checks of its own; without ` +
    'a change it runs nothing, where dbt builds and tests everything again'
  );
}
