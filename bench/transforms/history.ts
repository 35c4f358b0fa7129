import { ensureLoadSchema } from '../../ingest/landing/raw-tables.ts';
import { shopTables } from '../../ingest/postgres/shop-tables.ts';
import type { Transforms } from '../../transforms/engine/transforms.ts';
import type { Session, Warehouse } from '../../warehouse/warehouse.ts';
import { apiHistories, apiOrderTables, apiPeople } from './api-tables.ts';
import { masterTables } from './master-tables.ts';
import { orderTables } from './history-tables.ts';
import { rawRows } from './raw-rows.ts';
import { history, orderStep, rawDays } from './scale.ts';
import type { Scale } from './scale.ts';

/** Seconds of commits that one loaded batch covers. */
export const batchSeconds = 300;

/** Changes per row that the raw tables still hold: an order is placed, paid and shipped before it rests. */
const versionsInRaw: Readonly<Record<string, number>> = { orders: 3, payments: 2, shipments: 2 };

/** Which of the generator's steps a warehouse has behind it, so that a stopped run goes on where it was. */
export interface Steps {
  readonly once: (name: string, work: () => Promise<unknown>) => Promise<void>;
  /** As once, in one transaction with the note that it is done. */
  readonly atomic: (name: string, work: (session: Session) => Promise<unknown>) => Promise<void>;
}

/**
 * Fills staging, raw and the ledgers as three years of the platform's own life would have left them. Staging's tables
 * are made by the engine itself (its first step, over nothing), so that they have its shape and fingerprints.
 */
export async function fillHistory(
  warehouse: Warehouse,
  transforms: Transforms,
  scale: Scale,
  steps: Steps,
): Promise<void> {
  const tables = shopTables.map((each) => each.table);
  await steps.once('schema', async () => {
    await transforms.setup();
    await ensureLoadSchema(warehouse, 'shop', tables);
    await transforms.stage();
  });
  for (const { model, rows } of [...masterTables, ...apiPeople]) {
    await steps.atomic(model, (session) => insertSorted(session, stateOf(model), rows(scale)));
  }
  for (const { model, rows } of [...orderTables, ...apiOrderTables]) {
    for (const [number, month] of months(scale).entries()) {
      const first = Math.max(1, orderAt(scale, month.first - 110));
      const last = Math.min(scale.orders, orderAt(scale, month.end) + 1);
      const within = `select * from (${rows(scale, first, last)})
        where _committed_at >= ${day(month.first)} and _committed_at < ${day(month.end)}`;
      await steps.atomic(`${model} ${number}`, (session) => insertSorted(session, stateOf(model), within));
    }
  }
  for (const table of tables) {
    await steps.atomic(`raw ${table}`, (session) => fillRaw(session, table));
  }
  await steps.atomic('ledgers', fillLedgers);
}

/** The base table of a staging model; a `latest` model has a view of its own name over it. */
function stateOf(model: string): string {
  const isHistory = masterTables.some((each) => each.model === model) || apiHistories.has(model);
  return `staging.${model}${isHistory ? '' : '__state'}`;
}

async function insertSorted(session: Session, table: string, rows: string): Promise<unknown> {
  return await session.execute(`insert into ${table} by name ${rows} order by _committed_at`);
}

async function fillRaw(session: Session, table: string): Promise<unknown> {
  const recent = `select * from ${stateOf(`stg_shop__${table}`)}
    where _committed_at >= ${day(history.days - rawDays)}`;
  const rows = rawRows(table, recent, batchName(batchNumber('_committed_at')), versionsInRaw[table]);
  return await session.execute(`insert into raw.shop__${table} by name ${rows} order by _committed_at`);
}

/** Every batch of three years is in the ledgers, loaded and staged; raw keeps the rows of the last ones only. */
async function fillLedgers(session: Session): Promise<void> {
  const batches = (history.days * 86_400) / batchSeconds;
  const at = `(timestamp '${history.start}' + to_seconds(n * ${batchSeconds}))`;
  const position = (number: string): string =>
    `format('{:016X}', epoch_us(timestamp '${history.start}') + cast(${number} as bigint) * ${batchSeconds * 1_000_000})`;
  const numbers = `from range(0, ${batches}) as ids(n)`;
  await session.execute(
    `insert into _meta.loaded_batch by name
     select ${batchName('n')} as batch_id, 'shop' as source, 'changes' as kind, ${position('n')} as from_position,
       ${position('n + 1')} as to_position, ${at} + to_seconds(${batchSeconds}) as to_committed_at,
       1000 as row_count, ${at} as loaded_at ${numbers}`,
  );
  await session.execute(`insert into _meta.staged_batch select ${batchName('n')}, 0 ${numbers}`);
  await session.execute(
    `insert into _meta.load_ledger by name
     select ${batchName('n')} || '/' || table_name as file_key, ${batchName('n')} as batch_id, 'shop' as source,
       table_name, 100 as row_count, ${at} as loaded_at
     ${numbers}, (values ('orders'), ('order_lines'), ('payments'), ('shipments'), ('shipment_lines'), ('refunds'),
       ('refund_lines'), ('customers')) as tables(table_name)`,
  );
  await session.execute(
    `update _meta.stage_head set step = greatest(step, 1), watermark = ${position(String(batches))},
       watermark_at = timestamp '${history.end}'`,
  );
}

/** The platform's name of the n-th batch. */
export function batchName(number: string): string {
  return `format('shop-{:012d}', cast(${number} as bigint))`;
}

function batchNumber(at: string): string {
  // Whole microseconds: a quotient of fractions would be rounded, not cut off, when it becomes a number of a batch.
  return `(epoch_us(${at}) - epoch_us(timestamp '${history.start}')) // ${batchSeconds * 1_000_000}`;
}

/** Parts of the history, so that memory does not grow with it; a small one is made at once. */
function months({ lines }: Scale): ReadonlyArray<{ readonly first: number; readonly end: number }> {
  const count = Math.min(36, Math.ceil(lines / 30_000));
  const edge = (number: number): number => Math.round((history.days / count) * number);
  return Array.from({ length: count }, (_, number) => ({ first: edge(number), end: edge(number + 1) }));
}

function orderAt(scale: Scale, days: number): number {
  return Math.floor((days * 86_400_000_000) / orderStep(scale));
}

function day(number: number): string {
  return `(timestamp '${history.start}' + to_days(${number}))`;
}
