import { z } from 'zod';
import { defineOperation, rowsResult, toCell } from './operation.ts';

export const assetsList = defineOperation({
  name: 'assets.list',
  input: z.object({}),
  run: async (_, { platform }) => {
    const assets = await (await platform.scheduler()).listAssets();
    return rowsResult(
      assets.map(({ asset, producers, readers, consumers, producedAt }) => ({
        asset,
        'produced by': producers.join(', '),
        'read by': readers.join(', '),
        schedules: consumers.join(', '),
        'produced last': toCell(producedAt),
      })),
      { columns: ['asset', 'produced by', 'read by', 'schedules', 'produced last'] },
    );
  },
});
