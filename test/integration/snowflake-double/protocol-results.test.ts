import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Connection, RowStatement } from 'snowflake-sdk';
import { expect, test } from 'vitest';
import { protocolRig, refusal, run } from './protocol-client.ts';

test('every type comes through the driver as it should', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect();
  await run(connection, 'set TIMEZONE UTC');
  await run(connection, 'set TIMESTAMP_NTZ_OUTPUT_FORMAT YYYY-MM-DD"T"HH24:MI:SS.FF6');
  const { rows, statement } = await run(connection, 'types', {
    fetchAsString: ['Number', 'Date', 'JSON', 'Buffer'],
  });
  expect(rows).toEqual([
    {
      D: '1234567890.10',
      BIG: '12345678901234567890',
      R: '1.5',
      DAY: '2024-10-04',
      T: '01:01:01',
      NTZ: '2023-11-14"T"22:13:20.123456',
      LTZ: '2023-11-14 22:13:20.123 +0000',
      TZ: '2023-11-14 23:13:20.123 +0100',
      OK: true,
      V: '{"a":[1,null]}',
      B: 'CAFE',
      NOTHING: null,
    },
  ]);
  expect(statement.getColumn('NTZ').getScale()).toBe(9);
});

test('a session in which no zone was set answers in that of California', async () => {
  await using rig = await protocolRig();
  const { rows } = await run(await rig.connect(), 'types', { fetchAsString: ['Date'] });
  expect(rows[0]?.['LTZ']).toBe('2023-11-14 14:13:20.123 -0800');
});

test('counts of changed rows', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect();
  expect((await run(connection, 'merge 2 3')).statement.getNumUpdatedRows()).toBe(5);
  expect((await run(connection, 'select 1')).statement.getNumUpdatedRows()).toBe(-1);
  expect((await run(connection, 'create table t')).rows).toEqual([
    { status: 'Table T successfully created.' },
  ]);
});

test('binds of one row, and of many', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect();
  const binds = [1, 1.5, "it's", true, null, '12345678901234567890'] as never[];
  expect((await run(connection, 'echo ?,?,?,?,?,?', { binds })).rows).toEqual([
    { TYPE: 'FIXED', VALUE: '1' },
    { TYPE: 'REAL', VALUE: '1.5' },
    { TYPE: 'TEXT', VALUE: "it's" },
    { TYPE: 'BOOLEAN', VALUE: 'true' },
    { TYPE: 'TEXT', VALUE: null },
    { TYPE: 'TEXT', VALUE: '12345678901234567890' },
  ]);
  const many = [
    ['a', 1],
    ['b', null],
  ] as never[];
  const { statement } = await run(connection, 'insert into t values (?, ?)', { binds: many });
  expect(statement.getNumUpdatedRows()).toBe(2);
  expect(rig.seen.ran.at(-1)?.binds).toEqual([
    { type: 'TEXT', value: ['a', 'b'] },
    { type: 'FIXED', value: ['1', null] },
  ]);
});

test('more binds than the driver sends inline come inline all the same', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect();
  const binds = Array.from({ length: 70_000 }, (_, index) => [`row ${index}`]);
  const { statement } = await run(connection, 'insert into t values (?)', { binds });
  expect(statement.getNumUpdatedRows()).toBe(70_000);
});

test('a large result comes in gzipped chunks, in order, whether collected or streamed', async () => {
  await using rig = await protocolRig({ sizes: { inlineBytes: 5000, chunkBytes: 40_000 } });
  const connection = await rig.connect();
  const { rows, statement } = await run(connection, 'rows 20000');
  expect(rows).toHaveLength(20_000);
  expect(rows.every((row, index) => row['ID'] === index)).toBe(true);
  expect(rows.at(-1)).toEqual({ ID: 19_999, NAME: 'name-19999, "quoted"' });
  expect(statement.getNumRows()).toBe(20_000);
  expect(await streamedIds(connection, 'rows 20000')).toEqual(rows.map((row) => row['ID']));
});

test('a result that ends where the inline rows end has no chunk', async () => {
  await using rig = await protocolRig({ sizes: { inlineBytes: 1, chunkBytes: 1 } });
  const connection = await rig.connect();
  expect((await run(connection, 'rows 1')).rows).toHaveLength(1);
  expect((await run(connection, 'rows 0')).rows).toEqual([]);
  expect((await run(connection, 'rows 3')).rows.map((row) => row['ID'])).toEqual([0, 1, 2]);
});

test('files are put into a stage by the driver itself', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect();
  const folder = await mkdtemp(join(tmpdir(), 'put-'));
  const path = join(folder, 'part.ndjson');
  await writeFile(path, '{"a":1}\n');
  const plainly = await run(connection, `put file://${path} @stage/x auto_compress=false`);
  expect(plainly.rows).toEqual([
    expect.objectContaining({ source: 'part.ndjson', target: 'part.ndjson', status: 'UPLOADED' }),
  ]);
  const packed = await run(connection, `put file://${path} @stage/x auto_compress=true`);
  expect(packed.rows).toEqual([expect.objectContaining({ target: 'part.ndjson.gz', status: 'UPLOADED' })]);
  const stage = await stageFolder(rig.double.keys.privateKeyPath);
  expect(await readdir(stage)).toEqual(['part.ndjson', 'part.ndjson.gz']);
  expect(gunzipSync(await readFile(join(stage, 'part.ndjson.gz'))).toString()).toBe('{"a":1}\n');
  await rm(folder, { recursive: true });
});

test('refusals carry code and state; an error of the engine is Snowflake’s internal error, and is kept', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect();
  expect(await refusal(run(connection, 'missing'))).toMatchObject({ code: '002003', sqlState: '42S02' });
  expect(await refusal(run(connection, 'frobnicate'))).toMatchObject({ code: '001003', sqlState: '42000' });
  expect(await refusal(run(connection, ' -- nothing'))).toMatchObject({ code: '000900' });
  expect(rig.double.internalErrors).toEqual([]);
  expect(await refusal(run(connection, 'crash'))).toMatchObject({ code: '000603', sqlState: 'XX000' });
  expect(rig.double.internalErrors).toHaveLength(1);
});

async function streamedIds(connection: Connection, sqlText: string): Promise<unknown[]> {
  const statement = await new Promise<RowStatement>((resolve, reject) => {
    connection.execute({
      sqlText,
      streamResult: true,
      complete: (error, each) => (error ? reject(error) : resolve(each)),
    });
  });
  const ids: unknown[] = [];
  for await (const row of statement.streamRows()) ids.push((row as Record<string, unknown>)['ID']);
  return ids;
}

/** The stub keeps its one stage in the double's folder, beside the key. */
async function stageFolder(keyPath: string): Promise<string> {
  return join(keyPath, '..', 'engine', 'stage');
}
