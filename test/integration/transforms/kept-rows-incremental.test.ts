import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Transforms } from '../../../transforms/engine/transforms.ts';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import type { DuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import { engineOn } from '../../support/platform-parts.ts';

/** A dimension of dbt's delete+insert, and a mart that names its rows and can be held back. */
const files: Readonly<Record<string, string>> = {
  'dbt_project.yml': 'name: shopwave\nversion: 1.0.0\nconfig-version: 2\nprofile: shopwave\n',
  'profiles.yml': 'shopwave: { target: local, outputs: { local: { type: duckdb, path: ":memory:" } } }\n',
  'seeds/places.csv': 'place,name\n1,Rome\n2,Oslo\n',
  'seeds/visits.csv': 'visit,place,kind\n1,2,good\n',
  'models/marts/dim_place.sql': "select place, name from {{ ref('places') }}",
  'models/marts/fct_visit.sql': "select visit, place, kind from {{ ref('visits') }}",
  'models/models.yml': `
models:
  - name: dim_place
    description: 'Places.'
    config: { materialized: incremental, incremental_strategy: delete+insert, unique_key: place }
  - name: fct_visit
    description: 'Visits.'
    config: { materialized: table, unique_key: visit }
    columns:
      - name: place
        data_tests: [{ relationships: { arguments: { to: ref('dim_place'), field: place } } }]
      - name: kind
        data_tests: [{ accepted_values: { arguments: { values: [good] } } }]
`,
};

let folder: string;
let warehouse: DuckdbWarehouse;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shopwave-kept-'));
  for (const [path, text] of Object.entries(files)) await write(path, text);
  warehouse = await openDuckdbWarehouse({ path: ':memory:' });
});
afterEach(async () => {
  await warehouse.close();
  await rm(folder, { recursive: true });
});

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

/** As a fresh process would: the project is read anew. */
async function open(): Promise<Transforms> {
  const transforms = await engineOn(warehouse, { projectFolder: folder });
  await transforms.setup();
  return transforms;
}

const places = async (): Promise<unknown[]> =>
  (await warehouse.query('select place from marts.dim_place order by place')).map(({ place }) =>
    Number(place),
  );
const marks = (): Promise<unknown> => warehouse.query('select model, row_key from _meta.kept_row');

test('a row of a delete+insert model that only waits for a held-back mart goes once the mart is mended', async () => {
  await (await open()).build();
  await write('seeds/places.csv', 'place,name\n1,Rome\n');
  await write('seeds/visits.csv', 'visit,place,kind\n1,1,bad\n');
  const refreshed = await (await open()).build({ fullRefresh: true });
  expect(refreshed.held.map(({ model }) => model)).toEqual(['fct_visit']);
  expect(await places()).toEqual([1, 2]);
  expect(await marks()).toEqual([{ model: 'dim_place', row_key: '2' }]);

  // A run of its own that says nothing of the row must not forget it.
  await write('seeds/places.csv', 'place,name\n1,Rome\n3,Bern\n');
  await (await open()).build();
  expect(await places()).toEqual([1, 2, 3]);
  expect(await marks()).toEqual([{ model: 'dim_place', row_key: '2' }]);

  await write('seeds/visits.csv', 'visit,place,kind\n1,1,good\n');
  expect((await (await open()).build()).held).toEqual([]);
  expect(await places()).toEqual([1, 3]);
  expect(await marks()).toEqual([]);
});
