import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import { describeWarehouse } from './suite.ts';

describeWarehouse('DuckDB', {
  open: async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-warehouse-'));
    const warehouse = await openDuckdbWarehouse({ path: ':memory:' });
    return {
      warehouse,
      rival: () => Promise.resolve(warehouse),
      folder,
      [Symbol.asyncDispose]: async () => {
        await warehouse.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
});
