import { describe, expect, it } from 'vitest';
import { connectionOptions } from '../../../../warehouse/snowflake/connect.ts';
import { parseSnowflakeSettings } from '../../../../warehouse/snowflake/settings.ts';
import type { SnowflakeSettingsInput } from '../../../../warehouse/snowflake/settings.ts';

const account = {
  account: 'shop-eu',
  user: 'SHOPWAVE_SEMANTIC',
  warehouse: 'SEMANTIC_WH',
  database: 'SHOPWAVE',
};

const cases: readonly (readonly [SnowflakeSettingsInput['auth'], object])[] = [
  [
    { kind: 'workload-identity', provider: 'AWS' },
    { authenticator: 'WORKLOAD_IDENTITY', workloadIdentityProvider: 'AWS' },
  ],
  [
    { kind: 'workload-identity', provider: 'OIDC', token: 'vouched' },
    { authenticator: 'WORKLOAD_IDENTITY', workloadIdentityProvider: 'OIDC', token: 'vouched' },
  ],
  [
    { kind: 'token', token: 'secret' },
    { authenticator: 'PROGRAMMATIC_ACCESS_TOKEN', token: 'secret' },
  ],
];

describe('a login', () => {
  it.each(cases)('%j', async (auth, expected) => {
    const options = await connectionOptions(parseSnowflakeSettings({ ...account, auth }));
    expect(options).toMatchObject({
      account: 'shop-eu',
      username: 'SHOPWAVE_SEMANTIC',
      warehouse: 'SEMANTIC_WH',
      database: 'SHOPWAVE',
      clientSessionKeepAlive: false,
      ...expected,
    });
  });

  it('names role and address only where they are given', async () => {
    const auth = { kind: 'token', token: 'x' } as const;
    const more = { role: 'SEMANTIC', accessUrl: 'http://127.0.0.1:1' };
    expect(await connectionOptions(parseSnowflakeSettings({ ...account, auth, ...more }))).toMatchObject(
      more,
    );
    expect(await connectionOptions(parseSnowflakeSettings({ ...account, auth }))).not.toHaveProperty('role');
  });
});
