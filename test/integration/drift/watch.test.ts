import { expect, test } from 'vitest';
import { migrateDrift, readChanges, readShapes, resolveChanges } from '../../../ingest/drift/registry.ts';
import { createDriftWatch } from '../../../ingest/drift/watch.ts';
import type { DriftWatch } from '../../../ingest/drift/watch.ts';
import { readCatalogue } from '../../../ingest/postgres/catalogue.ts';
import { connectSource } from '../../../ingest/postgres/source-connection.ts';
import { systemClock } from '../../../lib/clock.ts';
import { openControlStore } from '../../../lib/control-store.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import type { TestDatabase } from '../../support/postgres.ts';

const declared = [{ table: 'orders', key: ['id'], columns: ['id', 'total', 'state'] }];

interface Rig {
  readonly shop: TestDatabase;
  readonly watch: DriftWatch;
  readonly look: () => Promise<string[]>;
  readonly open: () => Promise<string[]>;
  readonly control: ReturnType<typeof openControlStore>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

async function openRig(): Promise<Rig> {
  const shop = await createTestDatabase();
  const database = await createTestDatabase();
  const control = openControlStore(database.url);
  const watch = await createDriftWatch({ control, clock: systemClock, logger: silentLogger });
  const source = await connectSource(shop.url);
  return {
    shop,
    watch,
    control,
    look: async () => {
      const changes = await watch.observeTables('shop', await readCatalogue(source), declared);
      return changes.map(({ kind, column, after }) => `${kind} ${column ?? ''} ${after ?? ''}`);
    },
    open: async () =>
      (await readChanges(control, { isOpen: true })).map(({ kind, column }) => `${kind} ${column ?? ''}`),
    [Symbol.asyncDispose]: async () => {
      await source.close();
      await control.destroy();
      await shop[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

test('what DDL does at the source is seen by the next look, once, and stays open until it is resolved', async () => {
  await using rig = await openRig();
  const { pool } = rig.shop;
  await pool.query('create table orders (id int primary key, total numeric(12,2), state text)');
  expect(await rig.look()).toEqual([]);
  await pool.query('alter table orders add gift text; create table later (id int)');
  expect(await rig.look()).toEqual(['table_added  later', 'column_added gift text']);
  expect(await rig.look()).toEqual([]);
  await pool.query('alter table orders rename total to amount');
  await pool.query('alter table orders alter id type bigint, drop state');
  expect(await rig.look()).toEqual([
    'column_dropped state ',
    'type_widened id bigint',
    'column_renamed total amount',
  ]);
  await pool.query('drop table orders');
  expect(await rig.look()).toEqual(['table_dropped  ']);
  expect((await readShapes(rig.control, 'shop')).filter(({ table }) => table === 'orders')).toMatchObject([
    { version: 1 },
    { version: 2 },
    { version: 3, goneAt: expect.any(Date) },
  ]);
  expect(await rig.open()).toHaveLength(6);
  const filter = { source: 'shop', table: 'orders', column: 'gift' };
  expect(await resolveChanges(rig.control, filter, 'not wanted', new Date())).toBe(1);
  expect(await rig.open()).not.toContain('column_added gift');
});

test('two looks at once record a change once', async () => {
  await using rig = await openRig();
  await rig.shop.pool.query('create table orders (id int primary key)');
  await rig.look();
  await rig.shop.pool.query('alter table orders add gift text');
  const shapes = await rig.look();
  const again = await Promise.all([rig.look(), rig.look()]);
  expect([shapes, ...again].flat()).toEqual(['column_added gift text']);
  expect(await rig.open()).toEqual(['column_added gift']);
});

test('what objects of an API show is one open change, counted', async () => {
  await using rig = await openRig();
  await migrateDrift(rig.control);
  const unknown = {
    table: 'charges',
    kind: 'unknown',
    path: 'risk.score',
    type: 'number',
    objects: 3,
  } as const;
  await rig.watch.observeObjects('stripe', [unknown]);
  await rig.watch.observeObjects('stripe', [unknown, { ...unknown, kind: 'vanished', type: 'absent' }]);
  const changes = await readChanges(rig.control, { source: 'stripe' });
  expect(changes).toMatchObject([
    { kind: 'field_vanished', column: 'risk.score', objects: 3 },
    { kind: 'field_unknown', column: 'risk.score', after: 'number', objects: 6, severity: 'warn' },
  ]);
});
