import { expect, test } from 'vitest';
import { holdingDrifted, resolveReleasing } from '../../../cli/hold-drifted.ts';
import { schemaResolve } from '../../../cli/operations/schema-decisions.ts';
import type { OperationContext } from '../../../cli/operations/operation.ts';
import { readChanges, resolveChanges } from '../../../ingest/drift/registry.ts';
import type { TableShape } from '../../../ingest/drift/shape.ts';
import { createDriftWatch } from '../../../ingest/drift/watch.ts';
import { openControlStore } from '../../../lib/control-store.ts';
import { systemClock } from '../../../lib/clock.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { withStatementHook } from '../../support/faulty-warehouse.ts';
import { openTransforms } from '../../support/platform-parts.ts';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import { createTestDatabase } from '../../support/postgres.ts';

const declared = [{ table: 'orders', key: ['id'], columns: ['id', 'status', 'channel'] }];

function orders(...names: string[]): TableShape[] {
  const ids = new Map([
    ['id', 1],
    ['status', 2],
    ['state', 2],
    ['channel', 3],
  ]);
  const columns = names.map((name) => ({
    name,
    type: 'text',
    id: ids.get(name) ?? 9,
    isKey: name === 'id',
  }));
  return [{ table: 'orders', id: 7, columns }];
}

test('a hold follows the open changes: written late, kept while one is left, released by the last decision', async () => {
  await using database = await createTestDatabase();
  const control = openControlStore(database.url);
  const drift = await createDriftWatch({ control, clock: systemClock, logger: silentLogger });
  const { warehouse, transforms } = await openTransforms();
  let shape = orders('id', 'status', 'channel');
  let isAway = false;
  const needs = {
    control: () => Promise.resolve(control),
    transforms: () => Promise.resolve(transforms),
    warehouse: () =>
      isAway ? Promise.reject(new Error('the warehouse is away')) : Promise.resolve(warehouse),
  };
  const watchShop = (): ReturnType<typeof drift.observeTables> =>
    drift.observeTables('shop', shape, declared);
  const look = (): Promise<unknown> => holdingDrifted(systemClock, { ...needs, watchShop })();
  const held = async (): Promise<unknown[]> =>
    (await warehouse.query('select reason from _meta.source_hold where released_at is null')).map(
      (row) => row['reason'],
    );
  await look();
  shape = orders('id', 'state');
  isAway = true;
  await expect(look()).rejects.toThrow('away');
  isAway = false;
  // The registry knows the changes by now; the hold is written all the same.
  await look();
  expect(await held()).toHaveLength(1);

  const platform = { ...needs, clock: systemClock, drift: () => Promise.resolve(drift) };
  const context = { platform, onProgress: ignoreProgress, signal: new AbortController().signal };
  const resolve = (id: number): Promise<unknown> =>
    schemaResolve.invoke({ id, reason: 'fine' }, context as unknown as OperationContext);
  const open = await readChanges(control, { source: 'shop', isOpen: true });
  expect(open.map(({ kind }) => kind).toSorted()).toEqual(['column_dropped', 'column_renamed']);
  const [first, second] = open.map(({ id }) => id);
  await resolve(first ?? 0);
  expect(await held()).toHaveLength(1);
  await resolve(second ?? 0);
  expect(await held()).toEqual([]);
  await look();
  expect(await held()).toEqual([]);
  await control.destroy();
  await warehouse.close();
});

test('a hold that a decision released and got no further is written again, by a process that has written it before', async () => {
  await using database = await createTestDatabase();
  const control = openControlStore(database.url);
  const drift = await createDriftWatch({ control, clock: systemClock, logger: silentLogger });
  const { warehouse: opened, transforms } = await openTransforms();
  const sent: string[] = [];
  const warehouse = withStatementHook<Warehouse>(opened, (sql) => void sent.push(sql));
  let beforeHold = (): Promise<void> => Promise.resolve();
  const decided: Warehouse = {
    ...warehouse,
    execute: async (sql, ...rest) => {
      if (sql.startsWith('insert into _meta.source_hold')) await beforeHold();
      return await warehouse.execute(sql, ...rest);
    },
  };
  let nowMs = 0;
  const clock = { ...systemClock, monotonicMs: () => nowMs };
  let shape = orders('id', 'status', 'channel');
  const needs = {
    control: () => Promise.resolve(control),
    transforms: () => Promise.resolve(transforms),
    warehouse: () => Promise.resolve(decided),
  };
  const look = holdingDrifted(clock, {
    ...needs,
    watchShop: () => drift.observeTables('shop', shape, declared),
  });
  const held = async (): Promise<unknown[]> =>
    (await opened.query('select table_name from _meta.source_hold where released_at is null')).map(
      (row) => row['table_name'],
    );
  await look();
  shape = orders('id', 'channel');
  await look();
  await look();
  expect(await held()).toEqual(['orders']);
  sent.length = 0;
  await look();
  expect(sent).toEqual([]);
  // The decision dies between the warehouse and the control store.
  const isResolved = (): boolean => true;
  const die = (): Promise<never> => Promise.reject(new Error('killed'));
  await expect(resolveReleasing(needs, clock, 'orders', { isResolved, resolve: die })).rejects.toThrow(
    'killed',
  );
  expect(await held()).toEqual([]);
  await look();
  expect(await held()).toEqual(['orders']);
  await look();
  // And so does one of another process, of which this one hears nothing.
  await opened.execute("update _meta.source_hold set released_at = timestamp '2026-01-01 00:00:00'");
  await look();
  expect(await held()).toEqual([]);
  nowMs = 3_600_000;
  await look();
  expect(await held()).toEqual(['orders']);
  // A look that comes in the midst of a decision holds nothing for good, wherever it stands in it.
  const resolve = async (): Promise<void> => {
    await look();
    expect(await held()).toEqual(['orders']);
    await resolveChanges(control, { source: 'shop', table: 'orders' }, 'fine', systemClock.now());
  };
  await resolveReleasing(needs, clock, 'orders', { isResolved, resolve });
  expect(await held()).toEqual([]);
  shape = orders('id');
  let isDecided = false;
  beforeHold = async () => {
    if (isDecided) return;
    isDecided = true;
    const close = (): Promise<unknown> =>
      resolveChanges(control, { source: 'shop', table: 'orders' }, 'fine', systemClock.now());
    await resolveReleasing(needs, clock, 'orders', { isResolved, resolve: close });
  };
  await look();
  expect(isDecided).toBe(true);
  expect(await held()).toEqual([]);
  await control.destroy();
  await opened.close();
});
