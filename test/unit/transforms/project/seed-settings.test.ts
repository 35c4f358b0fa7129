import { afterAll, beforeAll, expect, test } from 'vitest';
import { columnTypes } from '../../../../transforms/engine/checks/column-types.ts';
import { projectLineage } from '../../../../transforms/engine/lineage/project-lineage.ts';
import type { Project } from '../../../../transforms/engine/project/model.ts';
import { first, openRig } from '../../../support/materialize-rig.ts';
import type { Rig } from '../../../support/materialize-rig.ts';
import { load, mart } from './temporary-project.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

const seeded = (text: string, config: string): Promise<Project> =>
  load({
    ...mart("select code as k from {{ ref('codes') }}"),
    'seeds/codes.csv': text,
    'seeds/s.yml': `seeds:\n  - name: codes\n    config: ${config}\n`,
  });

async function columns(project: Project): Promise<unknown[]> {
  await rig.warehouse.execute('drop table if exists seeds.codes');
  await rig.build([...project.models.values()], 'codes', first);
  const rows = await rig.rows(
    "select column_name from information_schema.columns where table_schema = 'seeds' order by ordinal_position",
  );
  return rows.map((row) => row['column_name']);
}

test('a delimiter of its own divides the values of a seed wherever it is read', async () => {
  const project = await seeded('code;Name\n1;a,b\n', '{ delimiter: ";" }');
  expect(await columns(project)).toEqual(['code', 'Name']);
  expect(await rig.rows('select * from seeds.codes')).toEqual([{ code: 1, Name: 'a,b' }]);
  expect(await columnTypes(project, rig.warehouse)('codes')).toHaveLength(2);
  const lineage = await projectLineage(project, { only: new Set(['codes', 'agg_orders']) });
  expect(lineage.find(({ model }) => model === 'agg_orders')?.columns).toMatchObject([
    { column: 'k', upstream: [{ relation: 'codes', column: 'code' }] },
  ]);
});

test('without quotes a column must be a plain name', async () => {
  expect(await columns(await seeded('a b,c\n1,2\n', '{ quote_columns: true }'))).toEqual(['a b', 'c']);
  await expect(columns(await seeded('a b,c\n1,2\n', '{ quote_columns: false }'))).rejects.toMatchObject({
    code: 'TRANSFORM_SEED_INVALID',
    message: 'the column "a b" must be quoted, and quote_columns is false',
    where: expect.stringContaining('codes.csv:1') as string,
  });
});
