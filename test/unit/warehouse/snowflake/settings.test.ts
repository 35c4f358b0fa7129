import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseSnowflakeSettings, readPrivateKey } from '../../../../warehouse/snowflake/settings.ts';

const given = {
  account: 'acme-prod',
  user: 'LOADER',
  warehouse: 'LOAD_WH',
  database: 'SHOPWAVE',
  auth: { kind: 'key-pair', privateKeyPath: '/keys/loader.p8' },
} as const;

test('what is not said has a default', () => {
  expect(parseSnowflakeSettings(given)).toEqual({
    ...given,
    internalStage: '_META.LANDING',
    maxConnections: 8,
    statementTimeoutSec: 3_600,
    operateWarehouse: true,
    suspendAfterIdleMs: 30_000,
    resubmissions: 1,
  });
});

test('the URL of the external stage ends without a slash', () => {
  const settings = parseSnowflakeSettings({
    ...given,
    externalStage: { name: '_META.ARCHIVE', url: 's3://bucket/archive//' },
  });
  expect(settings.externalStage?.url).toBe('s3://bucket/archive');
});

const wrong = [
  ['account', { account: 'acme prod' }],
  ['account', { account: 'acme-prod.snowflakecomputing.com' }],
  ['warehouse', { warehouse: 'load wh; drop database x' }],
  ['database', { database: undefined }],
  ['auth.privateKeyPath', { auth: { kind: 'key-pair' } }],
  ['auth.kind', { auth: { kind: 'password', password: 'hunter2' } }],
  ['auth.token', { auth: { kind: 'token', token: '' } }],
  ['externalStage.url', { externalStage: { name: 'S', url: 'bucket/prefix' } }],
  ['maxConnections', { maxConnections: 0 }],
  ['accessUrl', { accessUrl: 'ftp://127.0.0.1' }],
  ['the settings', { pasword: 'hunter2' }],
] as const;

test.each(wrong)('an error names the field %s, and no value', (field, change) => {
  let error: unknown;
  try {
    parseSnowflakeSettings({ ...given, ...change });
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({ code: 'WAREHOUSE_SETTINGS_INVALID', retryable: false });
  expect((error as Error).message).toContain(`${field}: `);
  expect((error as Error).message).not.toContain('hunter2');
});

async function withKeys(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-keys-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const plain = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();

test('keys are read, encrypted or not', async () => {
  await withKeys(async (folder) => {
    const [open, locked] = [path.join(folder, 'open.p8'), path.join(folder, 'locked.p8')];
    await writeFile(open, plain);
    await writeFile(
      locked,
      privateKey.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'correct' }),
    );
    expect(await readPrivateKey(open, undefined)).toBe(plain);
    expect(await readPrivateKey(open, 'not needed')).toBe(plain);
    expect(await readPrivateKey(locked, 'correct')).toBe(plain);
    await expect(readPrivateKey(locked, 'guessed')).rejects.toMatchObject({
      code: 'WAREHOUSE_SETTINGS_INVALID',
      message: expect.stringMatching(/^auth\.passphrase: /) as string,
    });
    await expect(readPrivateKey(locked, undefined)).rejects.toThrow(
      /^auth\.passphrase: the key is encrypted/,
    );
  });
});

test('what is no RSA key is said to be none', async () => {
  await withKeys(async (folder) => {
    const file = path.join(folder, 'key');
    await expect(readPrivateKey(file, undefined)).rejects.toThrow(
      /^auth\.privateKeyPath: the key cannot be read/,
    );
    await writeFile(file, 'ssh-rsa AAAA');
    await expect(readPrivateKey(file, undefined)).rejects.toThrow(/^auth\.privateKeyPath: no RSA key/);
    const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    await writeFile(file, elliptic.export({ format: 'pem', type: 'pkcs8' }));
    await expect(readPrivateKey(file, undefined)).rejects.toThrow(/key of type ec/);
  });
});
