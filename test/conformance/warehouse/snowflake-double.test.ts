import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '../../../lib/clock.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { openSnowflakeWarehouse } from '../../../warehouse/snowflake/open.ts';
import { parseSnowflakeSettings } from '../../../warehouse/snowflake/settings.ts';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import { startSnowflakeDouble } from '../../support/snowflake-double/start.ts';
import { describeWarehouse } from './suite.ts';

describeWarehouse('Snowflake (double, through snowflake-sdk)', {
  open: async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-warehouse-'));
    const double = await startSnowflakeDouble();
    const opened: Warehouse[] = [];
    const open = async (): Promise<Warehouse> => {
      const settings = parseSnowflakeSettings(double.settings());
      const warehouse = await openSnowflakeWarehouse(settings, { clock: systemClock, logger: silentLogger });
      opened.push(warehouse);
      return warehouse;
    };
    return {
      warehouse: await open(),
      rival: open,
      folder,
      [Symbol.asyncDispose]: async () => {
        for (const warehouse of opened) await warehouse.close();
        await double[Symbol.asyncDispose]();
        await rm(folder, { recursive: true, force: true });
        if (double.strange.length > 0) throw new Error(double.strange.join('\n'));
      },
    };
  },
});
