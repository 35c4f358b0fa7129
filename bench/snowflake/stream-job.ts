import process from 'node:process';
import { z } from 'zod';
import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { openSnowflakeWarehouse } from '../../warehouse/snowflake/open.ts';
import { bareConnection, rowsSql, target } from './target.ts';

// Reads many rows one by one, by the driver or by the adapter, and says what that took. A process for each of them.

const job = z
  .object({ target, how: z.enum(['driver', 'adapter']), rows: z.number() })
  .parse(JSON.parse(process.argv[2] ?? ''));

async function byDriver(sqlText: string): Promise<number> {
  const connection = await bareConnection(job.target);
  const rows = await new Promise<AsyncIterable<unknown>>((resolve, reject) => {
    connection.execute({
      sqlText,
      streamResult: true,
      fetchAsString: ['Number', 'Date'],
      complete: (error, statement) => (error ? reject(error) : resolve(statement.streamRows())),
    });
  });
  let count = 0;
  for await (const row of rows) count += row === null ? 0 : 1;
  await new Promise<void>((resolve) => connection.destroy(() => resolve()));
  return count;
}

async function byAdapter(sql: string): Promise<number> {
  const { privateKeyPath, ...rest } = job.target;
  const warehouse = await openSnowflakeWarehouse(
    { ...rest, auth: { kind: 'key-pair', privateKeyPath } },
    { clock: systemClock, logger: silentLogger },
  );
  let count = 0;
  for await (const row of warehouse.stream(sql)) count += row['n'] === null ? 0 : 1;
  await warehouse.close();
  return count;
}

const before = performance.now();
const count = await { driver: byDriver, adapter: byAdapter }[job.how](rowsSql(job.rows));
const seconds = (performance.now() - before) / 1000;
const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(`${JSON.stringify({ count, seconds, peakRssMb })}\n`);
