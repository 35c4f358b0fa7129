import { createHmac, hkdfSync } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { format, inspect } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { base32 } from '../../../../ingest/pci/base32.ts';
import { maskKinds, tokenPurposes } from '../../../../ingest/pci/field-rules.ts';
import { mask } from '../../../../ingest/pci/masks.ts';
import { defaultKeys, fileKeys, parseKeys, storedKeys } from '../../../../ingest/pci/key-provider.ts';
import { TokenRing } from '../../../../ingest/pci/token-ring.ts';
import { describeError } from '../../../../lib/errors.ts';
import { testKey, testProtection } from '../../../support/protection.ts';

const ring = (text: string): TokenRing => new TokenRing(parseKeys(text, 'test'));
const one = ring(testKey('k1', 1));

test('a token is the HMAC of the normal form under a key derived for its purpose', () => {
  const key = new Uint8Array(hkdfSync('sha256', Buffer.alloc(32, 1), '', 'shopwave:v2:token:email', 32));
  const mac = createHmac('sha256', key).update('ada@example.com').digest();
  const { token } = one.issue('email', '  Ada@Example.COM ');
  expect(token).toBe(`tkv2_k1_${base32(mac.subarray(0, 20))}`);
  expect(token).toMatch(/^tkv2_k1_[A-Z2-7]{32}$/);
});

test('base32 is that of RFC 4648, section 10', () => {
  const vectors = ['', 'MY', 'MZXQ', 'MZXW6', 'MZXW6YQ', 'MZXW6YTB', 'MZXW6YTBOI'];
  expect(vectors.map((_, length) => base32(Buffer.from('foobar'.slice(0, length))))).toEqual(vectors);
});

test('two writings of one address have one token, two addresses and two purposes never', () => {
  expect(one.issue('email', 'jose\u0301@x.de').token).toBe(one.issue('email', 'JOSÉ@x.de').token);
  expect(one.issue('name', ' Ada   Lovelace').token).toBe(one.issue('name', 'ada lovelace').token);
  expect(one.issue('phone', '+49 (30) 123-45').token).toBe(one.issue('phone', '+493012345').token);
  const tokens = tokenPurposes.map((purpose) => one.issue(purpose, '4242424242424242').token);
  expect(new Set(tokens).size).toBe(tokenPurposes.length);
  fc.assert(
    fc.property(fc.emailAddress(), fc.emailAddress(), (a, b) => {
      const isSame = a.toLowerCase() === b.toLowerCase();
      expect(one.issue('email', a).token === one.issue('email', b).token).toBe(isSame);
    }),
  );
});

test('while a key is retired both tokens are written, and they are the mapping', () => {
  const rotating = ring(`${testKey('k2', 2)},${testKey('k1', 1)}`);
  const issued = rotating.issue('email', 'ada@example.com');
  expect(issued.token).toMatch(/^tkv2_k2_/);
  expect(issued.before).toBe(one.issue('email', 'ada@example.com').token);
  expect(rotating.mapping('email', 'ada@example.com', 'k1', 'k2')).toEqual({
    from: issued.before,
    to: issued.token,
  });
  expect(one.issue('email', 'ada@example.com')).not.toHaveProperty('before');
});

test('a token is verified by the key that it names', () => {
  const rotating = ring(`${testKey('k2', 2)},${testKey('k1', 1)}`);
  const old = one.issue('email', 'ada@example.com').token;
  expect(rotating.verify('email', old, 'ADA@example.com')).toBe(true);
  expect(rotating.verify('email', old, 'eve@example.com')).toBe(false);
  expect(rotating.verify('name', old, 'ada@example.com')).toBe(false);
  expect(rotating.verify('email', 'tkv2_k1_SHORT', 'ada@example.com')).toBe(false);
  expect(() => one.verify('email', old.replace('k1', 'k9'), 'x')).toThrowError(
    expect.objectContaining({ code: 'PRIVACY_KEY_UNKNOWN' }),
  );
});

test('keys show themselves in no print, no JSON and no error', async () => {
  const text = testKey('k1', 65);
  const keys = parseKeys(text, 'test');
  const protection = await testProtection(text);
  const shown = [keys, one, protection, protection.master, protection.ring].flatMap((each) => [
    inspect(each, { depth: 20, showHidden: true }),
    JSON.stringify(each) ?? '',
    format('%s %o %j %O', each, each, each, each),
    String(keys[0].key),
  ]);
  const raw = Buffer.alloc(32, 65);
  for (const secret of [raw.toString('base64'), raw.toString('hex'), 'A'.repeat(32), '65, 65', '41 41 41'])
    expect(shown.filter((each) => each.includes(secret))).toEqual([]);
});

test('keys that are not written as they must be are refused, and the text is not repeated', () => {
  const secret = 'c2VjcmV0c2VjcmV0';
  for (const text of [
    '',
    secret,
    `K1:${secret}`,
    `k1:${secret}`,
    `${testKey('k1', 1)},${testKey('k1', 2)}`,
    `k1:!!${secret}`,
  ]) {
    const error = catchError(() => parseKeys(text, '$SHOPWAVE_TOKEN_KEYS'));
    expect(error).toMatchObject({ code: 'PRIVACY_KEYS_INVALID', where: '$SHOPWAVE_TOKEN_KEYS' });
    expect(describeError(error)).not.toContain(secret);
  }
});

test('the environment comes before the file', async () => {
  const environment = { SHOPWAVE_TOKEN_KEYS: testKey('env', 3) };
  const [{ kid }] = await defaultKeys(environment, '/nowhere/keys').tokenKeys();
  expect(kid).toBe('env');
  await expect(storedKeys(async () => undefined).tokenKeys()).rejects.toMatchObject({
    code: 'PRIVACY_KEYS_INVALID',
    where: 'SHOPWAVE_TOKEN_KEYS',
  });
});

test('a key file is made once, for its owner alone, by whoever comes first', async () => {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'shopwave-keys-'));
  try {
    const file = path.join(dir, 'secrets', 'token-keys');
    const made = await Promise.all(Array.from({ length: 8 }, () => fileKeys(file).tokenKeys()));
    const tokens = made.map((keys) => new TokenRing(keys).issue('email', 'a@b.c').token);
    expect(new Set(tokens).size).toBe(1);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(parseKeys(await readFile(file, 'utf8'), file)).toHaveLength(1);
    await chmod(file, 0o640);
    await expect(fileKeys(file).tokenKeys()).rejects.toMatchObject({ code: 'PRIVACY_KEYS_EXPOSED' });
    await writeFile(path.join(dir, 'flat'), '');
    await expect(fileKeys(path.join(dir, 'flat', 'keys')).tokenKeys()).rejects.toMatchObject({
      code: 'PRIVACY_KEYS_UNREADABLE',
    });
  } finally {
    await rm(dir, { recursive: true });
  }
});

test('masks keep what identifies nobody', () => {
  const masked = (value: string | null): unknown[] => maskKinds.map((kind) => mask(kind, value));
  expect(masked('ada@Example.com')).toEqual([true, 'a', 'example.com', 'ada', null]);
  expect(masked('1815-12-10')).toEqual([true, '1', null, '181', '1815']);
  expect(masked('  ')).toEqual([false, null, null, '', null]);
  expect(masked(null)).toEqual([false, null, null, null, null]);
});

function catchError(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}
