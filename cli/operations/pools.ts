import { z } from 'zod';
import { defineOperation, rowsResult } from './operation.ts';

export const poolsList = defineOperation({
  name: 'pools.list',
  input: z.object({}),
  run: async (_, { platform }) => {
    const pools = await (await platform.scheduler()).listPools();
    return rowsResult(
      pools.map((pool) => ({ ...pool })),
      { columns: ['pool', 'slots', 'description'] },
    );
  },
});

export const poolsSet = defineOperation({
  name: 'pools.set',
  input: z.object({
    pool: z.string().min(1).max(250),
    slots: z.int().min(0),
    description: z.string().default(''),
  }),
  run: async (pool, { platform }) => {
    await (await platform.scheduler()).setPool(pool);
    return rowsResult([{ ...pool }], { columns: ['pool', 'slots', 'description'] });
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
