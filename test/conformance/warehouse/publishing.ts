import { expect } from 'vitest';
import { isRetryable } from '../../../lib/errors.ts';
import type { Transforms } from '../../../transforms/engine/transforms.ts';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import { unavailable, withLostReply, withStatementHook } from '../../support/faulty-warehouse.ts';
import { engineOn } from '../../support/platform-parts.ts';
import { customerRow, productRow } from '../../support/shop-rows.ts';
import { firstBatch, secondBatch } from '../../support/two-batches.ts';
import { land, loadBatch, prepareRaw } from './landed.ts';
import type { DeclareTest } from './under-test.ts';

const marts = [
  'dim_customer',
  'dim_product',
  'fct_order_lines',
  'fct_order_events',
  'fct_orders',
  'fct_payments',
  'fct_shipments',
];

type Contents = Readonly<Record<string, readonly string[]>>;

/** Every mart's rows in key order, value by value, in whatever order the columns stand. */
async function contentsOf(warehouse: Warehouse): Promise<Contents> {
  const contents: Record<string, string[]> = {};
  for (const mart of marts) {
    const rows = await warehouse.query(`select * from marts.${mart}`);
    contents[mart] = rows
      .map((row) =>
        JSON.stringify(
          Object.entries(row)
            .map(([name, value]) => [
              name,
              typeof value === 'bigint' || typeof value === 'number' ? String(value) : value,
            ])
            .sort(([left], [right]) => (String(left) < String(right) ? -1 : 1)),
        ),
      )
      .sort();
  }
  return contents;
}

const batches = [
  { count: 1, from: 0, to: 5, entries: firstBatch },
  { count: 2, from: 5, to: 9, entries: secondBatch },
];

async function loadFirst(warehouse: Warehouse, folder: string): Promise<Transforms> {
  await prepareRaw(warehouse);
  const [first] = batches;
  if (first !== undefined) await loadBatch(warehouse, await land(folder, first));
  const transforms = await engineOn(warehouse);
  await transforms.setup();
  return transforms;
}

async function loadSecond(warehouse: Warehouse, folder: string): Promise<void> {
  const [, second] = batches;
  if (second !== undefined) await loadBatch(warehouse, await land(folder, second));
}

async function stageAndBuild(transforms: Transforms): ReturnType<Transforms['build']> {
  await transforms.stage();
  return await transforms.build();
}

const phases = ['stage', 'build'] as const;
type Phase = (typeof phases)[number];

/** After how many statements, or before which one, an engine dies: the last is in the transaction that makes the step. */
const diesAt: Readonly<Record<Phase, ReadonlyArray<number | RegExp>>> = {
  stage: [2, 12, /^insert into _meta\.staged_batch /],
  build: [5, 45, /^insert into _meta\.publication /],
};

/** A process that sends nothing any more from somewhere on; resolves to how many statements it has sent. */
async function expectDeath(warehouse: Warehouse, phase: Phase, at: number | RegExp): Promise<number> {
  let [sent, isDead] = [0, false];
  const mortal = await engineOn(
    withStatementHook(warehouse, (sql) => {
      isDead ||= typeof at === 'number' ? sent >= at : at.test(sql);
      if (isDead) throw unavailable();
      sent += 1;
    }),
  );
  const outcome = await mortal[phase]().catch((error: unknown) => error);
  expect(outcome, `${phase} has ended before ${at}`).toBeInstanceOf(Error);
  expect(isRetryable(outcome)).toBe(true);
  return sent;
}

const expected = new Map<number, Promise<Contents>>();

/** What DuckDB publishes of the first so many batches. */
function rightAfter(count: number, folder: string): Promise<Contents> {
  const known = expected.get(count);
  if (known !== undefined) return known;
  const made = (async (): Promise<Contents> => {
    const warehouse = await openDuckdbWarehouse({ path: ':memory:' });
    const transforms = await loadFirst(warehouse, folder);
    if (count > 1) await loadSecond(warehouse, folder);
    await stageAndBuild(transforms);
    const contents = await contentsOf(warehouse);
    await warehouse.close();
    return contents;
  })();
  expected.set(count, made);
  return made;
}

