import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeError } from '../../../lib/errors.ts';
import { readWarehouseSettings } from '../../../cli/warehouse-settings.ts';

let folder = '';
let file = '';

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-config-'));
  file = path.join(folder, 'shopwave.yml');
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const connected = {
  SHOPWAVE_WAREHOUSE: 'snowflake',
  SHOPWAVE_SNOWFLAKE_ACCOUNT: 'org-acc',
  SHOPWAVE_SNOWFLAKE_USER: 'PIPELINE',
  SHOPWAVE_SNOWFLAKE_WAREHOUSE: 'TRANSFORM',
  SHOPWAVE_SNOWFLAKE_DATABASE: 'SHOPWAVE',
  SHOPWAVE_SNOWFLAKE_PRIVATE_KEY_PATH: '/keys/pipeline.p8',
};

async function writeConfig(text: string): Promise<Record<string, string>> {
  await writeFile(file, text);
  return { SHOPWAVE_CONFIG: file };
}

test('nothing said is DuckDB; the flag, the environment, the file and the folder decide in this order', async () => {
  expect(await readWarehouseSettings({ env: {} })).toEqual({ kind: 'duckdb' });
  const inFile = await writeConfig('warehouse: { kind: duckdb }\n');
  const all = { env: { ...connected, ...inFile }, remembered: 'duckdb' } as const;
  expect((await readWarehouseSettings({ ...all, flag: 'duckdb' })).kind).toBe('duckdb');
  expect((await readWarehouseSettings(all)).kind).toBe('snowflake');
  const { SHOPWAVE_WAREHOUSE: _kind, ...rest } = connected;
  expect((await readWarehouseSettings({ env: { ...rest, ...inFile }, remembered: 'snowflake' })).kind).toBe(
    'duckdb',
  );
  expect((await readWarehouseSettings({ env: rest, remembered: 'snowflake' })).kind).toBe('snowflake');
});

test('DuckDB may be given more memory, by the file or the environment, and by nothing that is no amount', async () => {
  const inFile = await writeConfig('warehouse: { duckdb: { memory_limit: 2GB } }\n');
  expect(await readWarehouseSettings({ env: inFile })).toEqual({ kind: 'duckdb', memoryLimit: '2GB' });
  const env = { ...inFile, SHOPWAVE_DUCKDB_MEMORY_LIMIT: '900MB' };
  expect(await readWarehouseSettings({ env })).toEqual({ kind: 'duckdb', memoryLimit: '900MB' });
  await expect(
    readWarehouseSettings({ env: { SHOPWAVE_DUCKDB_MEMORY_LIMIT: 'much' } }),
  ).rejects.toMatchObject({ code: 'CLI_SETTING_INVALID', where: 'SHOPWAVE_DUCKDB_MEMORY_LIMIT' });
  const wrong = await writeConfig('warehouse:\n  duckdb:\n    memory_limit: 80%\n');
  await expect(readWarehouseSettings({ env: wrong })).rejects.toMatchObject({
    code: 'CLI_CONFIG_INVALID',
    where: `${file}:3`,
  });
});

test('the file says it all, the environment has the last word, and metrics have a role of their own', async () => {
  const inFile = await writeConfig(`
warehouse:
  kind: snowflake
  snowflake:
    account: org-acc
    user: PIPELINE
    role: TRANSFORMER
    warehouse: TRANSFORM
    database: SHOPWAVE
    auth: { kind: workload-identity, provider: AWS }
    external_stage: { name: _META.ARCHIVE, url: s3://bucket/archive/ }
    max_connections: 4
    semantic: { user: METRICS, role: SEMANTIC, warehouse: METRICS_WH }
`);
  const env = {
    ...inFile,
    SHOPWAVE_SNOWFLAKE_DATABASE: 'OTHER',
    SHOPWAVE_SNOWFLAKE_SEMANTIC_WAREHOUSE: 'BIG',
  };
  const choice = await readWarehouseSettings({ env });
  expect(choice).toMatchObject({
    kind: 'snowflake',
    pipeline: {
      account: 'org-acc',
      user: 'PIPELINE',
      role: 'TRANSFORMER',
      warehouse: 'TRANSFORM',
      database: 'OTHER',
      auth: { kind: 'workload-identity', provider: 'AWS' },
      externalStage: { name: '_META.ARCHIVE', url: 's3://bucket/archive' },
      maxConnections: 4,
      operateWarehouse: true,
    },
    semantic: { user: 'METRICS', role: 'SEMANTIC', warehouse: 'BIG', database: 'OTHER' },
  });
});

