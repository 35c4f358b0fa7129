import { readFile } from 'node:fs/promises';
import type { Connection } from 'snowflake-sdk';
import { z } from 'zod';
import { silentLogger } from '../../lib/logger.ts';
import { loadSdk } from '../../warehouse/snowflake/sdk.ts';

/** What answers, and how it is logged in to. */
export const target = z.object({
  account: z.string(),
  accessUrl: z.string(),
  user: z.string(),
  warehouse: z.string(),
  database: z.string(),
  privateKeyPath: z.string(),
});
export type Target = z.infer<typeof target>;

/** So many rows of an id, an amount and a text, as a report would read them. */
export const rowsSql = (rows: number): string =>
  `select row_number() over (order by null) as n, cast(row_number() over (order by null) as number(18, 2)) as amount,
     'order ' || cast(row_number() over (order by null) as varchar) as label
   from table(generator(rowcount => ${rows}))`;

/** The driver as its documentation uses it. */
export async function bareConnection(given: Target): Promise<Connection> {
  const sdk = await loadSdk(silentLogger);
  const connection = sdk.createConnection({
    account: given.account,
    accessUrl: given.accessUrl,
    username: given.user,
    authenticator: 'SNOWFLAKE_JWT',
    privateKey: await readFile(given.privateKeyPath, 'utf8'),
    warehouse: given.warehouse,
    database: given.database,
  });
  await connection.connectAsync();
  return connection;
}

export function bareQuery(connection: Connection, sqlText: string): Promise<readonly unknown[]> {
  return new Promise((resolve, reject) => {
    connection.execute({
      sqlText,
      complete: (error, _statement, rows) => (error ? reject(error) : resolve(rows ?? [])),
    });
  });
}
