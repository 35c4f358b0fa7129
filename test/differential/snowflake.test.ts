import { expect, test } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { ensureLoadSchema } from '../../ingest/landing/raw-tables.ts';
import { createRandom } from '../../simulator/world/random.ts';
import { openSnowflakeWarehouse } from '../../warehouse/snowflake/open.ts';
import { parseSnowflakeSettings } from '../../warehouse/snowflake/settings.ts';
import { engineOn } from '../support/platform-parts.ts';
import { startSnowflakeDouble } from '../support/snowflake-double/start.ts';
import { differences } from './compare.ts';
import { halvesOf, load, shuffled } from './feed.ts';
import { batchesOf, expectedStar, makeWorld } from './star.ts';

test("on Snowflake's double the star equals what plain code makes of the sources, after several loads", async () => {
  const seed = 3;
  await using double = await startSnowflakeDouble();
  const settings = parseSnowflakeSettings(double.settings());
  const warehouse = await openSnowflakeWarehouse(settings, { clock: systemClock, logger: silentLogger });
  const engine = await engineOn(warehouse);
  await engine.setup();
  await ensureLoadSchema(warehouse, 'shop', []);
  const random = createRandom(seed, 78);
  const world = makeWorld(seed);
  // Of every source a half, and then the rest: what the second build finds is there already.
  const halves = halvesOf(batchesOf(world, random));
  for (const part of ['early', 'late'] as const) {
    for (const half of shuffled(halves, random)) await load(warehouse, half[part]);
    await engine.stage();
    expect(await engine.build()).toMatchObject({ published: true, held: [] });
  }
  for (const [mart, rows] of Object.entries(expectedStar(world))) {
    expect((await differences(warehouse, mart, rows)).slice(0, 4), mart).toEqual([]);
  }
  await warehouse.close();
}, 1_200_000);
