import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTransforms } from '../../support/platform-parts.ts';
import { appendBatch } from '../../support/raw-log.ts';
import { foldHistory, foldLatest, histories, linesOf } from '../../support/stage-fold.ts';
import type { Event, History, StagedRow } from '../../support/stage-fold.ts';

type Parts = Awaited<ReturnType<typeof openTransforms>>;
let parts: Parts;

beforeAll(async () => {
  parts = await openTransforms();
});
afterAll(() => parts.warehouse.close());

interface Arriving {
  readonly id: string;
  readonly source: string;
  readonly from: number;
  readonly to: number;
  readonly events: readonly Event[];
}

/** The log cut after some of its transactions, and each snapshot as a batch of its own chain. */
function batchesOf({ transactions, snapshots, end }: History, cuts: readonly boolean[]): Arriving[] {
  const batches: Arriving[] = [];
  let [from, events]: [number, Event[]] = [0, []];
  for (const [index, transaction] of transactions.entries()) {
    events.push(...transaction);
    const to = transaction[0]?.position ?? from;
    if (cuts[index % cuts.length] !== true) continue;
    batches.push({ id: `l${batches.length}`, source: 'shop', from, to, events });
    [from, events] = [to, []];
  }
  batches.push({ id: `l${batches.length}`, source: 'shop', from, to: end + 1, events });
  const beside = snapshots.map((each, index) => ({
    id: `s${index}`,
    source: 'shop_snapshots',
    from: index,
    to: index + 1,
    events: each,
  }));
  return [...batches, ...beside];
}

async function empty({ warehouse }: Parts): Promise<void> {
  for (const table of ['staged_batch', 'model_state', 'loaded_batch', 'load_ledger', 'quarantine'])
    await warehouse.execute(`delete from _meta.${table}`);
  await warehouse.execute(`update _meta.stage_head set step = 0, watermark = '0000000000000000'`);
  for (const table of ['customers', 'orders']) await warehouse.execute(`delete from raw.shop__${table}`);
}

async function stagedIn(table: string, key: string, [a, b]: readonly [string, string]): Promise<StagedRow[]> {
  const rows = await parts.warehouse.query(
    `select cast(${key} as varchar) as k, _op as op, _position as p, _ordinal as o, ${a} as a, ${b} as b from ${table}`,
  );
  return rows.map((row) => ({
    key: String(row['k']),
    op: String(row['op']),
    position: Number.parseInt(String(row['p']), 16),
    ordinal: Number(row['o']),
    a: row['a'] === null ? null : String(row['a']),
    b: row['b'] === null ? null : String(row['b']),
  }));
}

function inOrder(rows: readonly StagedRow[]): StagedRow[] {
  return rows.toSorted(
    (left, right) =>
      left.key.localeCompare(right.key) || left.position - right.position || left.ordinal - right.ordinal,
  );
}

/**
 * Without deletes of what is deleted already. A snapshot that comes late may tell of an earlier end than the truncate that
 * was staged for it: that one stays, and says nothing.
 */
function withoutSecondDeletes(versions: readonly StagedRow[]): StagedRow[] {
  const sorted = inOrder(versions);
  return sorted.filter(({ op, key }, index) => {
    const before = sorted[index - 1];
    return op !== 'd' || before?.op !== 'd' || before.key !== key;
  });
}

/** Where a key that is gone ended is of no interest. */
function withoutEnds(latest: readonly StagedRow[]): StagedRow[] {
  return inOrder(latest).map((row) => (row.op === 'd' ? { ...row, position: 0, ordinal: 0 } : row));
}

async function mustEqualFold(history: History): Promise<void> {
  const versions = await stagedIn('staging.stg_shop__customers', 'customer_id', ['city', 'segment']);
  expect(withoutSecondDeletes(versions)).toEqual(inOrder(foldHistory(history)));
  const latest = await stagedIn('staging.stg_shop__orders__state', 'order_id', ['channel', 'status']);
  expect(withoutEnds(latest)).toEqual(withoutEnds(foldLatest(history)));
}

const cutsOf = fc.array(fc.boolean(), { minLength: 1, maxLength: 8 });

test('any history, cut anywhere and arriving in any order, is staged as one event after the other', async () => {
  const arrivals = fc.infiniteStream(fc.nat({ max: 1_000 }));
  await fc.assert(
    fc.asyncProperty(
      histories,
      cutsOf,
      arrivals,
      fc.array(fc.boolean()),
      async (history, cuts, order, pauses) => {
        await empty(parts);
        const shuffled = batchesOf(history, cuts)
          .map((batch) => ({ batch, at: order.next().value ?? 0 }))
          .toSorted((left, right) => left.at - right.at);
        for (const [index, { batch }] of shuffled.entries()) {
          const { id, source, from, to, events } = batch;
          await appendBatch(parts.warehouse, { id, source, from, to, entries: linesOf(events) });
          if (pauses[index] !== true) await parts.transforms.stage();
        }
        await parts.transforms.stage();
        await mustEqualFold(history);
        const open = await parts.warehouse.query(`select * from _meta.quarantine where status = 'open'`);
        expect(open).toEqual([]);
      },
    ),
    { numRuns: Number(process.env['SHOPWAVE_RUNS'] ?? 20) },
  );
});

test.each([
  ['one batch', [false]],
  ['a batch a transaction', [true]],
  ['batches of three', [false, false, true]],
])('values travel with a row over many updates and from key to key, in %s', async (_, cuts) => {
  const put = (position: number, op: 'c' | 'u', key: string, a?: string, b?: string): Event[] => [
    { op, position, ordinal: 1, key, values: [a, b] },
  ];
  const move = (position: number, from: string, to: string, b: string): Event[] => [
    { op: 'd', position, ordinal: 1, key: from, values: ['', ''] },
    { op: 'c', position, ordinal: 2, key: to, values: [undefined, b] },
  ];
  const history: History = {
    transactions: [
      put(1, 'c', '1', 'a1', 'b1'),
      put(2, 'u', '1', undefined, 'b2'),
      put(3, 'u', '1', 'a3', undefined),
      move(4, '1', '2', 'b4'),
      put(5, 'c', '1', 'other', 'row'),
      put(6, 'u', '2', undefined, 'b6'),
      move(7, '2', '3', 'b7'),
      put(8, 'u', '1', 'else', undefined),
      move(9, '3', '4', 'b9'),
      put(10, 'u', '4', undefined, undefined),
      move(11, '1', '3', 'b11'),
    ],
    snapshots: [],
    end: 11,
  };
  await empty(parts);
  for (const { id, source, from, to, events } of batchesOf(history, cuts)) {
    await appendBatch(parts.warehouse, { id, source, from, to, entries: linesOf(events) });
    await parts.transforms.stage();
  }
  await mustEqualFold(history);
  expect(foldLatest(history)).toContainEqual({
    key: '4',
    op: 'u',
    position: 10,
    ordinal: 1,
    a: 'a3',
    b: 'b9',
  });
});
