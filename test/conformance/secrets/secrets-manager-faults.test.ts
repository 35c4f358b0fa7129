import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect, test } from 'vitest';
import { readSchedulerSettings } from '../../../cli/scheduler-settings.ts';
import { openSecretsBackend } from '../../../cli/secrets-part.ts';
import { describeError } from '../../../lib/errors.ts';
import { systemClock } from '../../../lib/clock.ts';
import type { SecretsBackend } from '../../../scheduler/secrets/secrets-backend.ts';
import { useTestCredentials } from '../../support/s3-credentials.ts';
import { startSecretsManagerDouble } from '../../support/secrets-manager-double.ts';
import type { SecretsFault, SecretsManagerDouble } from '../../support/secrets-manager-double.ts';
import { createHarness } from '../../integration/scheduler/harness.ts';

useTestCredentials();

interface Rig extends AsyncDisposable {
  readonly double: SecretsManagerDouble;
  readonly backend: SecretsBackend;
  readonly put: (name: string, text: string) => Promise<void>;
  readonly pass: (ms: number) => void;
}

/** The backend as configuration alone wires it, before the double. */
async function rig(settings = ''): Promise<Rig> {
  const double = await startSecretsManagerDouble();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-secrets-'));
  const file = path.join(folder, 'shopwave.yml');
  const lines = ['backend: aws_secrets_manager', 'region: eu-central-1', `endpoint: ${double.url}`, settings];
  await writeFile(file, `scheduler:\n  secrets: { ${lines.filter((each) => each !== '').join(', ')} }\n`);
  const { secrets } = await readSchedulerSettings({ SHOPWAVE_CONFIG: file });
  if (secrets === undefined) throw new Error('the settings name no backend');
  let now = 0;
  const closers: (() => Promise<void> | void)[] = [];
  const clock = { ...systemClock, monotonicMs: () => now };
  const backend = await openSecretsBackend(secrets, { clock, own: (close) => void closers.push(close) });
  const client = new SecretsManagerClient({ endpoint: double.url, region: 'eu-central-1' });
  return {
    double,
    backend,
    put: async (Name, SecretString) =>
      void (await client.send(new CreateSecretCommand({ Name, SecretString }))),
    pass: (ms) => void (now += ms),
    [Symbol.asyncDispose]: async () => {
      for (const close of closers) await close();
      client.destroy();
      await double[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** How often it is tried, and what is said in the end. */
const faults: readonly (readonly [fault: SecretsFault, tries: number, code: string])[] = [
  [{ code: 'AccessDeniedException', status: 400 }, 1, 'SECRETS_MANAGER_DENIED'],
  [{ code: 'UnrecognizedClientException', status: 400 }, 1, 'SECRETS_MANAGER_NO_CREDENTIALS'],
  [{ code: 'ThrottlingException', status: 400 }, 4, 'SECRETS_MANAGER_THROTTLED'],
  [{ code: 'InternalServiceError', status: 500 }, 4, 'SECRETS_MANAGER_FAILED'],
  [{ slowMs: 5000 }, 1, 'SECRETS_MANAGER_UNREACHABLE'],
  [{ garbage: 'hunter2 {' }, 1, 'SECRETS_MANAGER_FAILED'],
];

test.each(faults)(
  '%j is tried %i times and is %s, once more when asked again',
  async (fault, tries, code) => {
    // Between four tries that are throttled it waits up to four seconds.
    await using r = await rig('slowMs' in fault ? 'timeout: 2s' : 'timeout: 30s');
    await r.put('shopwave/connections/db', 'http://me:hunter2@h');
    r.double.inject(fault, tries);
    const error: unknown = await r.backend.getConnection('db').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, where: 'secret shopwave/connections/db' });
    // Neither what is shown nor what is kept beside it.
    expect(describeError(error)).not.toContain('hunter2');
    expect(error).not.toHaveProperty('cause');
    expect(r.double.asked).toHaveLength(tries);
    // A failure is not remembered.
    expect(await r.backend.getConnection('db')).toBe('http://me:hunter2@h');
    expect(r.double.refused).toEqual([]);
  },
);

test('throttled at first it waits and gets its answer', async () => {
  await using r = await rig();
  await r.put('shopwave/variables/day', 'monday');
  r.double.inject({ code: 'ThrottlingException', status: 400 }, 2);
  expect(await r.backend.getVariable('day')).toBe('monday');
  expect(r.double.asked).toHaveLength(3);
});

test('answers are remembered for as long as the settings say, also that there is none', async () => {
  await using r = await rig('cache: 5m');
  await r.put('shopwave/variables/day', 'monday');
  const read = async (): Promise<unknown> => [
    await r.backend.getVariable('day'),
    await r.backend.getVariable('none'),
  ];
  expect(await read()).toEqual(['monday', undefined]);
  r.pass(299_000);
  await r.put('shopwave/variables/none', 'there now');
  expect(await read()).toEqual(['monday', undefined]);
  expect(r.double.asked).toHaveLength(2);
  r.pass(2000);
  expect(await read()).toEqual(['monday', 'there now']);
});

test('prefixes, separator and patterns are settings; what is not asked for costs no request', async () => {
  const names =
    'variables_prefix: null, connections_prefix: prod, separator: ., connections_lookup_pattern: shop_';
  await using r = await rig(names);
  await r.put('prod.SHOP_db', 'http://h');
  expect(await r.backend.getConnection('SHOP_db')).toBe('http://h');
  expect(await r.backend.getConnection('my_shop_db')).toBeUndefined();
  expect(await r.backend.getVariable('day')).toBeUndefined();
  expect(r.double.asked).toEqual(['prod.SHOP_db']);
});

test('a task gets its connection from it before the environment, also in a process of its own, and its log hides it', async () => {
  await using r = await rig();
  await r.put('shopwave/connections/db', 'http://me:hunter2-of-aws@h');
  const run = `async (c) => {
    const { password } = await c.getConnection('db');
    c.logger.info('got ' + password + ' of ' + password.slice(-3));
  }`;
  const dag = `{ dagId: 'd', description: '', schedule: null, owner: 'x', tags: [], tasks: (t) => {
    t.task('here', { run: ${run} });
    t.task('apart', { run: ${run}, executor: 'process' });
  } }`;
  await using h = await createHarness({ d: dag });
  const env = { AIRFLOW_CONN_DB: 'http://me:hunter2-of-env@h' };
  const scheduler = await h.scheduler({ env, secretsBackend: r.backend });
  await scheduler.triggerDag('d', { runId: 'r' });
  await scheduler.runUntilIdle();
  for (const taskId of ['here', 'apart']) {
    const text = await scheduler.taskLog({ dagId: 'd', runId: 'r', taskId });
    expect(JSON.stringify(text)).toContain('got *** of aws');
    expect(JSON.stringify(text)).not.toContain('hunter2');
  }
  // Both of one cache.
  expect(r.double.asked).toEqual(['shopwave/connections/db']);
});
