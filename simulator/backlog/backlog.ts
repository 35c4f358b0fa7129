import { writeTruth } from '../ledger/write-truth.ts';
import type pg from 'pg';
import type { Clock } from '../../lib/clock.ts';
import type { OnProgress } from '../../lib/progress.ts';
import { copyInto } from '../database.ts';
import { copyRow, orderColumns, orderTables } from '../order/columns.ts';
import type { Column } from '../order/columns.ts';
import type { OrderState, OrderTable } from '../order/rows.ts';
import { createTally, measureOrder, truthMetrics } from '../order/truth.ts';
import type { Tally } from '../order/truth.ts';
import { catalogueColumns } from '../world/catalogue.ts';
import { suspendForeignKeys } from '../schema/shop-schema.ts';
import { makeCatalogue, makeHistory } from './history.ts';
import type { Catalogue } from './history.ts';

/** What to write, and whom to tell. */
export interface BacklogOptions {
  readonly seed: number;
  readonly orderLines: number;
  readonly clock: Clock;
  readonly onProgress: OnProgress;
  /** The tables were made in the same transaction, so rows may be written frozen and need no later vacuum. */
  readonly tablesAreNew: boolean;
}

// About 10 ms of generating: the same process answers requests meanwhile.
const ordersPerTurn = 200;
// Some 4 MB of text a slice: large enough that COPY's start-up does not count, small enough for flat memory.
const turnsPerSlice = 20;

/**
 * Writes the shop's past and its truth through the open transaction of `client`, so that both are there or neither.
 * One slice is generated while the one before it is being copied.
 */
export async function writeBacklog(client: pg.Client, options: BacklogOptions): Promise<void> {
  const { seed, orderLines, onProgress } = options;
  const now = options.clock.now().getTime();
  const progress = { step: 'simulator backlog', total: orderLines, unit: 'order lines' };
  onProgress({ ...progress, state: 'started', done: 0 });
  const restoreForeignKeys = await suspendForeignKeys(client);
  const copy = copier(client, options.tablesAreNew);
  const catalogue = makeCatalogue(seed, orderLines, now);
  await writeCatalogue(copy, catalogue);
  const tally = createTally();
  const lastIds = new Map<string, number>(orderTables.map((table) => [table, 0]));
  const history = makeHistory(seed, orderLines, now, catalogue);
  let copying: Promise<number> = Promise.resolve(0);
  for (let done = 0; ;) {
    const slice = await nextSlice(history, tally, lastIds);
    done += await copying;
    onProgress({ ...progress, state: 'running', done });
    if (slice.lines === 0) break;
    copying = copySlice(copy, slice).then(() => slice.lines);
    // Handled at the next await; without this a failed COPY would be an unhandled rejection in between.
    copying.catch(() => {});
  }
  await restoreForeignKeys();
  await writeBacklogTruth(client, tally);
  await writeIdBlocks(client, catalogue, lastIds);
  onProgress({ ...progress, state: 'finished', done: orderLines });
}

type Copy = (table: string, columns: readonly Column[], text: readonly Buffer[]) => Promise<void>;

function copier(client: pg.Client, freeze: boolean): Copy {
  const options = freeze ? 'format text, freeze' : 'format text';
  return (table, columns, text) =>
    copyInto(
      client,
      table,
      columns.map((each) => each.column),
      text,
      options,
    );
}

async function writeCatalogue(copy: Copy, catalogue: Catalogue): Promise<void> {
  for (const table of ['sellers', 'products', 'customers'] as const) {
    const columns = catalogueColumns[table];
    await copy(table, columns, [copyText(columns, catalogue[table])]);
  }
}

interface Slice {
  readonly lines: number;
  /** COPY text by table, in pieces. */
  readonly text: ReadonlyMap<OrderTable, readonly Buffer[]>;
}

async function nextSlice(
  history: Generator<OrderState>,
  tally: Tally,
  lastIds: Map<string, number>,
): Promise<Slice> {
  const text = new Map(orderTables.map((table): [OrderTable, Buffer[]] => [table, []]));
  let lines = 0;
  for (let turn = 0; turn < turnsPerSlice; turn += 1) {
    const orders = take(history, ordersPerTurn);
    for (const order of orders) {
      lines += order.order_lines.length;
      tally.add(measureOrder(order));
    }
    for (const table of orderTables) {
      const rows = orders.flatMap((order): readonly { readonly id: number }[] => order[table]);
      // As bytes at once: a slice of half-joined strings cost a third of the whole time in garbage collection.
      text.get(table)?.push(copyText(orderColumns[table], rows));
      lastIds.set(table, Math.max(lastIds.get(table) ?? 0, rows.at(-1)?.id ?? 0));
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { lines, text };
}

function take(history: Generator<OrderState>, count: number): readonly OrderState[] {
  const taken: OrderState[] = [];
  while (taken.length < count) {
    const next = history.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

function copyText(columns: readonly Column[], rows: readonly object[]): Buffer {
  return Buffer.from(rows.map((row) => copyRow(columns, row)).join(''));
}

async function copySlice(copy: Copy, slice: Slice): Promise<void> {
  for (const table of orderTables) await copy(table, orderColumns[table], slice.text.get(table) ?? []);
}

/** The backlog's truth counts at every position: its commit stands before all others. */
async function writeBacklogTruth(client: pg.Client, tally: Tally): Promise<void> {
  await writeTruth(client, tally.entries());
  const totals = truthMetrics.map((metric) => `coalesce(sum(delta) filter (where metric = '${metric}'), 0)`);
  await client.query(
    `insert into simulator.truth_commit (end_lsn, xid, ${truthMetrics.join(', ')})
     select '0/0', pg_current_xact_id(), ${totals.join(', ')} from simulator.truth`,
  );
}

async function writeIdBlocks(
  client: pg.Client,
  catalogue: Catalogue,
  lastIds: ReadonlyMap<string, number>,
): Promise<void> {
  const last = new Map([...lastIds, ['customers', catalogue.customers.length]] as const);
  await client.query(
    'insert into simulator.id_block (table_name, next_id) select * from unnest($1::text[], $2::bigint[])',
    [[...last.keys()], [...last.values()].map((id) => id + 1)],
  );
}
