import { createHash, randomUUID } from 'node:crypto';
import { access, rename } from 'node:fs/promises';
import path from 'node:path';
import { inject } from 'vitest';
import { openDuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import type { DuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import './worlds-global-setup.ts';

/**
 * A warehouse in memory with what `build` makes in an empty one. It is built once a run, by whoever asks first, and copied
 * from a file from then on: `key` must say everything that it is made of.
 */
export async function builtWorld(
  key: unknown,
  build: () => Promise<DuckdbWarehouse>,
): Promise<DuckdbWarehouse> {
  const name = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 16);
  const file = path.join(inject('worldsFolder'), `${name}.duckdb`);
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  return isThere ? await copyOf(file) : await kept(await build(), file);
}

/** Keeps what a warehouse has as a file; another worker of the run may do the same, and either is good. */
async function kept(warehouse: DuckdbWarehouse, file: string): Promise<DuckdbWarehouse> {
  const own = `${file}.${randomUUID()}`;
  await warehouse.execute(`attach '${own}' as kept`);
  await warehouse.execute('copy from database memory to kept');
  await warehouse.execute('detach kept');
  await rename(own, file);
  return warehouse;
}

async function copyOf(file: string): Promise<DuckdbWarehouse> {
  const warehouse = await openDuckdbWarehouse({ path: ':memory:' });
  await warehouse.execute(`attach '${file}' as kept (read_only)`);
  await warehouse.execute('copy from database kept to memory');
  await warehouse.execute('detach kept');
  return warehouse;
}
