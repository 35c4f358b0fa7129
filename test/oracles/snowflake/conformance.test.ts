import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { systemClock } from '../../../lib/clock.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { openSnowflakeWarehouse } from '../../../warehouse/snowflake/open.ts';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import { describeWarehouse } from '../../conformance/warehouse/suite.ts';
import { cannotConform } from './cannot-conform.ts';

// The warehouse suite, through the adapter and the driver, on fakesnow as run.ts has started it.
const accessUrl = process.env['SHOPWAVE_TEST_FAKESNOW'] ?? '';
let databases = 0;

const lookedUp = new Set<string>();
const cannot = new Proxy(cannotConform, {
  get: (list, name: string) => {
    lookedUp.add(name);
    return list[name];
  },
});

describeWarehouse('Snowflake (fakesnow, through snowflake-sdk)', {
  cannot,
  open: async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-warehouse-'));
    databases += 1;
    const settings = {
      account: 'fakesnow',
      accessUrl,
      user: 'SHOPWAVE',
      warehouse: 'TEST',
      database: `CONFORMANCE_${process.pid}_${databases}`,
      auth: { kind: 'token', token: 'any' },
    } as const;
    const opened: Warehouse[] = [];
    const open = async (): Promise<Warehouse> => {
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
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
});

test('every line of the list is the name of a test', () => {
  expect(Object.keys(cannotConform).filter((name) => !lookedUp.has(name))).toEqual([]);
});
