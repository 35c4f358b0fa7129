import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** A session of one's own, closed when the work is done, whatever its outcome. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await connect(url);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Connects; a server that goes away later shows as a failed query, never as an unhandled event. */
export async function connect(url: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    application_name: 'shopwave simulator',
    options: '-c search_path=public -c timezone=UTC -c datestyle=ISO',
  });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Runs the work in one transaction; a failure leaves nothing behind. */
export async function inTransaction<T>(client: Client, work: () => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    // A broken connection has rolled back already; the first error is the one to report.
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

/** One line of COPY's text format. */
export function copyLine(values: readonly (string | null)[]): string {
  let line = '';
  for (const [index, value] of values.entries()) {
    if (index > 0) line += '\t';
    line += value === null ? '\\N' : escapeCopy(value);
  }
  return `${line}\n`;
}

const copyEscapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** A value of COPY's text format. */
export function escapeCopy(value: string): string {
  return /[\\\t\n\r]/.test(value)
    ? value.replaceAll(/[\\\t\n\r]/g, (mark) => copyEscapes[mark] ?? mark)
    : value;
}

/** Loads text made of {@link copyLine}s, cut anywhere. `options` is COPY's list, without brackets. */
export async function copyInto(
  client: Client,
  table: string,
  columns: readonly string[],
  text: readonly Buffer[],
  options = 'format text',
): Promise<void> {
  const stream = client.query(copyFrom(`copy ${table} (${columns.join(', ')}) from stdin with (${options})`));
  await pipeline(Readable.from(text), stream);
}
