import { z } from 'zod';
import { cliErrors } from '../errors.ts';
import { defineOperation, rowsResult } from './operation.ts';

/** Writes the UCI Online Retail data set into the embedded shop; the pipeline carries it on like any other change. */
export const simulatorReplay = defineOperation({
  name: 'simulator.replay',
  input: z.object({ file: z.string().min(1), speed: z.union([z.literal('max'), z.number().positive()]) }),
  run: async ({ file, speed }, { platform, onProgress, signal }) => {
    const { url, isEmbedded } = await platform.shop();
    if (!isEmbedded) {
      throw cliErrors.error('CLI_REPLAY_FOREIGN_SHOP', {
        message:
          'this data folder follows your own database, which a replay would fill with somebody else’s orders',
        where: platform.paths.root,
      });
    }
    const { replayOnlineRetail } = await import('../../simulator/replay/online-retail.ts');
    const { clock, logger } = platform;
    const result = await replayOnlineRetail({ url, file, speed, clock, logger, onProgress, signal });
    return rowsResult([{ ...result }]);
  },
});
