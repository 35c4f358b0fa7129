import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseSeed } from '../../../../transforms/engine/materialize/seed-csv.ts';
import type { Model } from '../../../../transforms/engine/project/model.ts';
import { edited, first, openRig } from '../../../support/materialize-rig.ts';
import type { Rig } from '../../../support/materialize-rig.ts';
import { makeModel } from '../../../support/project-parts.ts';

let rig: Rig;
let folder: string;
beforeAll(async () => {
  rig = await openRig();
  folder = await mkdtemp(join(tmpdir(), 'shopwave-seed-'));
});
afterAll(async () => {
  await rig.close();
  await rm(folder, { recursive: true });
});

async function seed(text: string, columnTypes: Readonly<Record<string, string>> = {}): Promise<Model> {
  const file = join(folder, 'codes.csv');
  await writeFile(file, text);
  return makeModel('codes', { layer: 'seeds', file, materialization: { kind: 'seed', columnTypes } });
}

test.each([
  ['1,2,-3,+4', 'integer'],
  ['1,0', 'integer'],
  ['1,3000000000', 'bigint'],
  ['9223372036854775808,1', 'double'],
  ['1,2.5', 'double'],
  ['1e3,.5', 'double'],
  ['007,1', 'varchar'],
  ['true,False', 'boolean'],
  ['true,1', 'varchar'],
  ['2026-02-28,2024-02-29', 'date'],
  ['2026-02-30,2026-02-28', 'varchar'],
  ['2026-02-28,2026-02-28 10:00:00', 'timestamp'],
  ['2026-02-28T10:00:00.125,2026-02-28 10:00', 'timestamp'],
  ['2026-02-28 25:00:00,2026-02-28', 'varchar'],
  ['a,1', 'varchar'],
  [',', 'varchar'],
  ['1,', 'integer'],
])('values %s are of type %s', (values, type) => {
  const rows = values.split(',').map((value) => `k,${value}`);
  expect(parseSeed('s.csv', `key,value\n${rows.join('\n')}\n`, {}).columns[1]).toEqual({
    name: 'value',
    type,
  });
});

test.each<[string, string, RegExp, string]>([
  ['a row too short', 'a,b\n1,2\n3\n', /1 values for 2 columns/, ':3'],
  ['a row too long, after a line break in quotes', 'a,b\n"x\ny",2\n1,2,3\n', /3 values for 2 columns/, ':4'],
  ['a row too short that holds a line break', 'a,b\n1,2\n"x\ny"\n', /1 values for 2 columns/, ':3'],
  ['two columns of one name', 'a,A\n1,2\n', /two columns A/, ':1'],
  ['a column without a name', 'a,,c\n1,2,3\n', /column 2 has no name/, ':1'],
  ['an empty file', '', /empty/, ':1'],
  ['a quote that never ends', 'a,b\n1,"x\n', /Quote/, ''],
])('%s is an error with its line', (_, text, message, place) => {
  expect(() => parseSeed('seeds/s.csv', text, {})).toThrow(
    expect.objectContaining({
      code: 'TRANSFORM_SEED_INVALID',
      message: expect.stringMatching(message) as string,
      where: expect.stringContaining(`seeds/s.csv${place}`) as string,
    }) as Error,
  );
});

test('rows are loaded with their types, empty cells as null, quotes and commas as they are', async () => {
  const text = '\uFEFFid,name,since,rate\r\n1,"O\'Neil, ""Jr""",2026-01-02,0.5\r\n2,,,\r\n';
  await rig.build([await seed(text, { rate: 'decimal(4,2)' })], 'codes', first);
  expect(await rig.rows('select * from seeds.codes order by id')).toEqual([
    { id: 1, name: 'O\'Neil, "Jr"', since: '2026-01-02', rate: '0.50' },
    { id: 2, name: null, since: null, rate: null },
  ]);
});

test('a changed file is published as the rows that changed', async () => {
  const rows = Array.from({ length: 2_500 }, (_, index) => `${index},n${index}`);
  await rig.build([await seed(`id,name\n${rows.join('\n')}\n`)], 'codes', edited);
  const model = await seed(`id,name\n${rows.slice(1).join('\n')}\n7777,new\n`);
  expect(await rig.build([model], 'codes', edited)).toMatchObject({
    kind: 'incremental',
    removed: 1,
    added: 1,
  });
  expect(await rig.rows('select count(*) as n, max(id) as last from seeds.codes')).toEqual([
    { n: 2_500n, last: 7777 },
  ]);
});

test('a value that does not fit its column type is an error with its line', async () => {
  const model = await seed('id,size\n1,5\n2,large\n', { size: 'integer' });
  await expect(rig.build([model], 'codes', edited)).rejects.toMatchObject({
    code: 'TRANSFORM_SEED_INVALID',
    message: 'size: "large" is no integer',
    where: expect.stringMatching(/codes\.csv:3$/) as string,
  });
  await expect(
    rig.build([await seed('id\n1\n', { sise: 'integer' })], 'codes', edited),
  ).rejects.toMatchObject({
    message: 'column_types names sise, which is no column',
  });
});
