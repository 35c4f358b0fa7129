import { expect, test } from 'vitest';
import { isRetryable, messageOf } from '../../../lib/errors.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { takeLease } from '../../../transforms/engine/warehouse/lease.ts';
import type { DuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import { engineOn, martContents } from '../../support/platform-parts.ts';
import { withLostReply, withStatementHook } from '../../support/faulty-warehouse.ts';
import { appendBatch } from '../../support/raw-log.ts';
import { orderRow } from '../../support/shop-rows.ts';
import { withTwoBatches } from '../../support/two-batches.ts';

/** What readers can see: version, rows of all marts, and what staging has taken in. */
async function visible(warehouse: DuckdbWarehouse): Promise<unknown> {
  const state = await warehouse.query(
    `select (select version from _meta.head) as version, (select step from _meta.stage_head) as step,
       (select count(*) from _meta.staged_batch) as batches, (select count(*) from _meta.publication) as publications`,
  );
  return { state, marts: await martContents(warehouse) };
}

/** Statements in which a run differs from one that ended: what frees a lease or drops relations is best effort. */
async function countStatements(): Promise<number> {
  const warehouse = await withTwoBatches();
  let sent = 0;
  const transforms = await engineOn(withStatementHook(warehouse, () => void (sent += 1)));
  await transforms.stage();
  await transforms.build();
  await warehouse.close();
  return sent;
}

test('cut off before any one of its statements, a run leaves all or nothing, and the next one makes it whole', async () => {
  const total = await countStatements();
  const reference = await withTwoBatches();
  const before = await visible(reference);
  const healthy = await engineOn(reference);
  await healthy.stage();
  const staged = await visible(reference);
  await healthy.build();
  const after = await visible(reference);
  await reference.close();
  const warehouse = await withTwoBatches();
  let outcomes = 0;
  // Every statement in turn would take minutes; which ones are left out changes with the length of the run.
  for (let at = 1 + (total % 7); at <= total; at += 7) {
    let sent = 0;
    const cut = withStatementHook(warehouse, () => {
      sent += 1;
      if (sent >= at) throw new Error('the warehouse is away');
    });
    const transforms = await engineOn(cut);
    const failed = await transforms
      .stage()
      .then(() => transforms.build())
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    if (failed !== undefined) {
      expect(isRetryable(failed), `statement ${at}: ${messageOf(failed)}`).toBe(true);
      outcomes += 1;
    }
    const seen = await visible(warehouse);
    expect([before, staged, after], `statement ${at}`).toContainEqual(seen);
    if (JSON.stringify(seen, bigintText) === JSON.stringify(after, bigintText)) break;
  }
  expect(outcomes).toBeGreaterThan(10);
  const again = await engineOn(warehouse);
  await again.stage();
  await again.build();
  expect(await martContents(warehouse)).toEqual((after as { marts: unknown }).marts);
  // A run with something to do clears away what the dead ones left; one without looks at nothing.
  await again.build({ fullRefresh: true, select: new Set(['dim_date']) });
  const left = await warehouse.query(
    "select table_name from information_schema.tables where table_schema like 'delta%'",
  );
  expect(left).toEqual([]);
  await warehouse.close();
});

test('when the reply to COMMIT is lost, the head tells that it was published', async () => {
  const warehouse = await withTwoBatches();
  const publications = (): Promise<unknown> => warehouse.query('select count(*) as n from _meta.publication');
  let isArmed = false;
  const transforms = await engineOn(
    withLostReply(warehouse, () => {
      const isLost = isArmed;
      isArmed = false;
      return isLost;
    }),
    // Armed once the checks are done: the next transaction is the publication.
    { onProgress: ({ step, state }) => void (isArmed = step === 'audit' && state === 'finished') },
  );
  await transforms.stage();
  expect(await transforms.build()).toMatchObject({ published: true, publication: { version: 2 } });
  expect(await publications()).toEqual([{ n: 2n }]);
  await warehouse.close();
});

test('a version whose reply is lost is found as its own, also where another is the newest by then', async () => {
  const warehouse = await withTwoBatches();
  const rival = await engineOn(warehouse);
  let isArmed = false;
  const transforms = await engineOn(
    {
      ...warehouse,
      transaction: async (work) => {
        const result = await warehouse.transaction(work);
        if (!isArmed) return result;
        isArmed = false;
        await warehouse.execute("update _meta.build_lease set lease_until = timestamp '2000-01-01 00:00:00'");
        await appendBatch(warehouse, { id: 'b3', from: 9, to: 10, entries: [orderRow(10, '3')] });
        await rival.stage();
        expect(await rival.build()).toMatchObject({ publication: { version: 3 } });
        throw new Error('the connection was lost');
      },
    },
    { onProgress: ({ step, state }) => void (isArmed = step === 'audit' && state === 'finished') },
  );
  await transforms.stage();
  expect(await transforms.build()).toMatchObject({ published: true, publication: { version: 2 } });
  await warehouse.close();
});

test('a publisher that lost its lease publishes nothing, and computes again after the one that took it', async () => {
  const warehouse = await withTwoBatches();
  const rival = await engineOn(warehouse);
  let steals = 0;
  const hooked = withStatementHook(warehouse, async (sql) => {
    if (!sql.includes('update _meta.head set version') || steals > 0) return;
    steals += 1;
    await warehouse.execute("update _meta.build_lease set lease_until = timestamp '2000-01-01 00:00:00'");
    await appendBatch(warehouse, { id: 'b3', from: 9, to: 10, entries: [orderRow(10, '3')] });
    await rival.stage();
    expect(await rival.build()).toMatchObject({ published: true, publication: { version: 2 } });
  });
  const transforms = await engineOn(hooked);
  await transforms.stage();
  const result = await transforms.build();
  expect(steals).toBe(1);
  expect(result).toMatchObject({ published: false, publication: { version: 2 } });
  const [lease] = await warehouse.query('select epoch from _meta.head');
  expect(Number(lease?.['epoch'])).toBeGreaterThanOrEqual(3);
  await warehouse.close();
});

test('an epoch that is over publishes nothing, also where the one after it published nothing either', async () => {
  const warehouse = await withTwoBatches();
  const warnings: string[] = [];
  let isStolen = false;
  const hooked = withStatementHook(warehouse, async (sql) => {
    if (isStolen || !sql.includes('update _meta.head set version')) return;
    isStolen = true;
    await warehouse.execute("update _meta.build_lease set lease_until = timestamp '2000-01-01 00:00:00'");
    expect(await takeLease(warehouse, 'rshort')).toMatchObject({ epoch: 3n });
  });
  const transforms = await engineOn(hooked, {
    logger: { ...silentLogger, warn: (message) => void warnings.push(message) },
  });
  await transforms.stage();
  expect(await transforms.build()).toMatchObject({ published: true, publication: { version: 2 } });
  expect(warnings).toMatchObject([expect.stringContaining('computed again')]);
  const [head] = await warehouse.query('select epoch from _meta.head');
  expect(head).toEqual({ epoch: 4n });
  await warehouse.close();
});

test('a run that has nothing to do asks one thing and leaves it at that', async () => {
  const warehouse = await withTwoBatches();
  const sent: string[] = [];
  const transforms = await engineOn(withStatementHook(warehouse, (sql) => void sent.push(sql)));
  await transforms.stage();
  await transforms.build();
  sent.length = 0;
  expect(await transforms.build()).toMatchObject({ published: false });
  expect(sent).toHaveLength(1);
  await warehouse.close();
});

test('a cancelled build publishes nothing, says so, and leaves nothing behind', async () => {
  const warehouse = await withTwoBatches();
  const abort = new AbortController();
  const transforms = await engineOn(warehouse, {
    onProgress: ({ step }) => void (step === 'audit' && abort.abort()),
  });
  await transforms.stage();
  await expect(transforms.build({ signal: abort.signal })).rejects.toMatchObject({
    code: 'TRANSFORM_CANCELLED',
  });
  expect(await transforms.publication()).toMatchObject({ version: 1 });
  expect(
    await warehouse.query("select 1 from information_schema.tables where table_schema like 'delta%'"),
  ).toEqual([]);
  expect(await transforms.build()).toMatchObject({ published: true });
  await warehouse.close();
});

test("a run drops what dead runs left, and no other live run's relations", async () => {
  const warehouse = await withTwoBatches();
  await warehouse.execute('create schema delta_rmwz00000dead01');
  // Other people's, however like a run's it is called.
  await warehouse.execute('create schema delta_retention');
  await warehouse.execute('create table delta_rmwz00000dead01.dim_date__new as select 1 as a');
  const transforms = await engineOn(warehouse);
  await transforms.stage();
  let isPublished = false;
  const warnings: string[] = [];
  const rival = await engineOn(
    withStatementHook(warehouse, async (sql) => {
      // In the middle of the dry run, when it has relations of its own, the other one publishes.
      if (isPublished || !sql.includes('__differing as')) return;
      isPublished = true;
      expect(await transforms.build()).toMatchObject({ published: true });
      const left = await warehouse.query(
        "select distinct table_schema as run from information_schema.tables where table_schema like 'delta%'",
      );
      expect(left).toHaveLength(1);
      expect(left).not.toEqual([{ run: 'delta_rmwz00000dead01' }]);
    }),
    { logger: { ...silentLogger, warn: (message) => void warnings.push(message) } },
  );
  // It had its relations to the end, saw then that its world was gone, and looked again at the new one.
  expect(await rival.build({ dryRun: true })).toMatchObject({ published: false, held: [], preview: [] });
  expect(isPublished).toBe(true);
  expect(warnings).toMatchObject([expect.stringContaining('is no longer the newest')]);
  expect(
    await warehouse.query(
      "select schema_name as name from information_schema.schemata where schema_name like 'delta_r%'",
    ),
  ).toEqual([{ name: 'delta_retention' }]);
  expect(
    await warehouse.query("select 1 from information_schema.tables where table_schema like 'delta%'"),
  ).toEqual([]);
  await warehouse.close();
});

test('who takes the lease clears away the marks of dead runs, and no live one', async () => {
  const warehouse = await withTwoBatches();
  const mark = (name: string, until: string): Promise<unknown> =>
    warehouse.execute(`insert into _meta.build_lease values ('${name}', 'other:${name}', 0, ${until})`);
  await mark('rdead', "timestamp '2000-01-01 00:00:00'");
  await mark('ralive', "timestamp '2999-01-01 00:00:00'");
  const shared = { ...warehouse, capabilities: { ...warehouse.capabilities, singleProcess: false } };
  expect(await takeLease(shared, 'rshort')).toBeDefined();
  const names = 'select name from _meta.build_lease order by 1';
  expect(await warehouse.query(names)).toEqual([{ name: 'build' }, { name: 'ralive' }]);
  // Where one process owns the warehouse, all others are dead.
  expect(await takeLease(warehouse, 'rnext')).toBeDefined();
  expect(await warehouse.query(names)).toEqual([{ name: 'build' }]);
  await warehouse.close();
});

function bigintText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
