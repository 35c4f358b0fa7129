import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RawLine } from '../../../../ingest/landing/raw-line.ts';
import { ensureLoadSchema } from '../../../../ingest/landing/raw-tables.ts';
import { openDuckdbWarehouse } from '../../../../warehouse/duckdb/open.ts';
import type { LandedObject, LoadFile, Row, Warehouse } from '../../../../warehouse/warehouse.ts';
import { systemClock } from '../../../../lib/clock.ts';
import { silentLogger } from '../../../../lib/logger.ts';
import { openSnowflakeWarehouse } from '../../../../warehouse/snowflake/open.ts';
import type { SnowflakeSettingsInput } from '../../../../warehouse/snowflake/settings.ts';
import { openRig } from './rig.ts';
import type { Rig } from './rig.ts';

let rig: Rig;
let folder: string;
let bucket: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-load-'));
  bucket = path.join(folder, 'bucket');
  await mkdir(bucket);
  rig = await openRig({
    double: { buckets: { archive: bucket } },
    settings: { externalStage: { name: '_META.ARCHIVE', url: 's3://archive/landing' } },
    with: ["create stage _META.ARCHIVE url = 's3://archive/landing/'"],
  });
  await ensureLoadSchema(rig.warehouse, 'shop', ['orders']);
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  rig.double.faults.clear();
  await rig.warehouse.execute('delete from raw.shop__orders');
});

const lines: readonly RawLine[] = [
  {
    op: 'c',
    pos: '00000000000000A1',
    ord: 1,
    at: '2026-03-01T10:00:00.123456Z',
    schema: 's1',
    data: { id: '1', note: 'it\'s "quoted" ü \\ \n', price: '12.50', gone: null },
  },
  {
    op: 'u',
    pos: '00000000000000A2',
    ord: 2,
    at: '2026-03-01T10:00:01.500000Z',
    schema: 's1',
    unchanged: ['note', 'text'],
    data: { id: '1' },
  },
  { op: 't', pos: '00000000000000A3', ord: 3, at: '1999-12-31T23:59:59.000000Z', schema: 's1', data: {} },
];

function gzipped(count = 1): Buffer {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  return gzipSync(text.repeat(count));
}

async function landed(name: string, under = folder): Promise<LandedObject> {
  const location = path.join(under, name);
  await mkdir(path.dirname(location), { recursive: true });
  await writeFile(location, gzipped());
  return { key: `landing/${name}`, location, fetch: () => Promise.reject(new Error('it is here')) };
}

const fileAt = (object: LandedObject, location: string): LoadFile => ({
  key: object.key,
  location,
  table: { schema: 'raw', name: 'shop__orders' },
  batchId: 'batch-1',
  rows: lines.length,
});

async function load(warehouse: Warehouse, object: LandedObject): Promise<number> {
  const reached = await warehouse.reach(object);
  try {
    return await warehouse.transaction((session) =>
      warehouse.appendFile(session, fileAt(object, reached.path)),
    );
  } finally {
    await reached.release();
  }
}

const columns = `_op, _position, _ordinal, _committed_at, _schema_id, _unchanged, _batch_id, _file`;

async function loaded(warehouse: Warehouse): Promise<Row[]> {
  return await warehouse.query(`select ${columns}, data from raw.shop__orders order by _position, _ordinal`);
}

const parsed = (rows: readonly Row[]): unknown[] =>
  rows.map((row) => ({
    ...row,
    _ordinal: Number(row['_ordinal']),
    data: JSON.parse(String(row['data'])) as unknown,
  }));

