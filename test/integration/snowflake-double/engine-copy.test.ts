import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { accountRig } from '../../support/snowflake-double/engine/account-rig.ts';
import type { AccountRig, RigSession } from '../../support/snowflake-double/engine/account-rig.ts';

let rig: AccountRig;
let session: RigSession;
/** Where PUT leaves the files of the internal stage. */
let staged: string;

beforeEach(async () => {
  rig = await accountRig();
  session = await rig.session();
  await session.run('create schema raw');
  await session.run(
    'create table raw.orders (data variant, _op varchar, _ordinal number(19, 0), _file varchar)',
  );
  const put = await session.run(
    "put 'file:///somewhere/one.gz' '@_meta.landing/batch/' auto_compress = false",
  );
  if (put.kind !== 'put') throw new Error('no put');
  staged = put.targetFolder;
});

afterEach(async () => {
  await rig[Symbol.asyncDispose]();
});

async function stage(name: string, lines: readonly unknown[], folder = staged): Promise<void> {
  await mkdir(folder, { recursive: true });
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  await writeFile(join(folder, name), gzipSync(`${text}\n`));
}

const lines = [
  { op: 'c', ord: '1', data: { id: '1', amount: '12345678901234567890.123' } },
  { op: 'd', ord: null, data: { id: '2' } },
];

function copy(from: string, options: string): string {
  return `copy into raw.orders (data, _op, _ordinal, _file)
    from (select $1:data, $1:op::varchar, $1:ord::number(19, 0), metadata$filename from '@_meta.landing/${from}')
    ${options} file_format = (type = json compression = gzip) on_error = abort_statement`;
}

const count = (): Promise<unknown> => session.value('select count(*) from raw.orders');

test('PUT says where the client copies its files to', async () => {
  expect(
    await session.run(
      "put 'file:///some where/a.json' @_meta.landing/x/y overwrite = true source_compression = gzip",
    ),
  ).toMatchObject({
    kind: 'put',
    sources: ['/some where/a.json'],
    targetFolder: expect.stringMatching(/LANDING\/x\/y$/) as string,
    autoCompress: true,
    overwrite: true,
    sourceCompression: 'gzip',
  });
  expect(await session.refusal('put file:///a @_meta.nowhere')).toBe('002003');
});

test('COPY loads a file with its values, and says how many rows of which file', async () => {
  await stage('one.ndjson.gz', lines);
  expect(await session.rows(copy('batch/', "files = ('one.ndjson.gz')"))).toMatchObject([
    {
      file: 'landing/batch/one.ndjson.gz',
      status: 'LOADED',
      rows_parsed: '2',
      rows_loaded: '2',
      first_error: null,
    },
  ]);
  expect(
    await session.rows(
      'select data:amount::varchar as amount, _op, _ordinal, _file from raw.orders order by _op',
    ),
  ).toEqual([
    { AMOUNT: '12345678901234567890.123', _OP: 'c', _ORDINAL: '1', _FILE: 'batch/one.ndjson.gz' },
    { AMOUNT: null, _OP: 'd', _ORDINAL: null, _FILE: 'batch/one.ndjson.gz' },
  ]);
});

test('a file that was loaded is skipped for 64 days, unless FORCE or another content', async () => {
  await stage('one.ndjson.gz', lines);
  const once = copy('batch/', "files = ('one.ndjson.gz')");
  await session.run(once);
  expect(await session.rows(once)).toMatchObject([{ status: 'LOAD_SKIPPED', rows_loaded: '0' }]);
  await session.run(copy('batch/', "files = ('one.ndjson.gz') force = true"));
  expect(await count()).toBe('4');
  await stage('one.ndjson.gz', lines.slice(0, 1));
  await session.run(once);
  expect(await count()).toBe('5');
  rig.pass(65 * 86_400);
  await session.run(once);
  expect(await count()).toBe('6');
});

