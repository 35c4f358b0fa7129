import { expect, test } from 'vitest';
import { restoreEntity } from '../../ingest/archive/restore.ts';
import { restoreTouched } from '../../ingest/archive/restore-touched.ts';
import { applyRetention } from '../../ingest/archive/retention.ts';
import { retentionRules } from '../../ingest/archive/retention-rules.ts';
import { createRandom } from '../../simulator/world/random.ts';
import { openHome, rawContents } from '../support/archive-home.ts';
import type { Home } from '../support/archive-home.ts';
import { openArchiveWorld } from '../support/archive-world.ts';
import { landBatch } from './archive.ts';
import { differences } from './compare.ts';
import { halvesOf } from './feed.ts';
import { batchesOf, expectedStar, makeWorld } from './star.ts';
import type { World } from './star.ts';

async function mustEqual({ warehouse }: Home, world: World): Promise<void> {
  for (const [mart, rows] of Object.entries(expectedStar(world))) {
    expect((await differences(warehouse, mart, rows)).slice(0, 4), mart).toEqual([]);
  }
}

test('what retention took out of raw changes nothing: after later changes, a restore and a rebuild the star is the same', async () => {
  const seed = 2;
  const world = makeWorld(seed);
  const halves = halvesOf(batchesOf(world, createRandom(seed, 80)));
  await using archive = await openArchiveWorld();
  await using home = await openHome(archive);
  const deps = { ...archive.deps, warehouse: home.warehouse };
  for (const { early } of halves) await landBatch(archive, early);
  await home.catchUp();

  const read = halves[0]?.early.rows.map(({ committedAt }) => committedAt) ?? [];
  archive.setNow(new Date(Math.max(...read)).toISOString());
  const removed = await applyRetention(deps, {
    rules: retentionRules,
    keepDays: 1,
    consumed: '_meta.staged_batch',
  });
  expect(removed.find(({ table }) => table === 'orders')?.keys).toBeGreaterThan(0);

  for (const { late } of halves) await landBatch(archive, late);
  await home.load();
  // A change of an order that has left brings its history back.
  expect((await restoreTouched(deps, { rules: retentionRules })).keys).toBeGreaterThan(0);
  await home.catchUp();
  await mustEqual(home, world);

  for (const table of new Set(removed.map((each) => each.table)))
    await restoreEntity(deps, { source: 'shop', table });
  await home.transforms.build({ fullRefresh: true });
  await mustEqual(home, world);

  await using rebuilt = await openHome(archive);
  await rebuilt.catchUp();
  expect(await rawContents(rebuilt.warehouse)).toEqual(await rawContents(home.warehouse));
  await mustEqual(rebuilt, world);
}, 1_200_000);
