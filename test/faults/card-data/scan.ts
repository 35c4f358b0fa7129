import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Knex } from 'knex';
import { createScrubber } from '../../../ingest/pci/scrub.ts';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import { canariesIn } from './canaries.ts';

/** Where something was found, and what. */
export interface Find {
  readonly place: string;
  readonly what: string;
}

const detect = createScrubber(() => 'found');

/** Looks at everything below a folder: as it is, unpacked, and tables as text; then at the control store. */
export async function scan(dir: string, warehouse: string, control: Knex): Promise<Find[]> {
  const finds: Find[] = [];
  const look = (place: string, bytes: Buffer): void => {
    for (const what of new Set(canariesIn(bytes))) finds.push({ place, what });
  };
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const bytes = await readFile(file);
    look(file, bytes);
    if (!file.endsWith('.gz')) continue;
    const lines = gunzipSync(bytes);
    look(`${file} unpacked`, lines);
    finds.push(...detected(file, lines.toString('utf8').split('\n')));
  }
  for await (const { place, values } of warehouseValues(warehouse)) {
    look(place, Buffer.from(values.join('\n----\n')));
    finds.push(...detected(place, values));
  }
  for await (const [place, text] of controlTexts(control)) look(place, Buffer.from(text));
  return finds;
}

/** Any number of a card's range, planted or not. */
function detected(place: string, texts: readonly string[]): Find[] {
  return texts.flatMap((text) =>
    detect(text).hits.map(({ brand, form }) => ({ place, what: `${brand} as ${form}` })),
  );
}

/** Value by value: a hash key of 19 digits is no card number because a column beside it is named `card_brand`. */
async function* warehouseValues(file: string): AsyncGenerator<{ place: string; values: readonly string[] }> {
  const warehouse = await openDuckdbWarehouse({ path: file });
  try {
    const tables = await warehouse.query(
      `select table_schema as s, table_name as t from information_schema.tables where table_type = 'BASE TABLE'`,
    );
    for (const { s, t } of tables) {
      const rows = await warehouse.query(`select cast(columns(*) as varchar) from "${s}"."${t}"`);
      yield { place: `${s}.${t}`, values: rows.flatMap((row) => Object.values(row).map(String)) };
    }
  } finally {
    await warehouse.close();
  }
}

async function* controlTexts(control: Knex): AsyncGenerator<[place: string, text: string]> {
  const { rows: tables } = await control.raw<{ rows: Array<{ s: string; t: string }> }>(
    `select table_schema as s, table_name as t from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  );
  for (const { s, t } of tables) {
    const { rows } = await control.raw<{ rows: Array<{ row: string }> }>(
      'select x::text as row from ??.?? as x',
      [s, t],
    );
    yield [`control ${s}.${t}`, rows.map(({ row }) => row).join('\n')];
  }
}