test('a file is put, loaded and removed, and holds what DuckDB loads of it', async () => {
  const object = await landed("it's=an order.ndjson.gz");
  const twin = await openDuckdbWarehouse({ path: ':memory:' });
  await ensureLoadSchema(twin, 'shop', ['orders']);
  expect(await load(twin, object)).toBe(3);
  const from = rig.sent().length;
  expect(await load(rig.warehouse, object)).toBe(3);
  const rows = await loaded(rig.warehouse);
  expect(parsed(rows)).toEqual(parsed(await loaded(twin)));
  expect(rows[0]).toMatchObject({ _committed_at: '2026-03-01 10:00:00.123456', _file: object.key });
  const [fresh] = await rig.warehouse.query(
    'select count(*) as n from raw.shop__orders where _loaded_at > dateadd(minute, -5, current_timestamp()::timestamp_ntz)',
  );
  expect(fresh).toEqual({ n: 3 });
  const verbs = rig
    .sent()
    .slice(from)
    .map((sql) => sql.split(/\s/)[0])
    .slice(0, 8);
  // What was left behind is looked for once; the selects are of the transaction's id.
  expect(verbs).toEqual(['list', 'put', 'begin', 'select', 'copy', 'select', 'commit', 'remove']);
  expect(await rig.warehouse.query('list @_META.LANDING')).toEqual([]);
  await twin.close();
});

test('a file of the external stage is loaded from where it is', async () => {
  await landed('2026/a.ndjson.gz', path.join(bucket, 'landing'));
  const object: LandedObject = {
    key: 'landing/2026/a.ndjson.gz',
    location: 's3://archive/landing/2026/a.ndjson.gz',
    fetch: () => Promise.reject(new Error('not needed')),
  };
  const from = rig.sent().length;
  expect(await load(rig.warehouse, object)).toBe(3);
  expect(
    rig
      .sent()
      .slice(from)
      .some((sql) => sql.startsWith('put')),
  ).toBe(false);
});

test('a file of another bucket is brought here, put, and both copies are let go', async () => {
  const here = await landed('elsewhere.ndjson.gz');
  let released = 0;
  const object: LandedObject = {
    key: 'other/elsewhere.ndjson.gz',
    location: 's3://archive-of-others/elsewhere.ndjson.gz',
    fetch: () =>
      Promise.resolve({
        path: here.location,
        release: async () => void (released += await Promise.resolve(1)),
      }),
  };
  expect(await load(rig.warehouse, object)).toBe(3);
  expect(released).toBe(1);
});

test('loading is not kept from happening twice by anything but the ledger', async () => {
  const object = await landed('twice.ndjson.gz', path.join(bucket, 'landing'));
  const inPlace = { ...object, location: 's3://archive/landing/twice.ndjson.gz' };
  expect(await load(rig.warehouse, inPlace)).toBe(3);
  expect(await load(rig.warehouse, inPlace)).toBe(3);
  expect(await loaded(rig.warehouse)).toHaveLength(6);
});

test('a file whose name begins as another’s is not taken for it', async () => {
  const there = path.join(bucket, 'landing');
  await landed('part.ndjson.gz', there);
  await landed('part.ndjson.gz2', there);
  const object: LandedObject = {
    key: 'landing/part.ndjson.gz',
    location: 's3://archive/landing/part.ndjson.gz',
    fetch: () => Promise.reject(new Error('not needed')),
  };
  expect(await load(rig.warehouse, object)).toBe(3);
  expect(await loaded(rig.warehouse)).toHaveLength(3);
});

test('a staged file that is gone fails as that, and nothing is written', async () => {
  const object = await landed('gone.ndjson.gz');
  const reached = await rig.warehouse.reach(object);
  await reached.release();
  const gone = rig.warehouse.transaction((session) =>
    rig.warehouse.appendFile(session, fileAt(object, reached.path)),
  );
  await expect(gone).rejects.toMatchObject({ code: 'WAREHOUSE_STAGED_FILE_MISSING', retryable: true });
  expect(await loaded(rig.warehouse)).toEqual([]);
});

test('a file that breaks off in its middle is refused whole', async () => {
  const object = await landed('torn.ndjson.gz');
  await writeFile(object.location, gzipSync(`${JSON.stringify(lines[0])}\n{"op":"c","pos":`));
  await expect(load(rig.warehouse, object)).rejects.toMatchObject({ code: 'WAREHOUSE_STATEMENT_FAILED' });
  expect(await loaded(rig.warehouse)).toEqual([]);
});

