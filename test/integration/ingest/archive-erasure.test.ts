import { expect, test } from 'vitest';
import { privacyErase } from '../../../cli/operations/privacy.ts';
import type { OperationContext, OperationResult } from '../../../cli/operations/operation.ts';
import type { Platform } from '../../../cli/wire.ts';
import { compact } from '../../../ingest/archive/compact.ts';
import { removeOriginals } from '../../../ingest/archive/remove-originals.ts';
import { openProtection } from '../../../ingest/pci/open-protection.ts';
import { openSubjectKeyStore } from '../../../ingest/pci/subject-key-store.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import { openArchiveWorld } from '../../support/archive-world.ts';
import { testSecrets } from '../../support/protection.ts';
import { openKeyDatabase } from './pci/key-database.ts';

const columns = [
  { name: 'id', typeOid: 20, typeModifier: -1 },
  { name: 'email', typeOid: 25, typeModifier: -1 },
];

/** A person's address, of which nothing is left but a compacted file; some of its rows may hold plain text. */
async function openWorld(...plain: readonly string[]) {
  const world = await openArchiveWorld();
  const database = await openKeyDatabase();
  const protection = await openProtection(testSecrets(), await openSubjectKeyStore(database.control));
  const warehouse = await openDuckdbWarehouse({ path: ':memory:' });
  const emails = [
    protection.seal('shop:1', JSON.stringify('ada@example.com')),
    protection.seal('shop:2', JSON.stringify('eve@example.com')),
    ...plain,
  ];
  await protection.settle();
  const lines = emails.map((email, index) =>
    JSON.stringify({
      op: 'c',
      pos: '0000000000000001',
      ord: index,
      at: '2026-03-01T12:00:00.000000Z',
      schema: 'customers',
      data: { id: String(index), email },
    }),
  );
  const { batchId } = await world.land('shop', '2026-03-01', { customers: { lines, columns } });
  await compact(world.deps);
  await removeOriginals(world.deps, world.janitor, { graceDays: 0, loaded: new Set([batchId]) });
  const parts: Partial<Platform> = {
    logger: silentLogger,
    protection: () => Promise.resolve(protection),
    archiveWork: () => Promise.resolve(world.deps),
    warehouse: () => Promise.resolve(warehouse),
  };
  const context: OperationContext = {
    platform: parts as Platform,
    onProgress: ignoreProgress,
    signal: new AbortController().signal,
  };
  return {
    store: world.store,
    parquet: (await world.store.list('parquet/'))[0] ?? '',
    erase: (dryRun: boolean): Promise<OperationResult> =>
      privacyErase.invoke({ subject: 'shop:1', reason: 'asked', dryRun }, context),
    [Symbol.asyncDispose]: async () => {
      await warehouse.close();
      await database[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
}

test('the proof of an erasure covers what was compacted', async () => {
  await using world = await openWorld();
  expect(await world.store.list('data/')).toEqual([]);
  expect(await world.erase(true)).toMatchObject({
    rows: [{ place: world.parquet, values: 1, state: 'readable' }],
  });
  expect(await world.erase(false)).toMatchObject({
    rows: [{ place: world.parquet, values: 1, state: 'unreadable' }],
    notes: expect.not.arrayContaining([expect.stringContaining('not searched')]) as string[],
  });
});

test('plain text in a compacted file is found', async () => {
  await using world = await openWorld('ada@example.com');
  await expect(world.erase(false)).rejects.toMatchObject({
    code: 'PRIVACY_PLAINTEXT_FOUND',
    where: world.parquet,
  });
});

test('a compacted file that no manifest names is told as not searched', async () => {
  await using world = await openWorld();
  await world.store.put('parquet/shop/customers/date=2026-03-01/stray.parquet', 'x');
  expect(await world.erase(true)).toMatchObject({
    notes: expect.arrayContaining([
      expect.stringMatching(/^1 compacted files were not searched/),
    ]) as string[],
  });
});