test('a wrong line is named, a missing setting too, and no secret is told', async () => {
  const inFile = await writeConfig(
    'warehouse:\n  kind: snowflake\n  snowflake:\n    acount: x\n    user: 5\n',
  );
  await expect(readWarehouseSettings({ env: { ...connected, ...inFile } })).rejects.toMatchObject({
    code: 'CLI_CONFIG_INVALID',
    where: expect.stringMatching(/shopwave\.yml:[345]$/),
  });
  const unknown = await writeConfig('warehouse:\n  kind: bigquery\n');
  await expect(readWarehouseSettings({ env: unknown })).rejects.toMatchObject({ where: `${file}:2` });
  await expect(readWarehouseSettings({ env: await writeConfig('a: [1\nb: 2\n') })).rejects.toMatchObject({
    code: 'CLI_CONFIG_INVALID',
    where: expect.stringContaining(`${file}:`),
  });
  await expect(readWarehouseSettings({ env: { SHOPWAVE_WAREHOUSE: 'snowflake' } })).rejects.toMatchObject({
    remedy: expect.stringContaining('SHOPWAVE_SNOWFLAKE_'),
  });
  await expect(readWarehouseSettings({ env: { SHOPWAVE_WAREHOUSE: 'bigquery' } })).rejects.toMatchObject({
    code: 'CLI_SETTING_INVALID',
    where: 'SHOPWAVE_WAREHOUSE',
  });
  await expect(readWarehouseSettings({ env: { SHOPWAVE_CONFIG: '/nowhere.yml' } })).rejects.toMatchObject({
    code: 'CLI_CONFIG_INVALID',
  });
  const secret = 'hunter2-token';
  const wrong = {
    ...connected,
    SHOPWAVE_SNOWFLAKE_PRIVATE_KEY_PATH: undefined,
    SHOPWAVE_SNOWFLAKE_ACCOUNT: 'not an account',
    SHOPWAVE_SNOWFLAKE_TOKEN: secret,
  };
  const error: unknown = await readWarehouseSettings({ env: wrong }).catch((thrown: unknown) => thrown);
  expect(describeError(error)).not.toContain(secret);
  expect(describeError(error)).toContain('account');
});

test('what is misspelt, missing or said twice is told by the name that it has in the file', async () => {
  await expect(
    readWarehouseSettings({ env: await writeConfig('warehuose: { kind: snowflake }\n') }),
  ).rejects.toMatchObject({
    message: '"warehuose" is no section; there is warehouse, scheduler, semantic',
    where: `${file}:1`,
  });
  const stray = await writeConfig(
    'warehouse:\n  kind: snowflake\n  snowflake:\n    user: A\n    private_key_passphrase: x\n',
  );
  await expect(readWarehouseSettings({ env: { ...connected, ...stray } })).rejects.toMatchObject({
    message: 'warehouse.snowflake.private_key_passphrase is no setting',
    where: `${file}:5`,
  });
  const bare = { SHOPWAVE_WAREHOUSE: 'snowflake', SHOPWAVE_SNOWFLAKE_ACCOUNT: 'org-acc' };
  await expect(readWarehouseSettings({ env: bare })).rejects.toMatchObject({
    message: expect.stringMatching(/user: it is missing; .*database: it is missing; .*auth: it is missing/),
  });
  await expect(
    readWarehouseSettings({ env: { ...connected, SHOPWAVE_SNOWFLAKE_TOKEN: 'x' } }),
  ).rejects.toMatchObject({ code: 'CLI_SETTING_INVALID', message: expect.stringContaining('_TOKEN') });
  const own = { ...connected, SHOPWAVE_SNOWFLAKE_SEMANTIC_TOKEN: 'metrics' };
  expect(await readWarehouseSettings({ env: own })).toMatchObject({
    pipeline: { auth: { kind: 'key-pair' } },
    semantic: { auth: { kind: 'token', token: 'metrics' } },
  });
});
