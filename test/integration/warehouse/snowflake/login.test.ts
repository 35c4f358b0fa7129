import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../../lib/clock.ts';
import type { Clock } from '../../../../lib/clock.ts';
import { silentLogger } from '../../../../lib/logger.ts';
import { openSnowflakeWarehouse } from '../../../../warehouse/snowflake/open.ts';
import type { SnowflakeSettingsInput } from '../../../../warehouse/snowflake/settings.ts';
import { openRig } from './rig.ts';
import type { Rig } from './rig.ts';

let rig: Rig;
let folder: string;
beforeAll(async () => {
  rig = await openRig();
  folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-login-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await rig[Symbol.asyncDispose]();
});
beforeEach(() => rig.double.faults.clear());

async function open(more: Partial<SnowflakeSettingsInput>, clock: Clock = systemClock): Promise<unknown> {
  const settings = { ...(rig.double.settings() as SnowflakeSettingsInput), ...more };
  const warehouse = await openSnowflakeWarehouse(settings, { clock, logger: silentLogger });
  try {
    return (await warehouse.query('select 1 as n'))[0]?.['n'];
  } finally {
    await warehouse.close();
  }
}

async function keyFile(passphrase?: string): Promise<string> {
  const file = path.join(folder, `key-${passphrase ?? 'open'}`);
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const cipher = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  await writeFile(file, privateKey.export({ format: 'pem', type: 'pkcs8', ...cipher }));
  return file;
}

test('a programmatic access token, and the token of a workload', async () => {
  const { token } = rig.double;
  expect(await open({ auth: { kind: 'token', token } })).toBe(1);
  const workload = { kind: 'workload-identity', provider: 'OIDC', token } as const;
  // The driver gives a workload's token to Snowflake's own hosts alone.
  await expect(open({ auth: workload })).rejects.toMatchObject({ code: 'WAREHOUSE_LOGIN_REFUSED' });
  process.env['SNOWFLAKE_WIF_ALLOWED_HOST_SUFFIXES'] = '127.0.0.1';
  expect(await open({ auth: workload })).toBe(1);
});

test('the wrong key, user or token is refused, and no secret is told', async () => {
  const refused = { code: 'WAREHOUSE_LOGIN_REFUSED' };
  const privateKeyPath = await keyFile();
  await expect(open({ auth: { kind: 'key-pair', privateKeyPath } })).rejects.toMatchObject(refused);
  await expect(open({ user: 'NOBODY' })).rejects.toMatchObject(refused);
  const token = 'secret-but-wrong';
  const error: unknown = await open({ auth: { kind: 'token', token } }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject(refused);
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error as object))).not.toContain(token);
});

test('a key that cannot be decrypted never gets to Snowflake', async () => {
  const before = rig.double.loginFailures.length;
  const privateKeyPath = await keyFile('correct');
  await expect(
    open({ auth: { kind: 'key-pair', privateKeyPath, passphrase: 'guess' } }),
  ).rejects.toMatchObject({
    code: 'WAREHOUSE_SETTINGS_INVALID',
  });
  expect(rig.double.loginFailures).toHaveLength(before);
});

test('a login that fails on the way is tried again', async () => {
  rig.double.faults.add({ on: 'login', do: { kind: 'status', status: 503 } });
  rig.double.faults.add({ on: 'login', do: { kind: 'reset-before' } });
  expect(await open({})).toBe(1);
});

test('a clock that is wrong is told from a key that is', async () => {
  rig.double.faults.add({ on: 'login', do: { kind: 'jwt-refused' } });
  const fast: Clock = { ...systemClock, now: () => new Date(Date.now() + 600_000) };
  await expect(open({}, fast)).rejects.toMatchObject({
    code: 'WAREHOUSE_CLOCK_SKEWED',
    message: expect.stringMatching(/(599|600|601) s ahead of Snowflake's/) as string,
  });
  rig.double.faults.add({ on: 'login', do: { kind: 'jwt-refused' } });
  await expect(open({})).rejects.toMatchObject({ code: 'WAREHOUSE_LOGIN_REFUSED' });
});
