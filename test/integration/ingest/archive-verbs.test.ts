import { rm, truncate } from 'node:fs/promises';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addArchive, addRetention } from '../../../cli/commands/archive.ts';
import { dataPaths } from '../../../cli/data-dir.ts';
import {
  archiveCompact,
  archiveRebuild,
  archiveRestore,
  archiveStatusOf,
  archiveVerify,
} from '../../../cli/operations/archive.ts';
import { retentionApply, retentionPlan } from '../../../cli/operations/archive-retention.ts';
import type { Operation, OperationContext, OperationResult } from '../../../cli/operations/operation.ts';
import type { Platform } from '../../../cli/wire.ts';
import { openFolderJanitor, openFolderStore } from '../../../ingest/landing/folder-store.ts';
import { openControlStore } from '../../../lib/control-store.ts';
import { systemClock } from '../../../lib/clock.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { openArchiveWorld } from '../../support/archive-world.ts';
import { openTransforms } from '../../support/platform-parts.ts';
import { createTestDatabase } from '../../support/postgres.ts';

type Rows = Extract<OperationResult, { readonly kind: 'rows' }>;

test('the verbs of the archive, from status to retention, on a data folder', async () => {
  await using world = await openArchiveWorld();
  const paths = dataPaths(`${world.dir}-data`);
  const store = await openFolderStore(paths.archive);
  await using filled = await openArchiveWorld({ store, janitor: world.janitor });
  const line = (id: number): string =>
    `{"op":"c","pos":"0000000000000001","ord":${id},"at":"2022-03-01T12:00:00.000000Z","schema":"orders","data":{"id":"${id}"}}`;
  const columns = [{ name: 'id', typeOid: 20, typeModifier: -1 }];
  await filled.land('shop', '2022-03-01', { orders: { lines: [line(1), line(2)], columns } });
  await using database = await createTestDatabase();
  const control = openControlStore(database.url);
  const { warehouse, transforms } = await openTransforms();
  const parts: Partial<Platform> = {
    paths,
    clock: systemClock,
    logger: silentLogger,
    archive: () => Promise.resolve(store),
    archiveWork: () => Promise.resolve({ ...world.deps, store, clock: systemClock }),
    janitor: () => Promise.resolve(openFolderJanitor(paths.archive)),
    control: () => Promise.resolve(control),
    warehouse: () => Promise.resolve(warehouse),
    transforms: () => Promise.resolve(transforms),
  };
  const context: OperationContext = {
    platform: parts as Platform,
    onProgress: ignoreProgress,
    signal: new AbortController().signal,
  };
  const ask = async (operation: Operation, input: object = {}): Promise<Rows> =>
    (await operation.invoke(input, context)) as Rows;

  expect((await ask(archiveRebuild, { dryRun: true })).rows).toMatchObject([{ loaded: 1, rows: 2 }]);
  expect((await ask(archiveRebuild)).rows).toMatchObject([
    { chain: 'shop', recorded: 1, loaded: 1, rows: 2 },
  ]);
  expect((await ask(archiveStatusOf)).rows).toMatchObject([
    { entity: 'shop.orders', from: '2022-03-01', to: '2022-03-01', files: 1, rows: 2, compacted: 0 },
  ]);
  expect(await ask(archiveVerify)).toMatchObject({
    rows: [],
    notes: [expect.stringContaining('2 rows whole')],
  });
  expect((await ask(archiveCompact, { dryRun: true })).rows).toMatchObject([
    { rows: 2, 'bytes after': null },
  ]);
  expect(await ask(archiveCompact, { removeAfterDays: 0 })).toMatchObject({
    rows: [{ entity: 'shop.orders', day: '2022-03-01', files: 1, rows: 2 }],
    notes: [expect.stringMatching(/removed: 1 .*; 0 wait/)],
  });
  expect(await store.list('data/')).toEqual([]);

  // The rows have no columns that staging asks for, and need none here.
  await warehouse.execute('insert into _meta.staged_batch select batch_id, 1 from _meta.loaded_batch');
  await warehouse.execute(
    `insert into _meta.publication (version, run_id, published_at, source_watermark, stage_step, models)
     values (1, 'r', current_timestamp, '0000000000000001', 1, '[]')`,
  );
  expect((await ask(retentionPlan, { keepDays: 1096 })).rows).toEqual([
    { entity: 'shop.orders', table: 'orders', keys: 2, rows: 2 },
  ]);
  expect((await ask(retentionApply, { keepDays: 1096 })).rows).toHaveLength(1);
  expect(await warehouse.query('select * from raw.shop__orders')).toEqual([]);
  expect((await ask(archiveRestore, { entity: 'shop.orders', to: '2022-03-01' })).rows).toMatchObject([
    { files: 0 },
  ]);
  expect((await ask(archiveRestore, { entity: 'shop.orders' })).rows).toMatchObject([{ files: 1, rows: 2 }]);
  expect(await warehouse.query("select data ->> 'id' as id from raw.shop__orders order by 1")).toEqual([
    { id: '1' },
    { id: '2' },
  ]);

  const [parquet = ''] = await store.list('parquet/');
  await truncate(store.locate(parquet), 100);
  expect(await ask(archiveVerify, { source: 'shop' })).toMatchObject({
    rows: [{ severity: 'error', problem: 'content', key: parquet }],
    failure: { code: 'ARCHIVE_DAMAGED' },
  });
  await expect(ask(archiveRestore, { entity: 'orders' })).rejects.toMatchObject({
    code: 'CLI_OPERATION_INPUT',
  });
  await expect(ask(archiveVerify, { from: 'yesterday' })).rejects.toMatchObject({
    code: 'CLI_OPERATION_INPUT',
  });
  await warehouse.close();
  await control.destroy();
  await rm(paths.root, { recursive: true });
});

test('every verb explains itself, with an example', () => {
  const program = new Command('shopwave');
  addArchive(program);
  addRetention(program);
  for (const group of program.commands) {
    expect(group.commands.length).toBeGreaterThan(1);
    for (const verb of group.commands) {
      let help = '';
      verb.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
      expect(help).toContain(`$ shopwave ${group.name()} ${verb.name()}`);
    }
  }
});
