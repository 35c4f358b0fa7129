import type { Knex } from 'knex';
import { rebuildFromArchive } from '../../ingest/archive/rebuild.ts';
import { retentionRules } from '../../ingest/archive/retention-rules.ts';
import { openControlStore } from '../../lib/control-store.ts';
import type { Transforms } from '../../transforms/engine/transforms.ts';
import type { DuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';
import type { ArchiveWorld } from './archive-world.ts';
import { openTransforms } from './platform-parts.ts';
import { createTestDatabase } from './postgres.ts';
import { hexPosition } from './raw-log.ts';
import type { LogEntry } from './raw-log.ts';
import { lineRow, orderRow, paymentRow, productRow, refundRow, removal } from './shop-rows.ts';

/** Three years, and what staging has read. */
export const retentionOptions = { rules: retentionRules, keepDays: 3 * 365, consumed: '_meta.staged_batch' };

export const old = '2022-03-01';
const recent = '2026-03-01';
export const oldAt = { placed_at: `${old} 12:00:00+00`, updated_at: `${old} 12:00:00+00` };

/** A warehouse that is filled from the archive, as the platform fills it. */
export interface Home {
  readonly warehouse: DuckdbWarehouse;
  readonly transforms: Transforms;
  readonly control: Knex;
  /** Loads what is new; stages and builds unless told. */
  readonly catchUp: () => Promise<void>;
  readonly load: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export async function openHome(world: ArchiveWorld): Promise<Home> {
  const database = await createTestDatabase();
  const control = openControlStore(database.url);
  const { warehouse, transforms } = await openTransforms();
  const load = async (): Promise<void> => {
    await rebuildFromArchive({ ...world.deps, control, warehouse });
  };
  return {
    warehouse,
    transforms,
    control,
    load,
    catchUp: async () => {
      await load();
      await transforms.stage();
      await transforms.build();
    },
    [Symbol.asyncDispose]: async () => {
      await warehouse.close();
      await control.destroy();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** Lands entries of the shop's log as the day's batch. */
export async function land(world: ArchiveWorld, day: string, entries: readonly LogEntry[]): Promise<void> {
  const tables = new Map<string, string[]>();
  for (const { table, op, position, ordinal, data } of entries) {
    const line = {
      op,
      pos: hexPosition(position),
      ord: ordinal ?? 1,
      at: `${day}T12:00:00.000000Z`,
      schema: table,
      data,
    };
    tables.set(table, [...(tables.get(table) ?? []), JSON.stringify(line)]);
  }
  const parts = [...tables].map(([table, lines]) => {
    const names = new Set(
      entries.filter((each) => each.table === table).flatMap(({ data }) => Object.keys(data)),
    );
    const columns = [...names].map((name) => ({ name, typeOid: 25, typeModifier: -1 }));
    return [table, { lines, columns }] as const;
  });
  await world.land('shop', day, Object.fromEntries(parts));
}

/** An old order with all that belongs to it, one that was changed since, one that lost a line, and a recent one. */
export async function landShop(world: ArchiveWorld): Promise<void> {
  await land(world, old, [
    productRow(1, '1'),
    orderRow(2, '1', oldAt),
    lineRow(3, '11', '1'),
    paymentRow(4, '21', '1'),
    orderRow(5, '2', oldAt),
    lineRow(6, '12', '2'),
    orderRow(7, '3', oldAt),
    lineRow(8, '13', '3'),
    lineRow(9, '14', '3'),
  ]);
  await land(world, '2022-03-05', [
    orderRow(10, '1', { ...oldAt, status: 'delivered' }),
    removal(11, 'order_lines', '14'),
  ]);
  await land(world, recent, [
    orderRow(20, '2', { ...oldAt, status: 'returned' }),
    orderRow(21, '4'),
    lineRow(22, '15', '4'),
  ]);
}

/** A refund that a chargeback makes, four years later: a new row, of a key that left. */
export async function landChargeback(world: ArchiveWorld): Promise<void> {
  await land(world, '2026-04-01', [
    paymentRow(30, '22', '1', { kind: 'dispute', status: 'lost', created_at: '2026-04-01 12:00:00+00' }),
    refundRow(31, '31', '1', { refunded_at: '2026-04-01 12:00:00+00', reason: 'chargeback' }),
  ]);
}

/** All rows of raw but when they were loaded, in any order. */
export async function rawContents(warehouse: Warehouse): Promise<string[]> {
  const tables = await warehouse.query(
    "select table_name as t from information_schema.tables where table_schema = 'raw' order by 1",
  );
  const contents: string[] = [];
  for (const { t } of tables) {
    const rows = await warehouse.query(
      `select cast(r as varchar) as t from (select * exclude (_loaded_at) from raw."${String(t)}") as r`,
    );
    contents.push(...rows.map((row) => `${String(t)} ${String(row['t'])}`));
  }
  return contents.toSorted();
}

export async function orderIds(warehouse: Warehouse, table: string, field: string): Promise<string[]> {
  const rows = await warehouse.query(
    `select distinct data ->> '${field}' as id from raw.shop__${table} order by 1`,
  );
  return rows.map((row) => String(row['id']));
}
