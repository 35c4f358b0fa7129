import { messageOf } from '../../../lib/errors.ts';
import type { Driver } from '../snowflake/driver.ts';

/** A warehouse, and databases, of the run's own; all of it is dropped in the end. */
export interface OwnPlace extends AsyncDisposable {
  /** Creates an empty database and resolves to its name. */
  readonly database: (suffix: string) => Promise<string>;
  /** What could not be made, and what stands in for it. */
  readonly notes: readonly string[];
}

/** The smallest there is, which nothing keeps awake. */
const warehouse = (name: string): string =>
  `create warehouse ${name} warehouse_size = XSMALL auto_suspend = 60 auto_resume = true initially_suspended = true
   statement_timeout_in_seconds = 600 comment = 'A test of ShopWave; may be dropped.'`;

/** Makes the place as whoever `admin` is, who needs CREATE WAREHOUSE and CREATE DATABASE. */
export async function makeOwnPlace(admin: Driver, name: string, maxCredits: number): Promise<OwnPlace> {
  const undo: string[] = [];
  const make = async (sql: string, drop: string): Promise<void> => {
    // Named before it is there: whatever the reply, it will be gone.
    undo.unshift(drop);
    await admin.ask(sql);
  };
  const dispose = async (): Promise<void> => {
    const errors: string[] = [];
    // A suite that was stopped has left its database.
    const left = await databasesOf(admin, name).catch(() => []);
    for (const sql of [...left.map((each) => `drop database if exists ${each}`), ...undo])
      await admin.ask(sql).catch((error: unknown) => errors.push(`${sql}: ${messageOf(error)}`));
    if (errors.length > 0) throw new Error(`left behind in the account:\n${errors.join('\n')}`);
  };
  try {
    await make(warehouse(name), `drop warehouse if exists ${name}`);
    const notes = await watched(admin, name, maxCredits, make);
    return {
      notes,
      database: async (suffix) => {
        const database = `${name}_${suffix}`;
        await make(
          `create database if not exists ${database} data_retention_time_in_days = 0`,
          `drop database if exists ${database}`,
        );
        return database;
      },
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose().catch(() => undefined);
    throw error;
  }
}

async function databasesOf(admin: Driver, name: string): Promise<string[]> {
  const { columns, rows } = await admin.ask(`show terse databases starts with '${name}_'`);
  const place = columns.findIndex((column) => column.name.toLowerCase() === 'name');
  // Whatever the server makes of the condition: nobody else's may be dropped.
  return rows.map((row) => String(row[place])).filter((each) => each.startsWith(`${name}_`));
}

/** Snowflake's own cap beside ours: administrators of the account may make one. */
async function watched(
  admin: Driver,
  name: string,
  maxCredits: number,
  make: (sql: string, drop: string) => Promise<void>,
): Promise<string[]> {
  const quota = Math.max(1, Math.ceil(maxCredits));
  try {
    await make(
      `create resource monitor ${name} with credit_quota = ${quota} triggers on 100 percent do suspend_immediate`,
      `drop resource monitor if exists ${name}`,
    );
    await admin.ask(`alter warehouse ${name} set resource_monitor = ${name}`);
    return [];
  } catch (error) {
    return [`no resource monitor, the cap is kept by the clock alone: ${messageOf(error)}`];
  }
}
