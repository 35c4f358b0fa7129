import type { Random } from '../../simulator/world/random.ts';
import { createRawTable } from '../../warehouse/raw-table.ts';
import type { Session, Warehouse } from '../../warehouse/warehouse.ts';
import type { Transaction } from './world/changes.ts';

/** A row as the raw log has it. */
export interface RawRow {
  readonly table: string;
  readonly op: 'c' | 'u' | 'd';
  readonly position: string;
  readonly ordinal: number;
  readonly committedAt: number;
  readonly data: object;
}

/** What one load brings: rows of one source, after what came before in the source's chain. */
export interface Batch {
  readonly id: string;
  readonly source: string;
  readonly from: string;
  readonly to: string;
  readonly rows: readonly RawRow[];
}

const hex = (position: number): string => position.toString(16).toUpperCase().padStart(16, '0');

/** The shop's log cut into batches at random transactions. */
export function shopBatches(transactions: readonly Transaction[], random: Random): readonly Batch[] {
  const rows = transactions.map(({ at, changes }, index): readonly RawRow[] =>
    changes.map(({ table, op, fields }, ordinal) => ({
      table,
      op,
      data: fields,
      committedAt: at,
      position: hex(index + 1),
      ordinal: ordinal + 1,
    })),
  );
  return cut(rows.length, random).map(([from, to], index) => ({
    id: `shop-${index}`,
    source: 'shop',
    from: hex(from),
    to: hex(to),
    rows: rows.slice(from, to).flat(),
  }));
}

/** What an API was read for, cut into batches; some of it was read twice, as windows overlap. */
export function apiBatches(source: string, rows: readonly RawRow[], random: Random): readonly Batch[] {
  return cut(rows.length, random).map(([from, to], index) => {
    const again = rows.slice(0, from).filter(() => random.chance(0.1));
    return {
      id: `${source}-${index}`,
      source,
      from: hex(index),
      to: hex(index + 1),
      rows: [
        ...again.map((row) => ({ ...row, ordinal: row.ordinal + 1_000_000_000 })),
        ...rows.slice(from, to),
      ],
    };
  });
}

/** Half-open ranges that cover so many items, three to six of them. */
export function cut(count: number, random: Random): readonly (readonly [from: number, to: number])[] {
  const inner = Array.from({ length: random.integer(2, 5) }, () => random.integer(1, Math.max(1, count - 1)));
  const ends = [...new Set([...inner, count])].toSorted((one, other) => one - other);
  return ends.map((to, index) => [ends[index - 1] ?? 0, to]);
}

/** What each source said up to its middle and after it, the shop first; what was written together stays together. */
export function halvesOf(
  batches: readonly Batch[],
): ReadonlyArray<{ readonly early: Batch; readonly late: Batch }> {
  return [...new Set(batches.map(({ source }) => source))].map((source) => {
    const rows = batches.filter((each) => each.source === source).flatMap((each) => each.rows);
    const middle = rows[Math.floor(rows.length / 2)]?.position;
    const end = rows.findLastIndex(({ position }) => position === middle) + 1;
    const [from, half, to] = [hex(0), hex(Math.floor(rows.length / 2)), hex(rows.length)];
    return {
      early: { id: `${source}-early`, source, from, to: half, rows: rows.slice(0, end) },
      late: { id: `${source}-late`, source, from: half, to, rows: rows.slice(end) },
    };
  });
}

/** Items in random order. */
export function shuffled<Item>(items: readonly Item[], random: Random): readonly Item[] {
  return items
    .map((item) => ({ item, place: random.next() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ item }) => item);
}

/** Loads a batch as the loader would: rows and ledger together. */
export async function load(warehouse: Warehouse, batch: Batch): Promise<void> {
  const tables = new Set(batch.rows.map(({ table }) => table));
  const { dialect } = warehouse.capabilities;
  for (const table of tables) await warehouse.execute(createRawTable(dialect, batch.source, table));
  await warehouse.transaction(async (session) => {
    for (const table of tables) {
      await append(
        session,
        { table: `raw.${batch.source}__${table}`, dialect },
        batch.id,
        batch.rows.filter((row) => row.table === table),
      );
    }
    const at = `timestamp '2026-01-01 00:00:00'`;
    await session.execute(
      `insert into _meta.loaded_batch
         (batch_id, source, kind, from_position, to_position, to_committed_at, row_count, loaded_at)
       values (?, ?, 'changes', ?, ?, ${at}, ?, ${at})`,
      [batch.id, batch.source, batch.from, batch.to, batch.rows.length],
    );
  });
}

async function append(
  session: Session,
  { table, dialect }: { readonly table: string; readonly dialect: Warehouse['capabilities']['dialect'] },
  batchId: string,
  rows: readonly RawRow[],
): Promise<void> {
  const at = "timestamp '2026-01-01 00:00:00'";
  // Snowflake parses no JSON in a list of values.
  const json = dialect === 'snowflake' ? 'parse_json(?)' : 'cast(? as json)';
  const row = `select ${json}, ?, ?, ?, cast(? as timestamp), 's', null, ?, 'f', ${at}`;
  await session.execute(
    `insert into ${table} ${rows.map(() => row).join(' union all ')}`,
    rows.flatMap(({ data, op, position, ordinal, committedAt }) => [
      JSON.stringify(data),
      op,
      position,
      ordinal,
      new Date(committedAt).toISOString(),
      batchId,
    ]),
  );
}
