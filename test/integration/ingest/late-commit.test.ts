import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { startEmbeddedPostgres } from '../../../cli/local/embedded-postgres.ts';
import { systemClock } from '../../../lib/clock.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import type { ProgressEvent } from '../../../lib/progress.ts';
import { fold, readAllManifests, readLines } from './archive.ts';
import { openRig } from './rig.ts';

const orders = { table: 'orders', key: ['id'], columns: ['id'] };

test('a commit that is in the log but not yet seen is waited for, and who holds it up is named', async () => {
  await using rig = await openRig('select 1', [orders]);
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'shopwave-late-commit-'));
  // A standby that never answers: whoever wants to hear of it has committed, and nobody sees it.
  const server = await startEmbeddedPostgres({
    dataDir,
    logger: silentLogger,
    onProgress: ignoreProgress,
    settings: { synchronous_standby_names: 'nobody', synchronous_commit: 'local', fsync: 'off' },
  });
  const client = new Client({ connectionString: server.url('postgres') });
  const late = new Client({ connectionString: server.url('postgres'), application_name: 'late' });
  try {
    await Promise.all([client.connect(), late.connect()]);
    await client.query('create table orders (id int primary key); insert into orders values (1)');
    const events: ProgressEvent[] = [];
    const capture = rig.capture({
      sourceUrl: server.url('postgres'),
      onProgress: (event) => events.push(event),
      clock: { ...systemClock, monotonicMs: () => systemClock.monotonicMs() * 20 },
    });
    await capture.setup();
    await late.query(`set synchronous_commit = 'remote_apply'`);
    const commit = late.query('insert into orders values (2)');
    await expect
      .poll(
        async () =>
          (await client.query(`select from pg_stat_activity where wait_event = 'SyncRep'`)).rowCount,
      )
      .toBe(1);
    const resync = capture.resync({ tables: ['orders'] });
    await expect
      .poll(() => events.map((each) => each.note ?? '').join('\n'), { timeout: 20_000 })
      .toMatch(/process \d+ \(late, active\)/);
    await client.query(`select pg_cancel_backend(pid) from pg_stat_activity where application_name = 'late'`);
    await commit;
    expect(await resync).toMatchObject({ rows: 2 });
    await capture.capture();
    const rows = fold(await readLines(rig.store, await readAllManifests(rig.store), 'orders'), ['id']);
    expect([...rows.keys()].sort()).toEqual(['["1"]', '["2"]']);
  } finally {
    await Promise.all([client.end(), late.end()]);
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
});