test('a file that is not here fails before anything is sent to a stage', async () => {
  const object = { ...(await landed('never.ndjson.gz')), location: path.join(folder, 'never-was.ndjson.gz') };
  await expect(rig.warehouse.reach(object)).rejects.toThrow(/no such file|no file found/i);
});

test('a table that was altered behind our back is told by its name', async () => {
  await rig.warehouse.execute('create table raw.shop__altered (data variant, _op varchar)');
  const object = await landed('altered.ndjson.gz');
  const reached = await rig.warehouse.reach(object);
  const file = { ...fileAt(object, reached.path), table: { schema: 'raw', name: 'shop__altered' } };
  await expect(
    rig.warehouse.transaction((session) => rig.warehouse.appendFile(session, file)),
  ).rejects.toMatchObject({ code: 'WAREHOUSE_SHAPE_CHANGED', retryable: false });
  await reached.release();
});

test('a reply to COPY that is lost loads nothing twice', async () => {
  rig.double.faults.add({ do: { kind: 'reset-after' }, sql: /^copy/ });
  rig.double.faults.add({ do: { kind: 'reset-after' }, sql: /^put/ });
  expect(await load(rig.warehouse, await landed('lost.ndjson.gz'))).toBe(3);
  expect(await loaded(rig.warehouse)).toHaveLength(3);
});

test('a staged file that cannot be removed is nobody’s error', async () => {
  const message = "SQL access control error:\nInsufficient privileges to operate on stage 'LANDING'";
  rig.double.faults.add({
    do: { kind: 'refuse', code: '003001', sqlState: '42501', message },
    sql: /^remove/,
  });
  expect(await load(rig.warehouse, await landed('left.ndjson.gz'))).toBe(3);
  await rig.warehouse.query('remove @_META.LANDING');
});

test('what a process that died has left in the stage goes before another’s first file does', async () => {
  await using other = await openRig();
  const settings = other.double.settings() as SnowflakeSettingsInput;
  const object = await landed('left-behind.ndjson.gz');
  const staged = async (daysAgo: number): Promise<string> => {
    const clock = { ...systemClock, now: () => new Date(Date.now() - daysAgo * 86_400_000) };
    const died = await openSnowflakeWarehouse(settings, { clock, logger: silentLogger });
    const reached = await died.reach(object);
    await died.close();
    return reached.path.replace('@_META.LANDING', 'landing');
  };
  // In this order: whoever comes later looks, too.
  const young = await staged(1);
  await staged(4);
  const plain = path.join(folder, 'plain.gz');
  await writeFile(plain, gzipped());
  const theirs = 'landing/20200101-theirs/plain.gz';
  await other.warehouse.query(
    `put 'file://${plain}' '@_META.LANDING/${path.dirname(theirs)}/' auto_compress = false`,
  );
  const inStage = async (): Promise<string[]> =>
    (await other.warehouse.query('list @_META.LANDING')).map((file) => String(file['name']));
  expect(await inStage()).toHaveLength(3);
  const from = other.sent().length;
  const [one, two] = [await other.warehouse.reach(object), await other.warehouse.reach(object)];
  const sent = other.sent().slice(from);
  expect(sent.map((sql) => sql.split(/\s/)[0])).toEqual(['list', 'remove', 'put', 'put']);
  await one.release();
  await two.release();
  expect((await inStage()).toSorted()).toEqual([young, `landing/${theirs}`].toSorted());
  await other.warehouse.query('remove @_META.LANDING');
});

test('a stage that cannot be looked through keeps no file from it', async () => {
  await using other = await openRig();
  const message = "SQL access control error:\nInsufficient privileges to operate on stage 'LANDING'";
  other.double.faults.add({
    do: { kind: 'refuse', code: '003001', sqlState: '42501', message },
    sql: /^list/,
  });
  const reached = await other.warehouse.reach(await landed('unswept.ndjson.gz'));
  expect(await other.warehouse.query('list @_META.LANDING')).toHaveLength(1);
  await reached.release();
});
