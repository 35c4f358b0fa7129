import { execFile } from 'node:child_process';
import { copyFile, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { compact } from '../../../ingest/archive/compact.ts';
import { removeOriginals } from '../../../ingest/archive/remove-originals.ts';
import { archiveStatus } from '../../../ingest/archive/status.ts';
import { verifyArchive } from '../../../ingest/archive/verify.ts';
import { openArchiveWorld } from '../../support/archive-world.ts';
import type { ArchiveWorld } from '../../support/archive-world.ts';

const columns = [
  { name: 'id', typeOid: 20, typeModifier: -1 },
  { name: 'total', typeOid: 1700, typeModifier: ((12 << 16) | 2) + 4 },
];

const line = (id: number, at: string): string =>
  `{"op":"c","pos":"0000000000000001","ord":${id},"at":"${at}T12:00:00.000000Z","schema":"orders","data":{"id":"${id}","total":"${id}.50"}}`;

const lines = (day: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => line(index, day));

/** Three days of two tables, of which the second day was compacted and its originals removed. */
async function openFilled(): Promise<ArchiveWorld & { readonly keys: string[] }> {
  const world = await openArchiveWorld();
  const keys: string[] = [];
  for (const day of ['2026-03-01', '2026-03-02', '2026-03-03']) {
    const tables = {
      orders: { lines: lines(day, 20), columns },
      payments: { lines: lines(day, 7), columns },
    };
    keys.push(...(await world.land('shop', day, tables)).files.map(({ key }) => key));
  }
  await compact(world.deps, { day: '2026-03-02' });
  await removeOriginals(world.deps, world.janitor, { graceDays: 0, loaded: allBatches });
  return { ...world, keys };
}

const allBatches = new Set([1, 2, 3].map((number) => `shop-${String(number).padStart(12, '0')}`));

const problems = async (world: ArchiveWorld): Promise<string[]> =>
  (await verifyArchive(world.deps)).findings.map(({ severity, problem, key }) =>
    [severity, problem, key.split('/')[0]].join(' '),
  );

/** The file behind a key, wherever it lies. */
const fileOf = async (world: ArchiveWorld, prefix: string): Promise<string> =>
  world.store.locate((await world.store.list(prefix))[0] ?? '');

describe('verify', () => {
  test('a whole archive is whole, counted by what was read', async () => {
    await using world = await openFilled();
    expect(await verifyArchive(world.deps)).toEqual({
      chains: 1,
      manifests: 3,
      files: 4,
      compacted: 2,
      compactions: 2,
      rows: 81,
      findings: [],
    });
    expect(
      await verifyArchive(world.deps, { from: '2026-03-02', to: '2026-03-03', table: 'orders' }),
    ).toMatchObject({
      files: 0,
      compacted: 1,
      compactions: 1,
      rows: 20,
    });
    expect((await archiveStatus(world.deps)).tables).toMatchObject([
      {
        source: 'shop',
        table: 'orders',
        from: '2026-03-01',
        to: '2026-03-03',
        files: 3,
        rows: 60,
        compacted: 1,
      },
      { source: 'shop', table: 'payments', files: 3, rows: 21, compacted: 1 },
    ]);
  });

  test.each<[string, string, (file: string) => Promise<void>]>([
    ['torn', 'error size data', (file) => truncate(file, 50)],
    ['gone', 'error missing data', (file) => rm(file)],
    ['one bit off', 'error checksum data', flipBit],
  ])('a landed file that is %s is found', async (_, expected, damage) => {
    await using world = await openFilled();
    await damage(await fileOf(world, 'data/shop/orders/'));
    expect(await problems(world)).toEqual([expected]);
  });

  test.each<[string, string, (file: string) => Promise<void>]>([
    ['torn', 'error content parquet', (file) => truncate(file, 500)],
    ['gone', 'error missing parquet', (file) => rm(file)],
    ['one bit off', 'error content parquet', flipBit],
  ])('a compacted file that is %s is found', async (_, expected, damage) => {
    await using world = await openFilled();
    await damage(await fileOf(world, 'parquet/shop/orders/'));
    expect(await problems(world)).toEqual([expected]);
  });

  test.each([
    ['before', (world: ArchiveWorld) => compact(world.deps), 81],
    // What was not there to be verified is not counted.
    ['meanwhile as well', () => Promise.resolve(), 27],
  ])('originals removed meanwhile, compacted %s, are no finding', async (_, before, rows) => {
    await using world = await openFilled();
    await before(world);
    const remove = async (): Promise<void> => {
      await compact(world.deps);
      await removeOriginals(world.deps, world.janitor, { graceDays: 0, loaded: allBatches });
    };
    let removal: Promise<void> | undefined;
    const store: typeof world.store = {
      ...world.store,
      read: async (key) => {
        await (removal ??= remove());
        return await world.store.read(key);
      },
    };
    const result = await verifyArchive({ ...world.deps, store });
    expect(result).toMatchObject({ files: 0, compacted: 6, rows });
    expect(result.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test('a file that is gone meanwhile, and was not compacted, is found', async () => {
    await using world = await openFilled();
    const [key = ''] = await world.store.list('data/shop/orders/');
    const store: typeof world.store = {
      ...world.store,
      read: async (asked) => {
        await world.janitor.remove(key);
        return await world.store.read(asked);
      },
    };
    expect((await verifyArchive({ ...world.deps, store })).findings).toMatchObject([
      { key, problem: 'missing' },
    ]);
  });

  test('another file in the place of one that is named', async () => {
    await using world = await openFilled();
    const [first = '', second = ''] = await world.store.list('data/shop/payments/');
    await copyFile(world.store.locate(first), world.store.locate(second));
    expect(await problems(world)).toHaveLength(1);
  });

  test('what no manifest names is a note, and no error', async () => {
    await using world = await openFilled();
    await world.store.put('data/shop/orders/stray.ndjson.gz', 'x');
    await world.store.put('parquet/shop/orders/date=2026-03-02/stray.parquet', 'x');
    expect(await problems(world)).toEqual([
      'note not named by any manifest data',
      'note not named by any manifest parquet',
    ]);
  });

  test('a manifest that is gone leaves a gap, whatever the range', async () => {
    await using world = await openFilled();
    await rm(world.store.locate('manifests/shop/0000000000000001.json'));
    const { findings } = await verifyArchive(world.deps, { from: '2026-03-03' });
    expect(findings.filter(({ severity }) => severity === 'error').map(({ problem }) => problem)).toContain(
      'gap in the chain',
    );
  });

  test('a manifest that is torn, and one of a foreign kind, are found and do not stop the rest', async () => {
    await using world = await openFilled();
    await truncate(world.store.locate('manifests/shop/0000000000000002.json'), 30);
    await writeFile(path.join(world.dir, 'manifests', 'foreign.json'), '{}');
    const found = await problems(world);
    expect(found.filter((each) => each === 'error manifest unreadable manifests')).toHaveLength(2);
    // Compactions of theirs are still read, and what they named is stray now.
    expect(found.filter((each) => each.startsWith('note'))).toHaveLength(2);
  });
});

describe('removal of compacted originals', () => {
  test('waits for its grace and for the load, and does nothing in a dry run', async () => {
    await using world = await openArchiveWorld();
    await world.land('shop', '2026-03-01', { orders: { lines: lines('2026-03-01', 5), columns } });
    await compact(world.deps);
    const remove = (graceDays: number, loaded: ReadonlySet<string>, dryRun = false) =>
      removeOriginals(world.deps, world.janitor, { graceDays, loaded, dryRun });
    expect(await remove(7, allBatches)).toMatchObject({ files: 0, waiting: 1 });
    world.setNow('2026-06-09T00:00:00Z');
    expect(await remove(7, new Set())).toMatchObject({ files: 0, waiting: 1 });
    expect(await remove(7, allBatches, true)).toMatchObject({ files: 1 });
    expect(await world.store.list('data/')).toHaveLength(1);
    expect(await remove(7, allBatches)).toMatchObject({ files: 1, waiting: 0 });
    expect(await world.store.list('data/')).toEqual([]);
    expect(await remove(7, allBatches)).toMatchObject({ files: 0, waiting: 0 });
  });

  test.each<[string, (world: ArchiveWorld) => Promise<void>, string]>([
    [
      'the compacted file',
      async (world) => flipBit(await fileOf(world, 'parquet/')),
      'ARCHIVE_COMPACTION_DIFFERS',
    ],
    ['an original', async (world) => flipBit(await fileOf(world, 'data/')), 'ARCHIVE_DAMAGED'],
  ])('keeps every original where %s is damaged', async (_, damage, code) => {
    await using world = await openArchiveWorld();
    await world.land('shop', '2026-03-01', { orders: { lines: lines('2026-03-01', 5), columns } });
    await compact(world.deps);
    await damage(world);
    await expect(
      removeOriginals(world.deps, world.janitor, { graceDays: 0, loaded: allBatches }),
    ).rejects.toMatchObject({ code });
    expect(await world.store.list('data/')).toHaveLength(1);
  });
});

test('a janitor that removes nothing is found out', async () => {
  await using world = await openArchiveWorld();
  await world.land('shop', '2026-03-01', { orders: { lines: lines('2026-03-01', 5), columns } });
  await compact(world.deps);
  const idle = { remove: () => Promise.resolve() };
  await expect(removeOriginals(world.deps, idle, { graceDays: 0, loaded: allBatches })).rejects.toMatchObject(
    { code: 'ARCHIVE_NOT_REMOVED' },
  );
});

test('a removal that is cut half-way leaves every row once, and is finished by the next', async () => {
  await using world = await openArchiveWorld();
  for (const id of [1, 2, 3])
    await world.land('shop', '2026-03-01', { orders: { lines: [line(id, '2026-03-01')], columns } });
  await compact(world.deps);
  let calls = 0;
  const cut = {
    remove: async (key: string): Promise<void> => {
      calls += 1;
      if (calls === 2) throw new Error('the process ended here');
      await world.janitor.remove(key);
    },
  };
  const options = { graceDays: 0, loaded: allBatches };
  await expect(removeOriginals(world.deps, cut, options)).rejects.toThrow('the process ended here');
  expect(await verifyArchive(world.deps)).toMatchObject({ files: 2, compacted: 1, rows: 3, findings: [] });
  expect(await compact(world.deps)).toEqual([]);
  expect(await removeOriginals(world.deps, world.janitor, options)).toMatchObject({ files: 2 });
  expect(await verifyArchive(world.deps)).toMatchObject({ files: 0, compacted: 3, rows: 3, findings: [] });
});

describe('compaction that is killed', () => {
  test.each(['archive.after_parquet:1', 'archive.after_manifest:1', 'archive.after_parquet:2'])(
    'at %s leaves the old or both, and is finished by the next',
    async (point) => {
      await using world = await openArchiveWorld();
      for (const day of ['2026-03-01', '2026-03-02'])
        await world.land('shop', day, { orders: { lines: lines(day, 9), columns } });
      const script = path.join(import.meta.dirname, '../../support/archive-compact-child.ts');
      const child = promisify(execFile)(process.execPath, ['--import', 'tsx', script, world.dir], {
        env: { ...process.env, SHOPWAVE_CRASH_AT: point },
      });
      await expect(child).rejects.toMatchObject({ signal: 'SIGKILL' });
      const between = await verifyArchive(world.deps);
      expect(between.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(between).toMatchObject({ files: 2, rows: 18 });
      await compact(world.deps);
      expect(await compact(world.deps)).toEqual([]);
      world.setNow('2099-01-01T00:00:00Z');
      await removeOriginals(world.deps, world.janitor, { graceDays: 0, loaded: allBatches });
      const after = await verifyArchive(world.deps);
      expect(after).toMatchObject({ files: 0, compacted: 2, compactions: 2, rows: 18 });
      expect(after.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    },
  );
});

async function flipBit(file: string): Promise<void> {
  const bytes = await readFile(file);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  await writeFile(file, bytes);
}
