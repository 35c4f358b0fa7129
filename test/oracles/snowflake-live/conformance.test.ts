import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { systemClock } from '../../../lib/clock.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { openSnowflakeWarehouse } from '../../../warehouse/snowflake/open.ts';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import { describeWarehouse } from '../../conformance/warehouse/suite.ts';
import { openDriver } from '../snowflake/driver.ts';
import { driverOptions, readAccount } from './account.ts';

// The warehouse suite on the account and in the warehouse that run.ts has prepared; a database for each test.
const name = process.env['SHOPWAVE_TEST_SNOWFLAKE_NAME'] ?? '';
const account = await readAccount(process.env, name);
if (account === undefined || name === '') throw new Error('run it by `npm run test:snowflake:live`');
let databases = 0;

describeWarehouse(`Snowflake (${account.account})`, {
  open: async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-warehouse-'));
    databases += 1;
    const database = `${name}_SUITE_${databases}`;
    const admin = await openDriver(await driverOptions(account));
    await admin.ask(`create database ${database} data_retention_time_in_days = 0`);
    await admin.ask(`create schema ${database}._META`);
    await admin.ask(`create stage ${database}._META.LANDING`);
    const opened: Warehouse[] = [];
    const open = async (): Promise<Warehouse> => {
      const settings = { ...account, database };
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
        await admin.ask(`drop database if exists ${database}`);
        await admin[Symbol.asyncDispose]();
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
});
