import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Login } from '../../support/snowflake-double/contract.ts';
import { startDoubleOver } from '../../support/snowflake-double/double.ts';
import type { SnowflakeDouble } from '../../support/snowflake-double/double.ts';
import { launch } from '../../support/command.ts';
import type { Finished } from '../../support/command.ts';
import { AccountDouble } from '../../unit/warehouse-setup/account-double.ts';
import { makeTables } from '../../unit/warehouse-setup/setup-rig.ts';
import { accountEngine } from './account-engine.ts';

const account = new AccountDouble();
const logins: Login[] = [];
let double: SnowflakeDouble;
let folder: string;
let keyFile: string;

beforeAll(async () => {
  double = await startDoubleOver(accountEngine(account, logins));
  folder = await mkdtemp(path.join(os.tmpdir(), 'warehouse-setup-'));
  keyFile = path.join(folder, 'pipeline.pub');
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(keyFile, publicKey.export({ type: 'spki', format: 'pem' }));
});

afterAll(async () => {
  await double[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const role = 'arn:aws:iam::123456789012:role/shopwave-snowflake';
const planned = (): string[] => ['--pipeline-key', keyFile, '--archive-role', role];

/** The command as an administrator calls it, through the driver. */
async function warehouse(...args: readonly string[]): Promise<Finished> {
  const { account: name, accessUrl, user, auth } = double.settings();
  const env = {
    ...process.env,
    SHOPWAVE_ARCHIVE: 's3://an-archive/shop?region=eu-central-1',
    SHOPWAVE_SETUP_ALLOW_IP: '192.0.2.0/24, 198.51.100.7',
    SHOPWAVE_SNOWFLAKE_ACCOUNT: name,
    SHOPWAVE_SNOWFLAKE_URL: accessUrl,
    SHOPWAVE_SNOWFLAKE_USER: user,
    SHOPWAVE_SNOWFLAKE_PRIVATE_KEY_PATH: auth.privateKeyPath,
  };
  return await launch(['warehouse', ...args, ...planned()], { env, cwd: folder }).finished;
}

test('from an empty account to one without a difference, and what is too much is found and mended', async () => {
  const plan = await warehouse('setup', '--plan');
  expect(plan).toMatchObject({ code: 0, stderr: '' });
  expect(logins).toEqual([]);
  expect(plan.stdout).toContain("allowed_ip_list = ('192.0.2.0/24', '198.51.100.7')");
  expect(plan.stdout).toContain("url = 's3://an-archive/shop/'");

  const empty = await warehouse('check');
  expect(empty.code).toBe(1);
  expect(empty.stdout).toMatch(/missing +database SHOPWAVE/);

  const applied = await warehouse('setup', '--apply');
  expect(applied).toMatchObject({ code: 0 });
  expect(applied.stderr).toContain('note: nothing was taken away');
  const statements = plan.stdout.split('\n').filter((line) => line !== '' && !line.startsWith('--'));
  const sent = new Set(account.sent);
  expect(statements.filter((line) => !sent.has(line.slice(0, -1)))).toEqual([]);
  expect(logins.at(-1)).toMatchObject({
    role: 'ACCOUNTADMIN',
    warehouse: 'SHOPWAVE_ADHOC',
    database: 'SHOPWAVE',
  });
  expect(account.sent.filter((sql) => / (resume if suspended|suspend)$/.test(sql))).toEqual([]);

  makeTables(account);
  expect(await warehouse('setup', '--apply')).toMatchObject({ code: 0 });
  expect(await warehouse('check')).toMatchObject({ code: 0, stdout: expect.stringContaining('(no rows)') });

  account.run('grant usage on schema SHOPWAVE.RAW to role SHOPWAVE_ANALYST');
  const found = await warehouse('check', '-o', 'json');
  expect(found.code).toBe(1);
  expect(found.stderr).toContain('WAREHOUSE_SETUP_DIFFERS: 1 differences from the plan');
  expect(JSON.parse(found.stdout)).toEqual([
    {
      difference: 'too much',
      what: 'USAGE on schema SHOPWAVE.RAW to role SHOPWAVE_ANALYST',
      found: 'is there',
      planned: 'none',
      mend: 'revoke usage on schema SHOPWAVE.RAW from role SHOPWAVE_ANALYST;',
    },
  ]);
  const sql = await warehouse('check', '--sql');
  expect(sql.code).toBe(1);
  account.run(...sql.stdout.split('\n').flatMap((line) => (/^[a-z]/.test(line) ? [line.slice(0, -1)] : [])));
  expect(await warehouse('check')).toMatchObject({ code: 0 });
});

test('a statement that the account refuses is named, with its reason', async () => {
  account.state.things.delete('role SHOPWAVE_ADMIN');
  account.state.things.delete('role SYSADMIN');
  const failed = await warehouse('setup', '--apply');
  expect(failed.code).toBe(1);
  expect(failed.stderr).toMatch(/WAREHOUSE_SETUP_FAILED: .*role 'SYSADMIN' does not exist or not authorized/);
  expect(failed.stderr).toMatch(
    /where: +Roles, statement \d+ of \d+: grant role SHOPWAVE_ADMIN to role SYSADMIN/,
  );
});

test('a private key is refused before anything is connected to', async () => {
  const before = logins.length;
  const { auth } = double.settings();
  const refused = await warehouse('setup', '--apply', '--semantic-key', auth.privateKeyPath);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('WAREHOUSE_SETUP_PRIVATE_KEY') });
  expect(refused.stderr).toContain(auth.privateKeyPath);
  expect(logins.length).toBe(before);
});
