import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  claimDataDir,
  dataPaths,
  eraseState,
  makeTarget,
  readSettings,
  writeSettings,
} from '../../../cli/data-dir.ts';
import { settleSource } from '../../../cli/supervisor/source.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-data-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a new folder becomes ours, and only its owner may read what it remembers', async () => {
  const paths = dataPaths(path.join(folder, 'new'));
  await claimDataDir(paths);
  await claimDataDir(paths);
  expect(await readSettings(paths)).toEqual({ format: 1 });
  expect((await stat(paths.marker)).mode & 0o777).toBe(0o600);
});

test('starting over deletes what is ours and nothing else', async () => {
  const paths = dataPaths(folder);
  await claimDataDir(paths);
  for (const name of ['postgres', 'archive', 'warehouse', 'semantic']) await mkdir(path.join(folder, name));
  // Results of the data that go: `transform retry` would run again what is forgotten.
  await writeFile(path.join(await makeTarget(paths), 'run_results.json'), '{}');
  await writeFile(path.join(folder, 'notes.txt'), 'mine');
  await writeSettings(paths, { format: 1, source: { kind: 'embedded' } });
  await eraseState(paths);
  expect((await readdir(folder)).sort()).toEqual(['logs', 'notes.txt', 'shopwave.json']);
  expect(await readSettings(paths)).toEqual({ format: 1 });
});

test('damaged settings are an error and not a new start', async () => {
  const paths = dataPaths(folder);
  await writeFile(paths.marker, '{"format":');
  await expect(readSettings(paths)).rejects.toMatchObject({ code: 'CLI_DATA_DIR_FOREIGN' });
});

test('a folder keeps to its shop: another one is refused without showing a password, a new password is taken', async () => {
  const paths = dataPaths(folder);
  await claimDataDir(paths);
  await settleSource(paths, 'postgres://me:secret@db.example/shop');
  await settleSource(paths, undefined);
  await mkdir(path.join(paths.archive, 'manifests', 'shop'), { recursive: true });
  const error: unknown = await settleSource(paths, 'postgres://me:hidden@db.example/other').catch(
    (each: unknown) => each,
  );
  expect(error).toMatchObject({ code: 'CLI_SOURCE_CHANGED' });
  expect(String(error)).not.toMatch(/secret|hidden/);
  await settleSource(paths, 'postgres://me:newer@db.example:5432/shop');
  expect(await readFile(paths.marker, 'utf8')).toContain('newer');
});

test('a first start that captured nothing does not bind the folder to its source', async () => {
  const paths = dataPaths(folder);
  await claimDataDir(paths);
  await settleSource(paths, 'postgres://me:secret@db.example/shpo');
  await settleSource(paths, 'postgres://me:secret@db.example/shop');
  expect((await readSettings(paths))?.source).toMatchObject({ url: 'postgres://me:secret@db.example/shop' });
});

test.runIf(process.platform === 'linux')('a folder that the kernel refuses is an error at once', async () => {
  await expect(claimDataDir(dataPaths('/proc/nope/data'))).rejects.toMatchObject({
    code: 'CLI_DATA_DIR_UNWRITABLE',
  });
});
