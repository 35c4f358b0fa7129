import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openFolderStore } from '../../../../ingest/landing/folder-store.ts';
import { archiveCopies, warehouseCopies } from '../../../../ingest/pci/copies.ts';
import { eraseSubject, showSubject } from '../../../../ingest/pci/erasure.ts';
import type { PrivacyDeps } from '../../../../ingest/pci/erasure.ts';
import { openProtection } from '../../../../ingest/pci/open-protection.ts';
import { rewrapKeys } from '../../../../ingest/pci/rewrap.ts';
import { openSubjectKeyStore } from '../../../../ingest/pci/subject-key-store.ts';
import { ignoreProgress } from '../../../../lib/progress.ts';
import { openDuckdbWarehouse } from '../../../../warehouse/duckdb/open.ts';
import { testKey, testSecrets } from '../../../support/protection.ts';
import { openKeyDatabase } from './key-database.ts';

/** Two persons' e-mail addresses, in an archive file and in a raw table. */
async function openWorld() {
  const database = await openKeyDatabase();
  const dir = await mkdtemp(path.join(os.tmpdir(), 'shopwave-erasure-'));
  const store = await openFolderStore(dir);
  const warehouse = await openDuckdbWarehouse({ path: ':memory:' });
  const keyStore = await openSubjectKeyStore(database.control);
  const protection = await openProtection(testSecrets(), keyStore);
  const line = (id: number, email: string): string =>
    JSON.stringify({
      op: 'c',
      data: { id: String(id), email: protection.seal(`shop:${id}`, JSON.stringify(email)) },
    });
  const lines = [line(1, 'ada@example.com'), line(2, 'eve@example.com'), line(1, 'ada@new.example')];
  await protection.settle();
  await store.put('data/shop/customers/1.ndjson.gz', gzipSync(`${lines.join('\n')}\n`));
  await warehouse.execute('create schema raw');
  await warehouse.execute('create table raw.shop__customers (data json)');
  for (const each of lines)
    await warehouse.execute("insert into raw.shop__customers select cast(? as json) -> '$.data'", [each]);
  const deps: PrivacyDeps = {
    protection,
    copies: [archiveCopies(store), warehouseCopies(warehouse)],
    onProgress: ignoreProgress,
  };
  return {
    deps,
    store,
    warehouse,
    keyStore,
    [Symbol.asyncDispose]: async () => {
      await warehouse.close();
      await database[Symbol.asyncDispose]();
      await rm(dir, { recursive: true });
    },
  };
}

const ada = { subject: 'shop:1', reason: 'asked', isDryRun: false };
const everywhere = [
  { place: 'data/shop/customers/1.ndjson.gz', values: 2 },
  { place: '"raw"."shop__customers"', values: 2 },
];

test('what is kept of a person is shown, then erased everywhere, and nobody else is touched', async () => {
  await using world = await openWorld();
  const shown = await showSubject(world.deps, 'shop:1');
  expect(shown.map(({ field, value, copies }) => [field, value, copies])).toEqual([
    ['email', 'ada@example.com', 2],
    ['email', 'ada@new.example', 2],
  ]);
  const dry = await eraseSubject(world.deps, { ...ada, isDryRun: true });
  expect(dry).toMatchObject({ keys: 1, readable: 4, places: everywhere, tombstone: undefined });
  expect(await showSubject(world.deps, 'shop:1')).toEqual(shown);

  const report = await eraseSubject(world.deps, ada);
  expect(report).toMatchObject({ keys: 1, readable: 0, plaintext: [], places: everywhere, unsearched: [] });
  expect(report.tombstone?.reason).toBe('asked');
  expect(await showSubject(world.deps, 'shop:1')).toEqual([]);
  expect(await showSubject(world.deps, 'shop:2')).toHaveLength(1);
  expect(await eraseSubject(world.deps, ada)).toMatchObject({ keys: 0, readable: 0, places: everywhere });
});

