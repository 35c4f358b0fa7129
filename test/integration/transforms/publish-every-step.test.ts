import { expect, test } from 'vitest';
import { systemClock } from '../../../lib/clock.ts';
import type { Clock } from '../../../lib/clock.ts';
import { isRetryable, messageOf } from '../../../lib/errors.ts';
import type { TransformsOptions } from '../../../transforms/engine/transforms.ts';
import { warehouseErrors } from '../../../warehouse/errors.ts';
import type { DuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import {
  unavailable,
  withLostReply,
  withRefusedCommit,
  withStatementHook,
} from '../../support/faulty-warehouse.ts';
import { engineOn, martContents, openTransforms } from '../../support/platform-parts.ts';
import { appendBatch } from '../../support/raw-log.ts';
import { firstBatch, secondBatch, withTwoBatches } from '../../support/two-batches.ts';

/** One version published, and a second one's data staged. */
async function prepare(): Promise<DuckdbWarehouse> {
  const warehouse = await withTwoBatches();
  await (await engineOn(warehouse)).stage();
  return warehouse;
}

/** Without the head's epoch, which taking the lease moves. */
const written = ['publication', 'model_state', 'model_input', 'model_version', 'run_input', 'held_back'];

/** Everything that the transaction of a publication writes: marts, their feeds, and the platform's own tables. */
async function published(warehouse: DuckdbWarehouse): Promise<unknown> {
  const feeds = await warehouse.query(
    "select table_name as name from information_schema.tables where table_schema = 'feed' order by 1",
  );
  const tables = [
    ...written.map((name) => `_meta.${name}`),
    ...feeds.map((row) => `feed.${String(row['name'])}`),
  ];
  const state: Record<string, unknown> = { head: await warehouse.query('select version from _meta.head') };
  for (const table of tables) {
    state[table] = await warehouse.query(
      `select cast(t as varchar) as row_text from ${table} as t order by 1`,
    );
  }
  return { state, marts: await martContents(warehouse) };
}

/** An engine whose transactions go through `faulty` from when its checks are done: the next one publishes. */
function publishingThrough(
  warehouse: Warehouse,
  faulty: Warehouse['transaction'],
): Promise<Awaited<ReturnType<typeof engineOn>>> {
  let isPublishing = false;
  const onProgress: TransformsOptions['onProgress'] = ({ step, state }) => {
    if (step === 'audit' && state === 'finished') isPublishing = true;
  };
  const transaction: Warehouse['transaction'] = (work) =>
    isPublishing ? faulty(work) : warehouse.transaction(work);
  return engineOn({ ...warehouse, transaction }, { onProgress });
}

/** A transaction that fails before its `at`th statement, or is refused at its COMMIT; `total` is told how many steps it has. */
function failingAt(
  warehouse: Warehouse,
  at: number,
  total: (steps: number) => void,
): Warehouse['transaction'] {
  let sent = 0;
  const hooked = withStatementHook(warehouse, () => {
    sent += 1;
    if (sent === at) throw unavailable();
  });
  // The last one is the COMMIT: all statements have been sent, and it is refused.
  const refused = withRefusedCommit(hooked, () => {
    total(sent + 1);
    return true;
  });
  return refused.transaction;
}

test('whichever statement of a publication fails, or its COMMIT, nothing of it is published', async () => {
  const warehouse = await prepare();
  const before = await published(warehouse);
  let total = Infinity;
  // The same transaction again and again: what it writes was computed and checked once.
  const transforms = await publishingThrough(warehouse, async (work) => {
    for (let at = 1; at <= total; at += 1) {
      const failing = failingAt(warehouse, at, (steps) => (total = steps));
      await expect(failing(work), `statement ${at}`).rejects.toMatchObject({ code: 'WAREHOUSE_UNAVAILABLE' });
      expect(await published(warehouse), `statement ${at}`).toEqual(before);
    }
    throw unavailable();
  });
  await expect(transforms.build()).rejects.toMatchObject({ code: 'WAREHOUSE_UNAVAILABLE' });
  expect(total).toBeGreaterThan(15);
  expect(total).toBeLessThan(Infinity);

  // What a build says of it, at either end and in the middle.
  for (const at of [1, Math.floor(total / 2), total]) {
    const failing = await publishingThrough(
      warehouse,
      failingAt(warehouse, at, () => {}),
    );
    const failed = await failing.build().catch((error: unknown) => error);
    expect(failed, `statement ${at}`).toMatchObject({ code: 'WAREHOUSE_UNAVAILABLE' });
    expect(isRetryable(failed), messageOf(failed)).toBe(true);
    expect(await published(warehouse), `statement ${at}`).toEqual(before);
    expect(await failing.isBehind()).toBe(true);
  }
  const healthy = await engineOn(warehouse);
  expect(await healthy.build()).toMatchObject({ published: true, held: [], publication: { version: 2 } });
  await expectRight(warehouse);
});

test('when the COMMIT took effect and its reply is lost, it is published once, and nobody does it again', async () => {
  const warehouse = await prepare();
  const lost = withLostReply(warehouse, () => true);
  const transforms = await publishingThrough(warehouse, lost.transaction);
  expect(await transforms.build()).toMatchObject({ published: true, held: [], publication: { version: 2 } });
  const after = await published(warehouse);
  const healthy = await engineOn(warehouse);
  expect(await healthy.isBehind()).toBe(false);
  expect(await healthy.build()).toMatchObject({ published: false, publication: { version: 2 } });
  expect(await published(warehouse)).toEqual(after);
  await expectRight(warehouse);
});

/** A clock whose pauses are none, and what they would have been. */
function restless(): { readonly clock: Clock; readonly pausesMs: number[] } {
  const pausesMs: number[] = [];
  return {
    pausesMs,
    clock: {
      ...systemClock,
      sleep: (ms) => {
        pausesMs.push(ms);
        return Promise.resolve();
      },
    },
  };
}

/** An engine whose COMMIT takes effect and whose reply is lost with the connection, for so many looks at what became of it. */
async function cutOffFor(
  warehouse: Warehouse,
  looks: number,
  { clock }: { readonly clock: Clock },
): Promise<Awaited<ReturnType<typeof engineOn>>> {
  let [isPublishing, isAway, looked] = [false, false, 0];
  const transaction: Warehouse['transaction'] = async (work) => {
    const result = await warehouse.transaction(work);
    if (!isPublishing) return result;
    isAway = true;
    throw warehouseErrors.error('WAREHOUSE_UNAVAILABLE', { message: 'the reply to COMMIT was lost' });
  };
  const onProgress: TransformsOptions['onProgress'] = ({ step, state }) => {
    if (step === 'audit' && state === 'finished') isPublishing = true;
  };
  const hooked = withStatementHook(warehouse, (sql) => {
    if (!isAway || !sql.startsWith('select * from _meta.publication where run_id')) return;
    looked += 1;
    if (looked <= looks) throw unavailable();
  });
  return await engineOn({ ...hooked, transaction }, { clock, onProgress });
}

test('when the warehouse cannot be asked at once what became of a COMMIT, it is asked again', async () => {
  const warehouse = await prepare();
  const pauses = restless();
  const transforms = await cutOffFor(warehouse, 3, pauses);
  expect(await transforms.build()).toMatchObject({ published: true, publication: { version: 2 } });
  expect(pauses.pausesMs).toEqual([1_000, 2_000, 4_000]);
  await expectRight(warehouse);
});

test('when it cannot be asked for a minute, the error is the one that the COMMIT ended in', async () => {
  const warehouse = await prepare();
  const pauses = restless();
  const transforms = await cutOffFor(warehouse, Infinity, pauses);
  await expect(transforms.build()).rejects.toThrow('the reply to COMMIT was lost');
  const total = pauses.pausesMs.reduce((sum, ms) => sum + ms, 0);
  expect(total).toBeGreaterThanOrEqual(55_000);
  expect(total).toBeLessThanOrEqual(65_000);
  // It did take effect: the next one finds it.
  expect(await (await engineOn(warehouse)).build()).toMatchObject({ publication: { version: 2 } });
  await expectRight(warehouse);
});

test('a statement that fails has sent no COMMIT, and nobody looks for what became of it', async () => {
  const warehouse = await prepare();
  const pauses = restless();
  let looked = 0;
  const hooked = withStatementHook(warehouse, (sql) => {
    if (sql.startsWith('insert into _meta.publication ')) throw unavailable();
    if (sql.startsWith('select * from _meta.publication where run_id')) looked += 1;
  });
  const transforms = await engineOn(hooked, { clock: pauses.clock });
  await expect(transforms.build()).rejects.toMatchObject({ code: 'WAREHOUSE_UNAVAILABLE' });
  expect([looked, pauses.pausesMs]).toEqual([0, []]);
  await warehouse.close();
});

/** The rows are those of marts that were built from nothing. */
async function expectRight(warehouse: DuckdbWarehouse): Promise<void> {
  const { warehouse: fresh, transforms } = await openTransforms();
  await appendBatch(fresh, { id: 'b1', from: 0, to: 5, entries: firstBatch });
  await appendBatch(fresh, { id: 'b2', from: 5, to: 9, entries: secondBatch });
  await transforms.stage();
  await transforms.build();
  expect(await martContents(warehouse)).toEqual(await martContents(fresh));
  await fresh.close();
  await warehouse.close();
}
