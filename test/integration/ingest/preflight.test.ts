import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { readAllManifests, readChainOfManifests, readLines } from './archive.ts';
import { openRig } from './rig.ts';
import type { Rig } from './rig.ts';

const schema = `
  create table orders (id int primary key, total numeric, card text);
  create table notes (id int primary key, body text);
  insert into orders values (1, 10, '4242'); insert into notes values (1, 'a');`;
const tables = [
  { table: 'orders', key: ['id'], columns: ['id', 'total'] },
  { table: 'notes', key: ['id'], columns: ['id', 'body'] },
];

const code = (expected: string, message = /./): object => ({
  code: expected,
  message: expect.stringMatching(message) as string,
});

async function readyRig(): Promise<Rig> {
  const rig = await openRig(schema, tables);
  await rig.capture().setup();
  return rig;
}

describe('setup refuses a source that is not ready', () => {
  test('and says everything that is missing at once, leaving nothing behind', async () => {
    await using rig = await openRig(
      `create table orders (id int, total numeric);
       create table notes (id int primary key, text text, body text generated always as (text) stored);
       alter table notes replica identity full;`,
      tables,
    );
    const more = [...tables, { table: 'nowhere', key: ['id'], columns: ['id'] }];
    const error: unknown = await rig
      .capture({ tables: more })
      .setup()
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject(code('CAPTURE_NOT_READY', /^4 things/));
    const { message } = error as Error;
    for (const part of [
      'public.orders has no primary key',
      'alter table public.orders add primary key (id);',
      'alter table public.notes replica identity default;',
      'public.notes.body is generated',
      'public.nowhere does not exist',
    ]) {
      expect(message).toContain(part);
    }
    const left = await rig.shop.pool.query(
      'select (select count(*) from pg_publication) + (select count(*) from pg_replication_slots where database = current_database()) as n',
    );
    expect(left.rows).toEqual([{ n: '0' }]);
  });

  test('a user without rights gets the statements to run; with them it works', async () => {
    await using rig = await openRig(schema, tables);
    const user = `reader_${rig.slot}`;
    await rig.shop.pool.query(`create role ${user} login password 'sesame'`);
    try {
      const sourceUrl = Object.assign(new URL(rig.shop.url), { username: user, password: 'sesame' }).href;
      const capture = rig.capture({ sourceUrl });
      const error: unknown = await capture.setup().catch((caught: unknown) => caught);
      expect(error).toMatchObject(code('CAPTURE_NOT_READY', /alter role .* replication/));
      expect((error as Error).message).toMatch(/grant select \(id, total\) on public\.orders/);
      expect(JSON.stringify(error)).not.toContain('sesame');
      await rig.shop.pool.query(`
        alter role ${user} replication; grant select (id, total) on orders to ${user};
        grant select on notes to ${user};
        create table shopwave_heartbeat (slot text primary key, beat bigint not null, beaten_at timestamptz not null);
        create publication ${rig.slot} for table only orders (id, total), only notes (id, body)`);
      const noCanary: unknown = await capture.setup().catch((caught: unknown) => caught);
      expect((noCanary as Error).message).toMatch(
        /grant select, insert, update on public\.shopwave_heartbeat/,
      );
      expect((noCanary as Error).message).toMatch(/--canary off/);
      await rig.shop.pool.query(`
        grant select, insert, update on shopwave_heartbeat to ${user};
        alter publication ${rig.slot} add table only shopwave_heartbeat (slot, beat, beaten_at)`);
      expect(await capture.setup()).toMatchObject({ snapshot: 'taken', rows: 2 });
      await rig.shop.pool.query('insert into orders values (2, 20, $1)', ['4242']);
      expect(await capture.capture()).toMatchObject({ changes: 1 });
    } finally {
      await rig.shop.pool.query(`drop owned by ${user}; drop role ${user}`);
    }
  });

  test('rows that a policy would hide from the snapshot make it fail instead', async () => {
    await using rig = await openRig(schema, tables);
    const user = `policy_${rig.slot}`;
    await rig.shop.pool.query(`
      create role ${user} login replication password 'sesame'; grant select on orders, notes to ${user};
      alter table orders enable row level security; create policy half on orders using (id > 1);
      create publication ${rig.slot} for table only orders (id, total), only notes (id, body)`);
    try {
      const sourceUrl = Object.assign(new URL(rig.shop.url), { username: user, password: 'sesame' }).href;
      await expect(rig.capture({ sourceUrl, canary: false }).setup()).rejects.toMatchObject(
        code('CAPTURE_RIGHTS', /row-level security/),
      );
    } finally {
      await rig.shop.pool.query(`drop owned by ${user}; drop role ${user}`);
    }
  });

  test('a publication that lets out more, and a slot of somebody else, are left alone', async () => {
    await using rig = await openRig(schema, tables);
    await rig.shop.pool.query(`create publication ${rig.slot} for table orders, notes`);
    await expect(rig.capture().setup()).rejects.toMatchObject(
      code('CAPTURE_NOT_READY', /every column of orders/),
    );
    await rig.shop.pool.query(`drop publication ${rig.slot}`);
    await rig.shop.pool.query(`select pg_create_logical_replication_slot($1, 'pgoutput')`, [rig.slot]);
    await expect(rig.capture().setup()).rejects.toMatchObject(code('CAPTURE_SLOT_FOREIGN'));
    const slots = await rig.shop.pool.query('select from pg_replication_slots where slot_name = $1', [
      rig.slot,
    ]);
    expect(slots.rowCount).toBe(1);
  });

  test('an address that nobody answers, and a wrong password, are typed and carry no password', async () => {
    await using rig = await openRig(schema, tables);
    const nobody = rig.capture({ sourceUrl: 'postgres://u:sesame@127.0.0.1:1/shop' });
    await expect(nobody.setup()).rejects.toMatchObject({
      code: 'CAPTURE_SOURCE_UNREACHABLE',
      retryable: true,
      where: 'postgres://127.0.0.1:1/shop',
    });
    const absent = Object.assign(new URL(rig.shop.url), { pathname: '/no_such_database' }).href;
    await expect(rig.capture({ sourceUrl: absent }).setup()).rejects.toMatchObject({
      code: 'CAPTURE_SOURCE_REFUSED',
      retryable: false,
    });
  });

  test('changes before a snapshot', async () => {
    await using rig = await openRig(schema, tables);
    await rig.capture().setup();
    await rig.control.raw(`delete from ingest.capture`);
    await expect(rig.capture().capture()).rejects.toMatchObject(code('CAPTURE_STATE_LOST'));
    await rig.control.raw(`update ingest.chain set position = repeat('0', 16)`);
    await expect(rig.capture().capture()).rejects.toMatchObject(code('CAPTURE_NOT_SET_UP'));
    await expect(rig.capture().resync()).rejects.toMatchObject(code('CAPTURE_NOT_SET_UP'));
  });
});

