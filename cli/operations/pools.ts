import { z } from 'zod';
import { schedulerErrors } from '../../scheduler/errors.ts';
import { defineOperation, rowsResult } from './operation.ts';

const name = z.string().min(1).max(250);
const columns = ['pool', 'slots', 'description'];

export const poolsList = defineOperation({
  name: 'pools.list',
  input: z.object({}),
  run: async (_, { platform }) => {
    const pools = await (await platform.scheduler()).listPools();
    return rowsResult(
      pools.map((pool) => ({ ...pool })),
      { columns },
    );
  },
});

export const poolsGet = defineOperation({
  name: 'pools.get',
  input: z.object({ pool: name }),
  run: async ({ pool }, { platform }) => {
    const found = (await (await platform.scheduler()).listPools()).find((each) => each.pool === pool);
    if (found === undefined) throw schedulerErrors.error('POOL_NOT_FOUND', { message: `no pool ${pool}` });
    return rowsResult([{ ...found }], { columns });
  },
});

export const poolsSet = defineOperation({
  name: 'pools.set',
  input: z.object({
    pool: name,
    slots: z.int().min(0),
    description: z.string().default(''),
  }),
  run: async (pool, { platform }) => {
    await (await platform.scheduler()).setPool(pool);
    return rowsResult([{ ...pool }], { columns });
  },
});

export const poolsDelete = defineOperation({
  name: 'pools.delete',
  input: z.object({ pool: z.string(), dryRun: z.boolean().default(false) }),
  run: async ({ pool, dryRun }, { platform }) => {
    await (await platform.scheduler()).deletePool(pool, { dryRun });
    return rowsResult([{ pool, state: dryRun ? 'would be deleted' : 'deleted' }]);
  },
});

/** As Airflow's files have them: slots and description by name. */
export const poolsImport = defineOperation({
  name: 'pools.import',
  input: z.object({
    pools: z.record(name, z.object({ slots: z.int().min(0), description: z.string().default('') })),
  }),
  run: async ({ pools }, { platform }) => {
    const scheduler = await platform.scheduler();
    const known = new Set((await scheduler.listPools()).map(({ pool }) => pool));
    const rows: { pool: string; slots: number; state: string }[] = [];
    for (const [pool, { slots, description }] of Object.entries(pools)) {
      await scheduler.setPool({ pool, slots, description });
      rows.push({ pool, slots, state: known.has(pool) ? 'replaced' : 'added' });
    }
    return rowsResult(rows, { columns: ['pool', 'slots', 'state'] });
  },
});

/** Each as the import takes it. */
export const poolsExport = defineOperation({
  name: 'pools.export',
  input: z.object({}),
  run: async (_, { platform }) => {
    const pools = await (await platform.scheduler()).listPools();
    return rowsResult(
      pools.map(({ pool, slots, description }) => ({ pool, value: JSON.stringify({ slots, description }) })),
      { columns: ['pool', 'value'] },
    );
  },
});
