import { expect, test } from 'vitest';
import { openProtection } from '../../../../ingest/pci/open-protection.ts';
import { openSubjectKeyStore } from '../../../../ingest/pci/subject-key-store.ts';
import { testSecrets } from '../../../support/protection.ts';
import { openKeyDatabase } from './key-database.ts';

test('keys are durable after settle, found by person, and gone after erasing', async () => {
  await using db = await openKeyDatabase();
  const store = await openSubjectKeyStore(db.control);
  const protection = await openProtection(testSecrets(), store);
  for (let id = 0; id < 12_000; id += 1) protection.seal(`shop:${id}`, `"${id}@example.com"`);
  await protection.settle();
  await protection.settle();
  const [{ count } = { count: '' }] = await db.control.from('privacy.subject_key').count();
  expect(count).toBe('12000');
  const own = await store.ofSubject('shop:7');
  expect(own).toHaveLength(1);
  expect(own.map((key) => protection.master.unwrap(key).reveal().length)).toEqual([32]);

  expect(await store.tombstone('shop:7')).toBeUndefined();
  const stone = await store.erase('shop:7', 'asked for by letter');
  expect(stone).toMatchObject({
    subject: 'shop:7',
    reason: 'asked for by letter',
    keyIds: own.map((key) => key.keyId),
  });
  expect(await store.tombstone('shop:7')).toEqual(stone);
  await store.add(own);
  expect(await store.ofSubject('shop:7')).toEqual([]);
  expect(await store.erase('shop:7', 'again')).toEqual(stone);
  expect(await store.ofSubject('shop:8')).toHaveLength(1);
});

test('a key that is added while its person is erased is not left behind', async () => {
  await using db = await openKeyDatabase();
  const store = await openSubjectKeyStore(db.control);
  const protection = await openProtection(testSecrets(), store);
  for (let round = 0; round < 20; round += 1) {
    const subject = `shop:${round}`;
    protection.seal(subject, 'x');
    await Promise.all([protection.settle(), store.erase(subject, 'asked'), store.erase(subject, 'asked')]);
    expect(await store.ofSubject(subject)).toEqual([]);
  }
});

test('keys are wrapped anew, so that a master key can be retired', async () => {
  await using db = await openKeyDatabase();
  const store = await openSubjectKeyStore(db.control);
  const before = await openProtection(testSecrets(), store);
  for (let id = 0; id < 25; id += 1) before.seal(`shop:${id}`, 'x');
  await before.settle();
  const [key] = await store.ofSubject('shop:3');
  if (key === undefined) throw new Error('no key');
  expect(await store.wrappedByOthers('t1', 10)).toEqual([]);
  expect(await store.wrappedByOthers('t2', 10)).toHaveLength(10);
  await store.rewrap([{ ...key, wrapped: Buffer.from([1, 2]), wrappedBy: 't2' }]);
  expect(await store.ofSubject('shop:3')).toEqual([
    { ...key, wrapped: Buffer.from([1, 2]), wrappedBy: 't2' },
  ]);
  expect(await store.wrappedByOthers('t1', 10)).toHaveLength(1);
});
