import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../lib/logger.ts';
import type { OpenCubeReader } from '../../../semantic/server/cube-reader.ts';
import { createDuckdbReader } from '../../../semantic/server/duckdb-driver.ts';
import { createSemantic } from '../../../semantic/server/semantic.ts';
import { createMarts } from './marts-fixture.ts';
import type { MartsFixture } from './marts-fixture.ts';
import { editedModel, modelDir } from './support.ts';

let marts: MartsFixture;
const openReader: OpenCubeReader = (cube) => createDuckdbReader(cube, marts.instance);
beforeAll(async () => {
  marts = await createMarts();
});
afterAll(() => marts.close());

describe('a bad model', () => {
  it.each([
    {
      what: 'YAML that cannot be read',
      file: 'cubes/placed_orders.yml',
      edit: (text: string) => text.replace('  - name: placed_orders', '  - name: orders: oops'),
      code: 'SEMANTIC_MODEL_INVALID',
      where: /cubes\/placed_orders\.yml:\d+:\d+$/,
      message: /no YAML/,
    },
    {
      what: 'a property that Cube does not know',
      file: 'cubes/customers.yml',
      edit: (text: string) => text.replace('sql_table:', 'sql_tabel:'),
      code: 'SEMANTIC_MODEL_INVALID',
      where: /cubes\/customers\.yml:5:5$/,
      message: /no property "sql_tabel"/,
    },
    {
      what: 'a view of a member that is not there',
      file: 'views/finance.yml',
      edit: (text: string) => text.replace('- refunds', '- refundz'),
      code: 'SEMANTIC_MODEL_INVALID',
      where: /views\/finance\.yml:\d+:\d+$/,
      message: /refundz/,
    },
    {
      what: 'a join to a cube that is not there',
      file: 'cubes/placed_orders.yml',
      edit: (text: string) => text.replace('= {customers}', '= {customerz}'),
      code: 'SEMANTIC_MODEL_INVALID',
      where: /cubes\/placed_orders\.yml:\d+:\d+$/,
      message: /customerz/,
    },
    {
      what: 'a tier that is none',
      file: 'cubes/placed_orders.yml',
      edit: (text: string) => text.replace('tier: certified', 'tier: gold'),
      code: 'SEMANTIC_MODEL_INVALID',
      where: /cubes\/placed_orders\.yml:\d+:11$/,
      message: /tier: .*certified/,
    },
    {
      what: 'Jinja',
      file: 'cubes/products.yml',
      edit: (text: string) => text.replace('name: products', 'name: "{{ products }}"'),
      code: 'SEMANTIC_MODEL_TEMPLATED',
      where: /cubes\/products\.yml:2:\d+$/,
      message: /Jinja/,
    },
    {
      what: 'a column that the mart does not have, for a metric',
      file: 'cubes/order_events.yml',
      edit: (text: string) => text.replace('sql: amount_minor', 'sql: amount_cents'),
      code: 'SEMANTIC_MODEL_COLUMN_UNKNOWN',
      where: /cubes\/order_events\.yml:\d+:9$/,
      message: /^finance\.\w+: .*amount_cents/,
    },
    {
      what: 'a column that the mart does not have, for a dimension of a joined cube',
      file: 'cubes/products.yml',
      edit: (text: string) => text.replace('sql: seller_name', 'sql: vendor_name'),
      code: 'SEMANTIC_MODEL_COLUMN_UNKNOWN',
      where: /cubes\/products\.yml:\d+:9$/,
      message: /^finance\.seller: .*vendor_name/,
    },
  ])('$what: the error names file and line', async ({ file, edit, code, where, message }) => {
    await using model = await editedModel(file, edit);
    const starting = createSemantic({
      openReader,
      modelDir: model.modelDir,
      logger: silentLogger,
    });
    await expect(starting).rejects.toMatchObject({
      code,
      where: expect.stringMatching(where),
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(/./),
    });
  });

  it('leaves the platform as it was: a good model starts after it, on the same instance', async () => {
    const semantic = await createSemantic({ openReader, modelDir, logger: silentLogger });
    expect(await semantic.load({ measures: ['operations.orders'] })).toEqual([{ 'operations.orders': '4' }]);
    await semantic.stop();
  });

  it('may also be no model at all', async () => {
    const empty = await mkdtemp(path.join(os.tmpdir(), 'shopwave-model-'));
    for (const folder of [empty, path.join(empty, 'missing')]) {
      await expect(
        createSemantic({ openReader, modelDir: folder, logger: silentLogger }),
      ).rejects.toMatchObject({ code: 'SEMANTIC_MODEL_MISSING', where: folder });
    }
    await rm(empty, { recursive: true });
  });
});
