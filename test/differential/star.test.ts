import { readdir } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { createRandom } from '../../simulator/world/random.ts';
import { withStatementHook } from '../support/faulty-warehouse.ts';
import { engineOn, openTransforms, projectFolder } from '../support/platform-parts.ts';
import type { Transforms } from '../../transforms/engine/transforms.ts';
import type { DuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';
import { differences } from './compare.ts';
import type { Difference } from './compare.ts';
import { load, shuffled } from './feed.ts';
import { batchesOf, expectedStar, makeWorld, notCompared } from './star.ts';

/** SHOPWAVE_RUNS=20 for as many worlds as a release needs: `npm run test:slow`. */
const runs = Number(process.env['SHOPWAVE_RUNS'] ?? 2);
const firstSeed = Number(process.env['SHOPWAVE_SEED'] ?? 1);

/** Business days of the odd seeds; New York's clocks go forward within every world. */
const timeZones = ['UTC', 'America/New_York'] as const;

async function engineIn(warehouse: Warehouse, timeZone: string): Promise<Transforms> {
  const engine = await engineOn(warehouse);
  return await engine.reading({ vars: { business_timezone: timeZone } });
}

/** Stages and builds, and dies before one of the statements; whether it came to that. */
async function dies(warehouse: DuckdbWarehouse, timeZone: string, statements: number): Promise<boolean> {
  let left = statements;
  const dying = await engineIn(
    withStatementHook(warehouse, () => {
      left -= 1;
      if (left < 0) throw new Error('the process died');
    }),
    timeZone,
  );
  await dying
    .stage()
    .then(() => dying.build())
    .catch(() => {});
  return left < 0;
}

async function bringUp(warehouse: DuckdbWarehouse, timeZone: string): Promise<void> {
  const engine = await engineIn(warehouse, timeZone);
  await engine.stage();
  const { held } = await engine.build();
  expect(held).toEqual([]);
}

test.each(Array.from({ length: runs }, (_, index) => firstSeed + index))(
  'seed %i: the star equals what plain code makes of the sources',
  async (seed) => {
    const random = createRandom(seed, 77);
    const world = makeWorld(seed);
    const timeZone = timeZones[seed % timeZones.length] ?? 'UTC';
    const batches = shuffled(batchesOf(world, random), random);
    const { warehouse } = await openTransforms();
    let deaths = 0;
    for (const [index, batch] of batches.entries()) {
      await load(warehouse, batch);
      const isLast = index === batches.length - 1;
      if (!isLast && !random.chance(0.25)) continue;
      // Now and then the process dies, and another goes on; if it never did, before the last batch is built.
      const mustDie = isLast && deaths === 0;
      if (mustDie || random.chance(0.3))
        deaths += (await dies(warehouse, timeZone, random.integer(1, mustDie ? 60 : 120))) ? 1 : 0;
      await bringUp(warehouse, timeZone);
    }
    expect(deaths).toBeGreaterThan(0);
    const found: Difference[] = [];
    for (const [mart, rows] of Object.entries(expectedStar(world, timeZone))) {
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
