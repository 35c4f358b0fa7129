import { readdir } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { createRandom } from '../../simulator/world/random.ts';
import type { Random } from '../../simulator/world/random.ts';
import { withStatementHook } from '../support/faulty-warehouse.ts';
import { engineOn, openTransforms, projectFolder } from '../support/platform-parts.ts';
import type { DuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import { differences } from './compare.ts';
import type { Difference } from './compare.ts';
import { load, shuffled } from './feed.ts';
import { batchesOf, expectedStar, makeWorld, notCompared } from './star.ts';

/** SHOPWAVE_RUNS=20 for as many worlds as a release needs: `npm run test:slow`. */
const runs = Number(process.env['SHOPWAVE_RUNS'] ?? 2);
const firstSeed = Number(process.env['SHOPWAVE_SEED'] ?? 1);

/** Stages and builds; now and then the process dies before one of its statements, and another goes on. */
async function bringUp(warehouse: DuckdbWarehouse, random: Random): Promise<void> {
  if (random.chance(0.3)) {
    let left = random.integer(1, 120);
    const dying = await engineOn(
      withStatementHook(warehouse, () => {
        left -= 1;
        if (left < 0) throw new Error('the process died');
      }),
    );
    await dying
      .stage()
      .then(() => dying.build())
      .catch(() => {});
  }
  const engine = await engineOn(warehouse);
  await engine.stage();
  const { held } = await engine.build();
  expect(held).toEqual([]);
}

test.each(Array.from({ length: runs }, (_, index) => firstSeed + index))(
  'seed %i: the star equals what plain code makes of the sources',
  async (seed) => {
    const random = createRandom(seed, 77);
    const world = makeWorld(seed);
    const batches = batchesOf(world, random);
    const { warehouse } = await openTransforms();
    for (const batch of shuffled(batches, random)) {
      await load(warehouse, batch);
      if (random.chance(0.25)) await bringUp(warehouse, random);
    }
    await bringUp(warehouse, random);
    const found: Difference[] = [];
    for (const [mart, rows] of Object.entries(expectedStar(world))) {
      // A few of each mart tell what is wrong, and whether several are.
      found.push(...(await differences(warehouse, mart, rows)).slice(0, 4));
    }
    expect(found, `seed ${seed}`).toEqual([]);
    await warehouse.close();
  },
  600_000,
);

test('every mart is compared, or said not to be', async () => {
  const files = await readdir(path.join(projectFolder, 'models', 'marts'));
  const marts = files.filter((file) => file.endsWith('.sql')).map((file) => file.slice(0, -'.sql'.length));
  const compared = Object.keys(expectedStar(makeWorld(1)));
  expect([...compared, ...Object.keys(notCompared)].toSorted()).toEqual(marts.toSorted());
});
