import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../lib/logger.ts';
import type { CubeQuery, CubeRow } from '../../../semantic/server/cube-query.ts';
import type { Caller } from '../../../semantic/server/access/caller.ts';
import { platformCaller } from '../../../semantic/server/access/caller.ts';
import { createDuckdbReader } from '../../../semantic/server/duckdb-driver.ts';
import type { MartChanges } from '../../../semantic/server/rollups/refresh.ts';
import { createSemantic } from '../../../semantic/server/semantic.ts';
import type { Semantic } from '../../../semantic/server/semantic.ts';
import { createMarts } from './marts-fixture.ts';
import type { MartsFixture } from './marts-fixture.ts';
import { queryCatalogue } from './query-catalogue.ts';
import { modelDir, published } from './support.ts';

/** A person, after whose question rollups follow publications. */
const caller: Caller = { ...platformCaller, name: 'ana' };
const sales = { measures: ['finance.gmv'], dimensions: ['finance.currency'] };
const byMonth = {
  ...sales,
  timeDimensions: [{ dimension: 'finance.event_date', granularity: 'month' }],
};

let marts: MartsFixture;
let folder: string;
let version = 1;
/** The months that the next publication is said to have changed. */
let changed: 'all' | ReadonlySet<string> = 'all';
let duringRead: (() => Promise<void>) | undefined;
const asked: number[] = [];
const martChanges: MartChanges = {
  since: async (watched, since) => {
    asked.push(since);
    const told = { version, months: watched.map(() => changed) };
    await duringRead?.();
    return told;
  },
  version: async () => version,
};

beforeAll(async () => {
  marts = await createMarts('shop');
  folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-rollups-'));
});
afterAll(async () => {
  marts.close();
  await rm(folder, { recursive: true, force: true });
});

async function serve(file: string): Promise<Semantic> {
  return createSemantic({
    openReader: (cube) => createDuckdbReader(cube, marts.instance),
    modelDir,
    logger: silentLogger,
    publication: published(version),
    rollupsFile: file,
    martChanges,
  });
}

/** Rows in any order of their own, and where they came from. */
async function answer(
  semantic: Semantic,
  query: CubeQuery,
): Promise<{ rows: string[]; origin: string | undefined }> {
  const text = JSON.stringify(query);
  const { body, of } = await semantic.ask({ text }, { caller });
  const parsed = JSON.parse(body.toString('utf8')) as { data?: CubeRow[]; error?: string };
  const rows = (parsed.data ?? [{ error: parsed.error ?? '' }]).map((row) => JSON.stringify(sortedRow(row)));
  return { rows: rows.sort(), origin: of?.origin };
}

