import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { Pool } from 'pg';
import { systemClock } from '../../../lib/clock.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { createSimulator } from '../../../simulator/simulator.ts';
import type { Simulator, SimulatorOptions } from '../../../simulator/simulator.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { contradictions, currentPosition, truthByDefinition } from './shop-truth.ts';

function simulate(url: string, options: Partial<SimulatorOptions> = {}): Simulator {
  return createSimulator({
    url,
    seed: 7,
    backlogLines: 1500,
    ordersPerSecond: 60,
    clock: systemClock,
    logger: silentLogger,
    onProgress: ignoreProgress,
    ...options,
  });
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await systemClock.sleep(20);
}

async function count(pool: Pool, sql: string): Promise<number> {
  const { rows } = await pool.query<{ n: string }>(`select count(*) as n from ${sql}`);
  return Number(rows[0]?.n);
}

test('truth equals the definitions over the tables, now and as of an earlier position, while writers compete', async () => {
  await using db = await createTestDatabase();
  const simulator = simulate(db.url);
  await simulator.prepare();
  const atFirst = await truthByDefinition(db.pool);
  expect(await simulator.truthAsOf(atFirst.position)).toEqual(atFirst.metrics);
  expect(atFirst.metrics['gmv']).toBeGreaterThan(0n);

  simulator.start();
  await until(() => simulator.stats().committed >= 400);
  await simulator.stop();
  const later = await truthByDefinition(db.pool);
  simulator.start();
  await until(() => simulator.stats().committed >= 800);
  // Asked for in the middle of traffic: positions that lie behind are not disturbed by what goes on.
  expect(await simulator.truthAsOf(later.position)).toEqual(later.metrics);
  await simulator.stop();
  const atLast = await truthByDefinition(db.pool);

  expect(await simulator.truthAsOf(atLast.position)).toEqual(atLast.metrics);
  expect(await simulator.truthAsOf(later.position)).toEqual(later.metrics);
  expect(await simulator.truthAsOf(atFirst.position)).toEqual(atFirst.metrics);
  expect(atLast.metrics['gmv']).toBeGreaterThan(later.metrics['gmv'] ?? 0n);
  expect(simulator.stats()).toMatchObject({ failed: 0 });
  expect(simulator.stats().rolledBack).toBeGreaterThan(0);
  expect((await db.pool.query(contradictions)).rows).toEqual([]);
});
