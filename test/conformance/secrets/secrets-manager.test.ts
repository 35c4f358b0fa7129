import { randomBytes } from 'node:crypto';
import process from 'node:process';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { expect, test } from 'vitest';
import { openSecretsManager } from '../../../scheduler/secrets/aws/secrets-manager.ts';
import { parseConnection } from '../../../scheduler/secrets/connection.ts';
import { chainedSecrets, envSecrets } from '../../../scheduler/secrets/secrets-backend.ts';
import { useTestCredentials } from '../../support/s3-credentials.ts';
import { startSecretsManagerDouble } from '../../support/secrets-manager-double.ts';

// A real server that a lane has started; the double otherwise.
const server = process.env['SHOPWAVE_TEST_SECRETS_MANAGER'];
useTestCredentials();

const region = 'eu-central-1';

test(`connections and variables come from ${server ?? 'the double'} under Airflow's names`, async () => {
  const double = server === undefined ? await startSecretsManagerDouble() : undefined;
  const endpoint = double?.url ?? server ?? '';
  const root = `shopwave-${randomBytes(6).toString('hex')}`;
  const client = new SecretsManagerClient({ endpoint, region });
  const put = async (name: string, value: string | Uint8Array): Promise<void> => {
    const kept = typeof value === 'string' ? { SecretString: value } : { SecretBinary: value };
    await client.send(new CreateSecretCommand({ Name: `${root}/${name}`, ...kept }));
  };
  const backend = openSecretsManager({
    connectionsPrefix: `${root}/connections`,
    variablesPrefix: `${root}/variables`,
    separator: '/',
    region,
    endpoint,
    timeoutMs: 20_000,
  });
  try {
    await put('connections/uri', 'postgresql://me:p%40ss@db.example:5432/shop?sslmode=require');
    await put('connections/airflow', '{"conn_type": "http", "host": "api", "extra": {"token": "t-12345"}}');
    await put(
      'connections/rds',
      '{"engine": "postgres", "username": "u", "password": "p", "host": "h", "port": 5432, "dbname": "d", "dbInstanceIdentifier": "i"}',
    );
    await put('variables/day', 'monday');
    await put('variables/binary', Buffer.from('bytes'));
    await put('variables/gone', 'was here');
    await client.send(new DeleteSecretCommand({ SecretId: `${root}/variables/gone` }));

    const connection = async (id: string): Promise<unknown> =>
      parseConnection(id, (await backend.getConnection(id)) ?? '');
    expect(await connection('uri')).toMatchObject({
      connType: 'postgres',
      password: 'p@ss',
      extra: { sslmode: 'require' },
    });
    expect(await connection('airflow')).toMatchObject({ connType: 'http', extra: { token: 't-12345' } });
    expect(await connection('rds')).toMatchObject({
      connType: 'postgres',
      login: 'u',
      password: 'p',
      port: 5432,
      schema: 'd',
    });
    expect(await backend.getVariable('day')).toBe('monday');

    const chain = chainedSecrets([
      backend,
      envSecrets({ AIRFLOW_CONN_NONE: 'http://env', AIRFLOW_VAR_DAY: 'env' }),
    ]);
    expect(await backend.getConnection('none')).toBeUndefined();
    expect(await chain.getConnection('none')).toBe('http://env');
    expect(await chain.getVariable('day')).toBe('monday');

    await expect(backend.getVariable('gone')).rejects.toMatchObject({
      code: 'SECRETS_MANAGER_REFUSED',
      where: `secret ${root}/variables/gone`,
    });
    await expect(backend.getVariable('binary')).rejects.toMatchObject({ code: 'SECRETS_MANAGER_BINARY' });
  } finally {
    backend.close();
    client.destroy();
    await double?.[Symbol.asyncDispose]();
  }
  expect(double?.refused ?? []).toEqual([]);
});