function sortedRow(row: CubeRow): CubeRow {
  return Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function sell(key: string, day: string, minor: number): Promise<void> {
  await marts.publisher.run(`
    insert into marts.fct_order_events (order_event_key, order_key, event_type, currency, channel, country, is_test,
      amount_minor, event_date) values ('${key}', 'o${key}', 'sale', 'EUR', 'web', 'DE', false, ${minor}, date '${day}')`);
}

describe('rollups', () => {
  let kept: Semantic;
  let plain: Semantic;
  beforeAll(async () => {
    [kept, plain] = await Promise.all([serve(path.join(folder, 'rollups.duckdb')), serve(':memory:')]);
    await answer(kept, sales);
    await kept.refresh();
  });
  afterAll(async () => {
    await Promise.all([kept.stop(), plain.stop()]);
  });

  it('are read from the warehouse once for a publication, by the months that it changed', async () => {
    const answers = async (): Promise<string[]> => (await answer(kept, byMonth)).rows;
    await answers();
    await sell('r1', '2026-03-05', 700);
    // Of another month, which the publication is not said to have changed: it shows that only March is read.
    await sell('r2', '2026-01-05', 9_000);
    const before = kept.statementsSent();
    [version, changed] = [version + 1, new Set(['2026-03-01'])];
    await kept.refresh(published(version, ['fct_order_events']));
    expect(kept.statementsSent() - before).toBe(2);
    const after = await answers();
    expect(kept.statementsSent() - before).toBe(2);
    expect(after).toHaveLength(3);
    expect(after.join('\n')).toMatch(/2026-03[^}]*7\.00/);
    expect(after.join('\n')).toMatch(/2026-01[^}]*220\.40/);
    [version, changed] = [version + 1, 'all'];
    await kept.refresh(published(version, ['fct_order_events']));
    expect((await answers()).join('\n')).toMatch(/2026-01[^}]*310\.40/);
  });

  it('ask the warehouse nothing after a publication that changed none of their marts', async () => {
    const before = kept.statementsSent();
    const askedBefore = asked.length;
    version += 1;
    await kept.refresh(published(version, ['fct_payouts']));
    expect(await answer(kept, byMonth)).toMatchObject({ origin: 'cache' });
    expect(kept.statementsSent()).toBe(before);
    expect(asked).toHaveLength(askedBefore);
  });

  it('are of one publication, also where another comes while they are read', async () => {
    await sell('r3', '2026-02-20', 100);
    const askedBefore = asked.length;
    version += 1;
    duringRead = async () => {
      duringRead = undefined;
      await sell('r4', '2026-03-20', 100);
      version += 1;
    };
    await kept.refresh(published(version, ['fct_order_events']));
    expect(duringRead).toBeUndefined();
    // What was read of two publications was thrown away, and read again.
    expect(asked.length - askedBefore).toBe(2);
    const { rows } = await answer(kept, sales);
    expect(rows).toEqual((await answer(plain, { ...sales, limit: 1_000 })).rows);
  });

  it('say of which publication they are while the warehouse cannot be read, and go on', async () => {
    const { rows } = await answer(kept, sales);
    await marts.publisher.run('alter table marts.fct_order_events rename to gone');
    version += 1;
    await kept.refresh(published(version, ['fct_order_events']));
    const text = JSON.stringify({ ...sales, order: { 'finance.gmv': 'asc' } });
    const stale = await kept.ask({ text }, { caller });
    expect(stale.of).toMatchObject({
      origin: 'rollup',
      isStale: true,
      publication: { version: version - 1 },
    });
    expect(JSON.parse(stale.body.toString('utf8'))).toMatchObject({
      data: rows.map((row) => JSON.parse(row) as object),
    });
    // What was answered before is still there, too, and what was not is told to be away.
    const again = await kept.ask({ text: JSON.stringify(sales) }, { caller });
    expect(again.of).toMatchObject({ isStale: true });
    await expect(kept.load({ measures: ['finance.aov'] })).rejects.toMatchObject({ retryable: true });
    await marts.publisher.run('alter table marts.gone rename to fct_order_events');
    version += 1;
    await kept.refresh(published(version, ['fct_order_events']));
    expect((await kept.ask({ text }, { caller })).of).toMatchObject({ isStale: false });
  });

  it('answer every query that they cover as the marts do', async () => {
    const queries = queryCatalogue(await kept.catalog());
    let covered = 0;
    for (const { what, query } of queries) {
      const ours = await answer(kept, query);
      if (ours.origin !== 'rollup') continue;
      const theirs = await answer(plain, query);
      expect(ours.rows, what).toEqual(theirs.rows);
      expect(theirs.origin, what).toBe('warehouse');
      covered += 1;
    }
    expect(covered).toBeGreaterThan(100);
  });
});

it('rollups of a file are there after a restart, without a statement', async () => {
  const file = path.join(folder, 'again.duckdb');
  const first = await serve(file);
  await answer(first, sales);
  await first.refresh();
  const { rows } = await answer(first, sales);
  await first.stop();
  const second = await serve(file);
  await second.refresh();
  expect(await answer(second, sales)).toEqual({ rows, origin: 'rollup' });
  expect(second.statementsSent()).toBe(0);
  await second.stop();
});
