import { existsSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { createDataFolder, run } from '../support/command.ts';
import { linesOf, retailFigures } from './retail-figures.ts';

/** The data set stays outside of the repository; see README for where to get it, or name it in SHOPWAVE_ONLINE_RETAIL. */
const beside = fileURLToPath(new URL('../../../shared/data/online-retail.csv.gz', import.meta.url));
const file = process.env['SHOPWAVE_ONLINE_RETAIL'] ?? beside;
const isThere = existsSync(file);
if (!isThere) process.stderr.write(`skipped: the online-retail data set is not there (${file})\n`);

/** The same figures straight from the CSV, by a query that shares nothing with the pipeline: discounts lower net revenue. */
const independent = `
  with lines as (${linesOf(file)})
  select strftime(date_trunc('month', invoiced_on), '%Y-%m-%d') as month,
    sum(minor) filter (where kind = 'goods' and not is_cancelled) as gmv,
    sum(case when is_cancelled then -minor else minor end) filter (where kind in ('goods', 'discount')) as net_revenue,
    coalesce(sum(minor) filter (where kind = 'goods' and is_cancelled), 0) as cancellations,
    count(distinct customer) filter (where not is_cancelled) as customers
  from lines group by 1 order by 1`;

async function askTheFile(sql: string): Promise<Array<Record<string, unknown>>> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(sql);
  const rows = reader.getRowObjects();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

async function fromTheFile(): Promise<Array<Record<string, string>>> {
  return (await askTheFile(independent)).map((row) => ({
    month: String(row['month']),
    gmv: toAmount(row['gmv']),
    net_revenue: toAmount(row['net_revenue']),
    cancellations: toAmount(row['cancellations']),
    customers: String(row['customers']),
  }));
}

function toAmount(minor: unknown): string {
  const digits = String(minor).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

test.skipIf(!isThere)('a real shop’s year of invoices reaches the metrics to the penny', async () => {
  await using folder = await createDataFolder();
  const dir = ['--data-dir', folder.path];
  const start = ['start', '--once', '--json', '--simulator', 'off', '--port', '0', ...dir];
  expect((await run(start)).code).toBe(0);
  const replayed = await run(['simulator', 'replay', 'online-retail', '--file', file, '-o', 'json', ...dir]);
  expect(replayed.code, replayed.stderr).toBe(0);
  expect(JSON.parse(replayed.stdout)[0]).toMatchObject({ rows: 541_909, rowsWritten: 541_909 });
  const carried = await run(start);
  expect(carried.code, carried.stderr).toBe(0);

  const metrics = ['gmv', 'net_revenue', 'cancellations', 'customers'];
  const answer = await run(['metrics', 'query', ...metrics, '--grain', 'month', '-o', 'json', ...dir]);
  const rows = JSON.parse(answer.stdout) as Array<Record<string, string | null>>;
  const monthly = rows.map(({ date, ...values }) => ({ month: date, ...values }));
  const expected = await fromTheFile();
  expect(expected).toHaveLength(13);
  expect(monthly.map((row) => mapText(row))).toEqual(expected);

  for (const { what, star, file: ofFile } of retailFigures) {
    const told = await run(['warehouse', 'query', star, '--limit', '10000', '-o', 'json', ...dir]);
    expect(told.code, told.stderr).toBe(0);
    const found = (JSON.parse(told.stdout) as Array<Record<string, unknown>>).map(mapText);
    const wanted = (await askTheFile(`with lines as (${linesOf(file)}) ${withoutWith(ofFile)}`)).map(mapText);
    expect(wanted.length, what).toBeGreaterThan(10);
    expect(found, what).toEqual(wanted);
  }
});

/** One list of common tables, the lines first. */
function withoutWith(sql: string): string {
  return sql.replace(/^with /, ', ');
}

function mapText(row: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)]));
}
