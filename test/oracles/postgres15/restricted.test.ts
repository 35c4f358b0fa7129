import { expect, test } from 'vitest';
import { fold, readAllManifests, readLines, readSource } from '../../integration/ingest/archive.ts';
import { openRig } from '../../integration/ingest/rig.ts';

const orders = { table: 'orders', key: ['id'], columns: ['id', 'total'] };
const schema = `create table orders (id int primary key, total numeric, card text);
  insert into orders select i, i, '4242' from generate_series(1, 100) i;`;

test('PostgreSQL 15 through TLS, with a role that may read two columns and replicate', async () => {
  await using rig = await openRig(schema, [orders]);
  const { pool } = rig.shop;
  const [server] = (await pool.query('select current_setting($1)::int as version', ['server_version_num']))
    .rows as Array<{
    version: number;
  }>;
  expect(Math.floor((server?.version ?? 0) / 10_000)).toBe(15);
  const user = `restricted_${rig.slot}`;
  await pool.query(`
    revoke all on schema public from public; grant usage on schema public to public;
    create table shopwave_heartbeat (slot text primary key, beat bigint not null, beaten_at timestamptz not null);
    create publication ${rig.slot} for table only orders (id, total), only shopwave_heartbeat (slot, beat, beaten_at);
    create role ${user} login replication password 'sesame'; grant select (id, total) on orders to ${user};
    grant select, insert, update on shopwave_heartbeat to ${user};`);
  try {
    const url = Object.assign(new URL(rig.shop.url), { username: user, password: 'sesame' });
    for (const mode of ['verify-ca', 'verify-full']) {
      url.searchParams.set('sslmode', mode);
      const capture = rig.capture({ sourceUrl: url.href });
      await capture.setup();
      await pool.query(`insert into orders select 100 + count(*), 1, '4242' from orders`);
      expect(await capture.capture()).toMatchObject({ changes: 1, caughtUp: true });
    }
    expect(fold(await readLines(rig.store, await readAllManifests(rig.store), 'orders'), ['id'])).toEqual(
      await readSource(rig.shop, orders),
    );
    const resync = rig.capture({ sourceUrl: url.href });
    expect(await resync.resync({ tables: ['orders'] })).toMatchObject({ rows: 102 });
    expect((await resync.check()).problems).toEqual([]);
    expect((await resync.status()).findings.length).toBeGreaterThan(2);
    const encrypted = await pool.query(
      'select bool_and(ssl) as all from pg_stat_ssl s join pg_stat_activity a using (pid) where a.client_addr is not null',
    );
    expect(encrypted.rows).toEqual([{ all: true }]);

    url.searchParams.delete('sslrootcert');
    await expect(rig.capture({ sourceUrl: url.href }).status()).rejects.toMatchObject({
      code: 'CAPTURE_SOURCE_UNTRUSTED',
      retryable: false,
      message: expect.not.stringContaining('sesame') as string,
    });
    url.searchParams.set('sslmode', 'disable');
    await expect(rig.capture({ sourceUrl: url.href }).status()).rejects.toMatchObject({
      code: 'CAPTURE_SOURCE_REFUSED',
    });
  } finally {
    await pool.query(`drop owned by ${user}; drop role ${user}`);
  }
});
