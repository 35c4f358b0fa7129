import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readSchedulerSettings } from '../../../cli/scheduler-settings.ts';
import type { SchedulerSettings } from '../../../cli/scheduler-settings.ts';

async function read(text: string, env: Readonly<Record<string, string>> = {}): Promise<SchedulerSettings> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-settings-'));
  const file = path.join(folder, 'shopwave.yml');
  try {
    await writeFile(file, text);
    return await readSchedulerSettings({ ...env, SHOPWAVE_CONFIG: file });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('what the file leaves out has a default, also within a group of settings', async () => {
  const defaults = { parallelism: 8, importTimeout: 30_000, logLimitMb: 20 };
  expect(await read('warehouse:\n  kind: duckdb\n')).toEqual({
    ...defaults,
    retention: { days: 90, runs: 20_000 },
  });
  const some = 'scheduler:\n  import_timeout: 5s\n  retention:\n    days: 7\n';
  expect(await read(some)).toEqual({
    ...defaults,
    importTimeout: 5000,
    retention: { days: 7, runs: 20_000 },
  });
});

test('secrets are none unless a backend is named; the environment has the last word', async () => {
  const backend = 'aws_secrets_manager';
  const defaults = {
    backend,
    connectionsPrefix: 'shopwave/connections',
    variablesPrefix: 'shopwave/variables',
    separator: '/',
    cache: 60_000,
    timeout: 10_000,
  };
  expect((await read('scheduler:\n  parallelism: 2\n')).secrets).toBeUndefined();
  expect((await read('', { SHOPWAVE_SECRETS_BACKEND: backend })).secrets).toEqual(defaults);
  const text =
    'scheduler:\n  secrets:\n    backend: aws_secrets_manager\n    variables_prefix: null\n    region: a\n';
  const env = { SHOPWAVE_SECRETS_REGION: 'b', SHOPWAVE_SECRETS_CONNECTIONS_PREFIX: 'prod/c' };
  expect((await read(text, env)).secrets).toEqual({
    ...defaults,
    variablesPrefix: null,
    connectionsPrefix: 'prod/c',
    region: 'b',
  });
});

test.each([
  ['scheduler:\n  secrets:\n    backend: vault\n', ':3'],
  ['scheduler:\n  secrets:\n    connections_prefix: a\n', ':2'],
  ['scheduler:\n  secrets: { backend: aws_secrets_manager,\n    variables_lookup_pattern: "(" }\n', ':3'],
  ['scheduler:\n  retention:\n    days: 0\n', ':3'],
  ['scheduler:\n  parallelism: many\n', ':2'],
  ['scheduler:\n  import_timeout: soon\n', ':2'],
  ['scheduler:\n  retries: 3\n', ':2'],
])('%j is refused with its line', async (text, line) => {
  await expect(read(text)).rejects.toMatchObject({
    code: 'CLI_CONFIG_INVALID',
    where: expect.stringContaining(line),
  });
});