describe('capture stops when the stream may have a gap', () => {
  const breaks: ReadonlyArray<readonly [string, (rig: Rig) => Promise<unknown>, string]> = [
    [
      'slot dropped',
      (rig) => rig.shop.pool.query('select pg_drop_replication_slot($1)', [rig.slot]),
      'CAPTURE_SLOT_MISSING',
    ],
    [
      'slot made again',
      async (rig) => {
        await rig.shop.pool.query('select pg_drop_replication_slot($1)', [rig.slot]);
        await rig.shop.pool.query('insert into orders values (9, 9, null)');
        await rig.shop.pool.query(`select pg_create_logical_replication_slot($1, 'pgoutput')`, [rig.slot]);
      },
      'CAPTURE_SLOT_AHEAD',
    ],
    [
      'slot of another plugin',
      async (rig) => {
        await rig.shop.pool.query('select pg_drop_replication_slot($1)', [rig.slot]);
        await rig.shop.pool.query(`select pg_create_logical_replication_slot($1, 'test_decoding')`, [
          rig.slot,
        ]);
      },
      'CAPTURE_SLOT_UNUSABLE',
    ],
    [
      'slot moved by somebody',
      async (rig) => {
        await rig.shop.pool.query('insert into orders values (9, 9, null)');
        await rig.shop.pool.query('select pg_replication_slot_advance($1, pg_current_wal_lsn())', [rig.slot]);
      },
      'CAPTURE_SLOT_AHEAD',
    ],
    [
      'publication dropped',
      (rig) => rig.shop.pool.query(`drop publication ${rig.slot}`),
      'CAPTURE_PUBLICATION_MISSING',
    ],
    [
      'publication made again, just as it was',
      (rig) =>
        rig.shop.pool.query(`drop publication ${rig.slot};
          create publication ${rig.slot} for table only orders (id, total), only notes (id, body)`),
      'CAPTURE_PUBLICATION_CHANGED',
    ],
    [
      'table taken out and put in again',
      (rig) =>
        rig.shop.pool.query(`alter publication ${rig.slot} drop table orders;
          alter publication ${rig.slot} add table only orders (id, total)`),
      'CAPTURE_PUBLICATION_CHANGED',
    ],
    [
      'column list widened',
      (rig) =>
        rig.shop.pool.query(
          `alter publication ${rig.slot} set table only orders (id, total, card), only notes (id, body)`,
        ),
      'CAPTURE_PUBLICATION_CHANGED',
    ],
    [
      'deletes no longer published',
      (rig) => rig.shop.pool.query(`alter publication ${rig.slot} set (publish = 'insert, update')`),
      'CAPTURE_PUBLICATION_CHANGED',
    ],
    ['table dropped', (rig) => rig.shop.pool.query('drop table orders'), 'CAPTURE_PUBLICATION_CHANGED'],
    [
      'replica identity full',
      (rig) => rig.shop.pool.query('alter table orders replica identity full'),
      'CAPTURE_REPLICA_IDENTITY',
    ],
    [
      'another cluster',
      (rig) => rig.control.raw(`update ingest.capture set system_identifier = '1'`),
      'CAPTURE_OTHER_CLUSTER',
    ],
    [
      'another timeline',
      (rig) => rig.control.raw('update ingest.capture set timeline = 9'),
      'CAPTURE_OTHER_TIMELINE',
    ],
    [
      'a log that ends before what was landed',
      (rig) => rig.control.raw(`update ingest.chain set position = '00FFFFFFFFFFFFFF'`),
      'CAPTURE_LOG_WENT_BACK',
    ],
  ];

  test.each(breaks)('%s', async (_, breakIt, expected) => {
    await using rig = await readyRig();
    await breakIt(rig);
    const before = await readChainOfManifests(rig.store);
    await expect(rig.capture().capture()).rejects.toMatchObject({
      code: expected,
      retryable: false,
      where: expect.stringContaining(rig.shop.name) as string,
    });
    expect(await readChainOfManifests(rig.store)).toEqual(before);
    // Once more: nothing was repaired behind anybody's back.
    await expect(rig.capture().capture()).rejects.toMatchObject({ code: expected });
  });

  test('another allow-list than the snapshot was taken with', async () => {
    await using rig = await readyRig();
    await expect(rig.capture({ tables: tables.slice(1) }).capture()).rejects.toMatchObject(
      code('CAPTURE_TABLES_CHANGED', /orders/),
    );
    const reordered = tables.map((each) => ({ ...each, columns: [...each.columns].reverse() })).reverse();
    expect(await rig.capture({ tables: reordered }).capture()).toMatchObject({ changes: 0, caughtUp: true });
  });

  test('a renamed column, before anything of it is landed', async () => {
    await using rig = await readyRig();
    await rig.shop.pool.query('insert into orders values (2, 20, null)');
    await rig.capture().capture();
    await rig.shop.pool.query(
      'alter table orders rename total to amount; insert into orders values (3, 30, null)',
    );
    await expect(rig.capture().capture()).rejects.toMatchObject(
      code('CAPTURE_PUBLICATION_CHANGED', /orders/),
    );
    await rig.shop.pool.query('alter table orders rename amount to total');
    // That it looks as before proves nothing: what was written under the other name still arrives with it.
    await expect(rig.capture().capture()).rejects.toMatchObject(code('CAPTURE_GAP_OPEN', /orders/));
    await rig.control.raw('update ingest_postgres.gap set mended_at = now()');
    await expect(rig.capture().capture()).rejects.toMatchObject(
      code('CAPTURE_UNEXPECTED_RELATION', /amount/),
    );
    const lines = await readLines(rig.store, await readAllManifests(rig.store), 'orders');
    expect(lines.map((each) => each.data['id'])).toEqual([undefined, '1', '2']);
  });

  test('a second reader of the slot: typed, worth another try, and nothing lost', async () => {
    await using rig = await readyRig();
    await rig.shop.pool.query('insert into orders values (2, 20, null)');
    const config: ConstructorParameters<typeof Client>[0] & { replication: string } = {
      connectionString: rig.shop.url,
      replication: 'database',
    };
    const reader = new Client(config);
    reader.on('error', () => {});
    await reader.connect();
    // Answers only when it is cut off.
    const stream = reader
      .query(
        `START_REPLICATION SLOT ${rig.slot} LOGICAL 0/0 (proto_version '1', publication_names '${rig.slot}')`,
      )
      .catch(() => {});
    await expect
      .poll(async () => {
        const slots = await rig.shop.pool.query(
          'select active from pg_replication_slots where slot_name = $1',
          [rig.slot],
        );
        return (slots.rows as Array<{ active: boolean }>)[0]?.active;
      })
      .toBe(true);
    await expect(rig.capture().capture()).rejects.toMatchObject({
      code: 'CAPTURE_SLOT_BUSY',
      retryable: true,
    });
    await rig.shop.pool.query(
      'select pg_terminate_backend(active_pid, 5000) from pg_replication_slots where slot_name = $1',
      [rig.slot],
    );
    await stream;
    await reader.end().catch(() => {});
    expect(await rig.capture().capture()).toMatchObject({ changes: 1 });
  });
});
