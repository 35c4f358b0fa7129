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
import { load, shuffled } from './feed.ts';
import { batchesOf, expectedStar, makeWorld } from './star.ts';

test("on Snowflake's double the star equals what plain code makes of the same sources", async () => {
  const seed = 3;
  await using double = await startSnowflakeDouble();
  const settings = parseSnowflakeSettings(double.settings());
  const warehouse = await openSnowflakeWarehouse(settings, { clock: systemClock, logger: silentLogger });
  const engine = await engineOn(warehouse);
  await engine.setup();
  await ensureLoadSchema(warehouse, 'shop', []);
  const random = createRandom(seed, 78);
  const world = makeWorld(seed);
  const batches = batchesOf(world, random);
  for (const batch of shuffled(batches, random)) await load(warehouse, batch);
  await engine.stage();
  expect(await engine.build()).toMatchObject({ published: true, held: [] });
  for (const [mart, rows] of Object.entries(expectedStar(world))) {
    expect((await differences(warehouse, mart, rows)).slice(0, 4), mart).toEqual([]);
  }
  await warehouse.close();
}, 600_000);
