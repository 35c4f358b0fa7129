import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MasterKeys } from '../../../../ingest/pci/master-keys.ts';
import { decrypt, encrypt, parseSealed, randomBytesOf } from '../../../../ingest/pci/sealed.ts';
import { SecretBytes } from '../../../../ingest/pci/secret-bytes.ts';
import { parseKeys } from '../../../../ingest/pci/key-provider.ts';
import { SubjectKeys } from '../../../../ingest/pci/subject-keys.ts';
import { memoryKeyStore, testKey } from '../../../support/protection.ts';

const master = new MasterKeys(parseKeys(testKey('t1', 1), 'test'));
const keyIdOf = (text: string): string => parseSealed(text)?.keyId ?? '';

test('what was encrypted decrypts with its key and binding, and with nothing else', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(), (plain, at) => {
      const key = new SecretBytes(randomBytesOf(32));
      const payload = encrypt(key, Buffer.from(plain), 'a');
      expect(decrypt(key, payload, 'a').equals(Buffer.from(plain))).toBe(true);
      const damaged = Buffer.from(payload);
      damaged[at % damaged.length] = (damaged[at % damaged.length] ?? 0) ^ 1;
      for (const attempt of [
        () => decrypt(key, payload, 'b'),
        () => decrypt(new SecretBytes(randomBytesOf(32)), payload, 'a'),
        () => decrypt(key, damaged, 'a'),
        () => decrypt(key, payload.subarray(0, 20), 'a'),
      ])
        expect(attempt).toThrowError(expect.objectContaining({ code: 'PRIVACY_VALUE_DAMAGED' }));
    }),
    { numRuns: 15 },
  );
});

test('equal values of one person look different, under one key', () => {
  const keys = new SubjectKeys(memoryKeyStore(), master);
  const [a, b, other] = [keys.seal('shop:1', 'x'), keys.seal('shop:1', 'x'), keys.seal('shop:2', 'x')];
  expect(a).not.toBe(b);
  expect(keyIdOf(a)).toBe(keyIdOf(b));
  expect(keyIdOf(other)).not.toBe(keyIdOf(a));
});

test('random bytes never repeat a piece', () => {
  const seen = Array.from({ length: 3_000 }, () => randomBytesOf(12).toString('hex'));
  expect(new Set(seen).size).toBe(seen.length);
});

test('settle waits for keys that another call is saving, and keeps those whose saving failed', async () => {
  const store = memoryKeyStore();
  let release = (): void => {};
  let failures = 1;
  const keys = new SubjectKeys(
    {
      ...store,
      add: async (added) => {
        await new Promise<void>((resolve) => (release = resolve));
        if (failures-- > 0) throw new Error('cut');
        await store.add(added);
      },
    },
    master,
  );
  const sealed = keys.seal('shop:1', 'x');
  const first = keys.settle();
  const second = keys.settle();
  const progress = { isSecondDone: false };
  void second.then(() => (progress.isSecondDone = true));
  await Promise.resolve();
  await Promise.resolve();
  expect(progress.isSecondDone).toBe(false);
  release();
  await expect(first).rejects.toThrowError('cut');
  while (!progress.isSecondDone) {
    release();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect([...store.keys.keys()]).toEqual([keyIdOf(sealed)]);
});

test('a person who was forgotten to save memory gets another key, and both are kept', async () => {
  const store = memoryKeyStore();
  const keys = new SubjectKeys(store, master, 2);
  const sealed = ['1', '2', '1', '3', '1', '4', '5', '6', '7', '1'].map((id) => keys.seal(`shop:${id}`, 'x'));
  await keys.settle();
  const own = new Set([0, 2, 4, 9].map((index) => keyIdOf(sealed[index] ?? '')));
  expect(own.size).toBe(2);
  expect((await store.ofSubject('shop:1')).map((each) => each.keyId).sort()).toEqual([...own].sort());
});

test('keys of an erased person are not kept any more', async () => {
  const store = memoryKeyStore();
  const keys = new SubjectKeys(store, master);
  keys.seal('shop:1', 'x');
  await keys.settle();
  await store.erase('shop:1', 'asked');
  keys.forget('shop:1');
  keys.seal('shop:1', 'y');
  await keys.settle();
  expect(store.keys.size).toBe(0);
});

test('a wrapped key belongs to its person and id; a retired master key still opens it', () => {
  const key = new SecretBytes(randomBytesOf(32));
  const wrapped = master.wrap('K', 'shop:1', key);
  expect(master.unwrap(wrapped).reveal().equals(key.reveal())).toBe(true);
  expect(() => master.unwrap({ ...wrapped, subject: 'shop:2' })).toThrowError();
  const rotated = new MasterKeys(parseKeys(`${testKey('t2', 2)} ${testKey('t1', 1)}`, 'test'));
  expect(rotated.unwrap(wrapped).reveal().equals(key.reveal())).toBe(true);
  expect(rotated.wrap('K', 'shop:1', key).wrappedBy).toBe('t2');
  const foreign = new MasterKeys(parseKeys(testKey('t3', 3), 'test'));
  expect(() => foreign.unwrap(wrapped)).toThrowError(
    expect.objectContaining({ code: 'PRIVACY_KEY_UNKNOWN' }),
  );
});