test('plain text that stands anywhere stops an erasure before its key is gone, and a key that survives makes the proof fail', async () => {
  await using world = await openWorld();
  await world.warehouse.execute('create table raw.notes (note varchar)');
  await world.warehouse.execute("insert into raw.notes values ('call ADA@EXAMPLE.COM, no: ada@example.com')");
  const notes = { place: '"raw"."notes"', values: 1 };
  const dry = await eraseSubject(world.deps, { ...ada, isDryRun: true });
  expect(dry).toMatchObject({ isSearched: true, plaintext: [notes] });
  await expect(eraseSubject(world.deps, ada)).rejects.toMatchObject({
    code: 'PRIVACY_PLAINTEXT_FOUND',
    where: '"raw"."notes"',
  });
  expect(await showSubject(world.deps, 'shop:1')).not.toEqual([]);
  const accepted = await eraseSubject(world.deps, { ...ada, acceptsPlaintext: true });
  expect(accepted).toMatchObject({ readable: 0, isSearched: true, plaintext: [notes] });
  // Nobody can look for it any more, and nobody says that there is none.
  expect(await eraseSubject(world.deps, ada)).toMatchObject({ isSearched: false, plaintext: [] });

  await using other = await openWorld();
  const { keyStore } = other;
  const kept = await keyStore.ofSubject('shop:1');
  const leaky = { ...keyStore, ofSubject: () => Promise.resolve(kept) };
  const deps = { ...other.deps, protection: { ...other.deps.protection, keyStore: leaky } };
  await expect(eraseSubject(deps, ada)).rejects.toMatchObject({
    message: '4 values can still be decrypted',
  });
});

test('what comes of an erased person later is unreadable from the start', async () => {
  await using world = await openWorld();
  await eraseSubject(world.deps, ada);
  const { protection } = world.deps;
  const late = protection.seal('shop:1', '"ada@late.example"');
  await protection.settle();
  await world.store.put('data/shop/customers/2.ndjson', `{"data":{"email":"${late}"}}\n`);
  expect(await showSubject(world.deps, 'shop:1')).toEqual([]);
  expect(await world.keyStore.ofSubject('shop:1')).toEqual([]);
});

test('after keys were wrapped anew the master key before is needed no more', async () => {
  await using world = await openWorld();
  const rotating = await openProtection(
    testSecrets(`${testKey('t2', 9)},${testKey('t1', 7)}`),
    world.keyStore,
  );
  expect(await rewrapKeys(rotating, ignoreProgress)).toBe(2);
  expect(await rewrapKeys(rotating, ignoreProgress)).toBe(0);
  const after = await openProtection(testSecrets(testKey('t2', 9)), world.keyStore);
  expect(await showSubject({ ...world.deps, protection: after }, 'shop:1')).toHaveLength(2);
  await expect(showSubject(world.deps, 'shop:1')).rejects.toMatchObject({ code: 'PRIVACY_KEY_UNKNOWN' });
});

test('compacted files are searched through their reader, or named as not searched', async () => {
  await using world = await openWorld();
  await world.store.put('compacted/1.parquet', 'PAR1');
  const [, warehouse] = world.deps.copies;
  if (warehouse === undefined) throw new Error('no warehouse');
  expect(await eraseSubject(world.deps, { ...ada, isDryRun: true })).toMatchObject({
    unsearched: ['compacted/1.parquet'],
  });
  const [own] = await world.keyStore.ofSubject('shop:1');
  const copies = archiveCopies(world.store, async function* read() {
    await Promise.resolve();
    yield [`{"email":"enc1_${own?.keyId}_AAAA"}`];
  });
  const dry = await eraseSubject({ ...world.deps, copies: [copies] }, { ...ada, isDryRun: true });
  expect(dry.places).toContainEqual({ place: 'compacted/1.parquet', values: 1 });
  expect(dry.unsearched).toEqual([]);
});

test('the same address under another id or in another source is told', async () => {
  await using world = await openWorld();
  const { protection } = world.deps;
  const line = (subject: string, email: string): string =>
    JSON.stringify({
      email: protection.seal(subject, JSON.stringify(email)),
      email_token: protection.token('email', email).token,
    });
  const lines = [
    line('shop:1', 'ada@example.com'),
    line('stripe:cus_1', 'Ada@Example.com'),
    line('zendesk:9', 'x@y.de'),
  ];
  await protection.settle();
  await world.store.put('data/all.ndjson', `${lines.join('\n')}\n`);
  expect(await eraseSubject(world.deps, { ...ada, isDryRun: true })).toMatchObject({
    linked: ['stripe:cus_1'],
  });
});

test('a subject that is not written as one is refused', async () => {
  await using world = await openWorld();
  for (const subject of ['', '1', 'shop:', 'shop: 1', ':1'])
    await expect(showSubject(world.deps, subject)).rejects.toMatchObject({ code: 'PRIVACY_SUBJECT_INVALID' });
});