export function publishingTests(test: DeclareTest): void {
  test('publishes the star, what changed of it and all of it anew; a mart whose check fails then stays', async ({
    warehouse,
    folder,
  }) => {
    const transforms = await loadFirst(warehouse, folder);
    expect(await stageAndBuild(transforms)).toMatchObject({ published: true, held: [] });
    expect(await contentsOf(warehouse)).toEqual(await rightAfter(1, folder));
    await loadSecond(warehouse, folder);
    expect(await stageAndBuild(transforms)).toMatchObject({ published: true, publication: { version: 2 } });
    expect(await contentsOf(warehouse)).toEqual(await rightAfter(2, folder));
    expect(await stageAndBuild(transforms)).toMatchObject({ published: false, publication: { version: 2 } });
    await transforms.build({ fullRefresh: true });
    const before = await contentsOf(warehouse);
    expect(before).toEqual(await rightAfter(2, folder));

    const entries = [productRow(10, '1', { kind: 'mystery' }), customerRow(11, '1', { city: 'Oslo' })];
    await loadBatch(warehouse, await land(folder, { count: 3, from: 9, to: 11, entries }));
    const { held } = await stageAndBuild(transforms);
    expect(held.map(({ model }) => model)).toContain('dim_product');
    const after = await contentsOf(warehouse);
    expect(after['dim_product']).toEqual(before['dim_product']);
    expect(after['dim_customer']).not.toEqual(before['dim_customer']);
  });

  test('of two who publish at once, through two doors, both are right and no version is lost', async ({
    warehouse,
    rival,
    folder,
  }) => {
    const transforms = await loadFirst(warehouse, folder);
    await stageAndBuild(transforms);
    await loadSecond(warehouse, folder);
    const other = await engineOn(await rival());
    const outcomes = await Promise.allSettled([stageAndBuild(transforms), stageAndBuild(other)]);
    expect(outcomes.some((each) => each.status === 'fulfilled')).toBe(true);
    for (const each of outcomes) if (each.status === 'rejected') expect(isRetryable(each.reason)).toBe(true);
    await stageAndBuild(transforms);
    expect(await contentsOf(warehouse)).toEqual(await rightAfter(2, folder));
    expect(await transforms.isBehind()).toBe(false);
  });

  test('a publisher that was overtaken publishes nothing, and one that gets no reply to its COMMIT does once', async ({
    warehouse,
    folder,
  }) => {
    const transforms = await loadFirst(warehouse, folder);
    await stageAndBuild(transforms);
    await loadSecond(warehouse, folder);
    await transforms.stage();
    // Once is enough: who is told to stop does not compute again on what overtook it.
    const once = new AbortController();
    const slow = withStatementHook(warehouse, async (sql) => {
      if (!sql.startsWith('update _meta.head set version')) return;
      once.abort();
      await warehouse.execute('update _meta.head set epoch = epoch + 100');
    });
    const late = await engineOn(slow);
    await expect(late.build({ signal: once.signal })).rejects.toMatchObject({
      code: 'TRANSFORM_PUBLISH_CONFLICT',
    });
    expect(once.signal.aborted).toBe(true);
    expect(await contentsOf(warehouse)).toEqual(await rightAfter(1, folder));
    await warehouse.execute('update _meta.head set epoch = epoch - 100');

    let isPublishing = false;
    const lossy = await engineOn(
      withLostReply(warehouse, () => isPublishing),
      {
        onProgress: ({ step, state }) => {
          if (step === 'audit' && state === 'finished') isPublishing = true;
        },
      },
    );
    expect(await lossy.build()).toMatchObject({ published: true, publication: { version: 2 } });
    expect(await contentsOf(warehouse)).toEqual(await rightAfter(2, folder));
  });

  test('an engine that dies three times in staging and three in building, ever further on, ends right', async ({
    warehouse,
    folder,
  }) => {
    const transforms = await loadFirst(warehouse, folder);
    await stageAndBuild(transforms);
    await loadSecond(warehouse, folder);
    // Each starts from what the one before has left; none is let off.
    for (const phase of phases) {
      let last = 0;
      for (const at of diesAt[phase]) {
        const sent = await expectDeath(warehouse, phase, at);
        expect(sent).toBeGreaterThan(last);
        last = sent;
      }
      let all = 0;
      const healthy = await engineOn(withStatementHook(warehouse, () => void (all += 1)));
      await healthy[phase]();
      expect(last / all, `${phase} sends ${all} statements, and died after ${last}`).toBeGreaterThan(2 / 3);
    }
    expect(await contentsOf(warehouse)).toEqual(await rightAfter(2, folder));
    expect(await transforms.isBehind()).toBe(false);
  });
}