test('in a transaction COPY goes with its rollback, its memory too', async () => {
  await stage('one.ndjson.gz', lines);
  const once = copy('batch/', "files = ('one.ndjson.gz')");
  await session.run('begin');
  await session.run(once);
  expect(await session.rows(once)).toMatchObject([{ status: 'LOAD_SKIPPED' }]);
  expect(await count()).toBe('2');
  await session.run('rollback');
  expect(await count()).toBe('0');
  expect(await session.rows(once)).toMatchObject([{ status: 'LOADED' }]);
});

test('TRUNCATE makes COPY forget, DELETE does not', async () => {
  await stage('one.ndjson.gz', lines);
  const once = copy('batch/', "files = ('one.ndjson.gz')");
  await session.run(once);
  await session.run('delete from raw.orders');
  expect(await session.rows(once)).toMatchObject([{ status: 'LOAD_SKIPPED' }]);
  await session.run('truncate table raw.orders');
  expect(await session.rows(once)).toMatchObject([{ status: 'LOADED' }]);
});

test('a named file that is gone is an error, a path that matches nothing is none', async () => {
  expect(await session.refusal(copy('batch/', "files = ('gone.gz')"))).toBe('091016');
  expect(await session.rows(copy('batch/gone', ''))).toEqual([
    { status: 'Copy executed with 0 files processed.' },
  ]);
});

test('a path is the beginning of names, whatever comes after it', async () => {
  await stage('one.ndjson.gz', lines);
  await stage('one.ndjson.gz.bak.gz', lines);
  await session.run(copy('batch/one.ndjson.gz', ''));
  expect(await count()).toBe('4');
});

test('a line that is no JSON, or a value that is of no use, ends the statement and loads nothing', async () => {
  await stage('one.ndjson.gz', lines);
  await stage('two.ndjson.gz', ['{"op": "c", "data": ']);
  expect(await session.refusal(copy('batch/', ''))).toBe('100069');
  expect(await count()).toBe('0');
  await stage('two.ndjson.gz', [{ op: 'c', ord: 'x' }]);
  expect(await session.refusal(copy('batch/', "files = ('two.ndjson.gz')"))).toBe('100038');
});

test('an external stage reads what lies in its bucket, and takes no PUT', async () => {
  await session.run("create stage _meta.archive url = 's3://landing/shop/'");
  await stage('one.ndjson.gz', lines, join(rig.bucket, 'shop', 'orders'));
  await session.run(
    copy('batch/', '').replace('@_meta.landing/batch/', '@_meta.archive/orders/one.ndjson.gz'),
  );
  expect(await count()).toBe('2');
  expect(await session.rows('list @_meta.archive')).toMatchObject([
    { name: 's3://landing/shop/orders/one.ndjson.gz' },
  ]);
  expect(await session.refusal('put file:///a @_meta.archive')).toBe('091003');
});

test('LIST tells what is in a stage, REMOVE takes it away', async () => {
  await stage('one.ndjson.gz', lines);
  await stage('other.ndjson.gz', lines);
  expect((await session.rows('list @_meta.landing/batch')).map((row) => row['name'])).toEqual([
    'landing/batch/one.ndjson.gz',
    'landing/batch/other.ndjson.gz',
  ]);
  expect(await session.rows("remove '@_meta.landing/batch/one.ndjson.gz'")).toEqual([
    { name: 'landing/batch/one.ndjson.gz', result: 'removed' },
  ]);
  await rm(join(staged, 'other.ndjson.gz'));
  expect(await session.rows('ls @_meta.landing')).toEqual([]);
});

test('the formats and options that the double does not know are refused', async () => {
  await stage('one.ndjson.gz', lines);
  const base = copy('batch/', '');
  expect(await session.refusal(base.replace('type = json', 'type = csv'))).toBe('000002');
  expect(await session.refusal(base.replace('abort_statement', 'continue'))).toBe('000002');
  expect(await session.refusal(`${base} validation_mode = return_errors`)).toBe('000002');
});
