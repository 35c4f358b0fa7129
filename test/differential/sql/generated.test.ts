import process from 'node:process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRandom } from '../../../simulator/world/random.ts';
import { compareQuery } from './compare.ts';
import { randomQuery } from './grammar.ts';
import { startSqlRig } from './rig.ts';
import type { SqlRig } from './rig.ts';

let rig: SqlRig;
beforeAll(async () => {
  rig = await startSqlRig(2);
}, 120_000);
afterAll(() => rig.close());

const count = Number(process.env['SHOPWAVE_QUERIES'] ?? 2000);
const seed = Number(process.env['SHOPWAVE_SEED'] ?? 1);

it(`answers ${count} generated queries as PostgreSQL does, or refuses them`, async () => {
  const random = createRandom(seed, 9);
  const outcomes: Record<string, number> = {};
  const different: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const query = randomQuery(random);
    const outcome = await compareQuery(rig.ours, rig.twin, query);
    outcomes[outcome.kind] = (outcomes[outcome.kind] ?? 0) + 1;
    if (outcome.kind === 'different') different.push(`${query}\n    ${outcome.why}`);
  }
  process.stdout.write(`generated queries, seed ${seed}: ${JSON.stringify(outcomes)}\n`);
  expect(different.slice(0, 12)).toEqual([]);
  // A grammar that is mostly refused would prove nothing.
  expect((outcomes['equal'] ?? 0) / count).toBeGreaterThan(0.6);
});
