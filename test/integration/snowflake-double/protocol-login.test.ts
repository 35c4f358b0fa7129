import { generateKeyPairSync } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { protocolRig, refusal, run } from './protocol-client.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test('a key pair logs in, by name, with what the session is to stand in', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect({
    database: 'D',
    schema: 'S',
    warehouse: 'W',
    role: 'R',
    queryTag: 'mine',
  });
  const { statement } = await run(connection, 'select 1');
  expect(rig.seen.logins).toEqual([
    {
      user: 'SHOPWAVE',
      role: 'R',
      warehouse: 'W',
      database: 'D',
      schema: 'S',
      parameters: expect.objectContaining({ QUERY_TAG: 'mine' }),
    },
  ]);
  expect(rig.double.strange).toEqual([]);
  expect(
    (statement as unknown as { getSessionState: () => { getCurrentSchema: () => string } })
      .getSessionState()
      .getCurrentSchema(),
  ).toBe('S');
});

test('the key may lie under a passphrase', async () => {
  await using rig = await protocolRig();
  const { encryptedKeyPath, passphrase } = rig.double.keys;
  const connection = await rig.connect({ privateKeyPath: encryptedKeyPath, privateKeyPass: passphrase });
  expect((await run(connection, 'select 7')).rows).toEqual([{ N: 7 }]);
});

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const foreignKey = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();

test.each([
  {
    name: 'a foreign key',
    more: { privateKey: foreignKey, privateKeyPath: undefined },
    code: '390144',
    failure: 'JWT_TOKEN_INVALID_PUBLIC_KEY_FINGERPRINT_MISMATCH',
  },
  { name: 'another user', more: { username: 'EVE' }, code: '390144', failure: 'UNKNOWN_USER' },
  {
    name: 'another account',
    more: { account: 'elsewhere' },
    code: '390144',
    failure: 'JWT_TOKEN_INVALID_SUBJECT_IN_ISSUER',
  },
  {
    name: 'a password',
    more: { authenticator: 'SNOWFLAKE', password: 'secret' },
    code: '390100',
    failure: 'AUTHENTICATOR_NOT_ALLOWED',
  },
  {
    name: 'a token that was never given out',
    more: { authenticator: 'PROGRAMMATIC_ACCESS_TOKEN', token: 'made-up' },
    code: '390100',
    failure: 'BAD_TOKEN',
  },
])('$name is refused', async ({ more, code, failure }) => {
  await using rig = await protocolRig();
  expect(await refusal(rig.connect(more as object))).toMatchObject({ code });
  expect(rig.double.loginFailures).toEqual([failure]);
  expect(rig.seen.logins).toEqual([]);
});

test.each([
  { name: 'an hour fast', offsetMs: 3_600_000, failure: 'JWT_TOKEN_INVALID_EXPIRATION_TIME' },
  { name: 'ninety seconds fast', offsetMs: 90_000, failure: 'JWT_TOKEN_INVALID_ISSUE_TIME' },
  { name: 'an hour slow', offsetMs: -3_600_000, failure: 'JWT_TOKEN_INVALID_ISSUE_TIME' },
])('a client is refused by an account whose clock is $name', async ({ offsetMs, failure }) => {
  await using rig = await protocolRig();
  rig.double.clock.offsetMs = offsetMs;
  expect(await refusal(rig.connect())).toMatchObject({ code: '390144' });
  expect(rig.double.loginFailures).toEqual([failure]);
});

test('half a minute of skew is no reason to refuse', async () => {
  await using rig = await protocolRig();
  rig.double.clock.offsetMs = 30_000;
  await rig.connect();
  rig.double.clock.offsetMs = -30_000;
  await rig.connect();
  expect(rig.double.openSessions()).toBe(2);
});

test('a programmatic access token and a workload identity log in', async () => {
  await using rig = await protocolRig();
  const { token } = rig.double;
  await rig.connect({ authenticator: 'PROGRAMMATIC_ACCESS_TOKEN', token });
  const elsewhere = rig.connect({ account: 'elsewhere', authenticator: 'PROGRAMMATIC_ACCESS_TOKEN', token });
  expect(await refusal(elsewhere)).toMatchObject({ code: '390100' });
  // The driver gives a workload's token to hosts of Snowflake's alone, and to those that are named here.
  vi.stubEnv('SNOWFLAKE_WIF_ALLOWED_HOST_SUFFIXES', '127.0.0.1');
  await rig.connect({ authenticator: 'WORKLOAD_IDENTITY', workloadIdentityProvider: 'OIDC', token });
  expect(rig.seen.logins.map((each) => each.user)).toEqual(['SHOPWAVE', 'SHOPWAVE']);
});

test('what the engine refuses of a login reaches the client', async () => {
  await using rig = await protocolRig();
  expect(await refusal(rig.connect({ role: 'NOBODY' }))).toMatchObject({ code: '390189' });
});

test('every login is a session of its own, and a connection that ends it ends it', async () => {
  await using rig = await protocolRig();
  const first = await rig.connect();
  await rig.connect();
  expect(rig.double.openSessions()).toBe(2);
  await new Promise<void>((resolve) => {
    first.destroy(() => resolve());
  });
  expect(rig.double.openSessions()).toBe(1);
  expect(rig.seen.ended).toBe(1);
});

test('an account is prepared by its administrator before anybody logs in', async () => {
  await using rig = await protocolRig({ prepare: ['create database d', 'create warehouse w'] });
  expect(rig.seen.logins).toEqual([{ user: 'SHOPWAVE', role: 'ACCOUNTADMIN', parameters: {} }]);
  expect(rig.seen.ran.map((each) => each.sql)).toEqual(['create database d', 'create warehouse w']);
  expect(rig.double.statements).toEqual([]);
  expect(rig.seen.ended).toBe(1);
});
