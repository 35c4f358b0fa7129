import type { Socket } from 'node:net';
import pg from 'pg';
import { expect, onTestFinished } from 'vitest';
import { createTestDatabase } from '../../support/postgres.ts';
import { outline, rawWire, rawWireOver, startupPacket } from '../../support/raw-wire.ts';
import type { RawMessage, RawWire } from '../../support/raw-wire.ts';
import { serveSql } from './support.ts';

/** Conversations with a real PostgreSQL and with the server here: message by message the same. */
export interface Peers {
  readonly ours: RawWire;
  readonly theirs: RawWire;
}

/** What of a conversation is compared: all but texts of errors and where a column comes from. */
function told(messages: readonly RawMessage[]): string[] {
  return (
    outline(messages.map((each) => (each.type === 'T' ? plainColumns(each) : each)))
      // Nor are warnings of PostgreSQL about itself.
      .filter((each) => each !== 'S' && each !== 'N01000')
      .map((each, index) => (each === 'T' ? `T ${messages[index]?.type}` : each))
  );
}

function plainColumns(message: RawMessage): RawMessage {
  const { body } = message;
  const columns: string[] = [];
  let at = 2;
  while (at < body.length) {
    const end = body.indexOf(0, at);
    const name = body.toString('utf8', at, end);
    columns.push(`${name}:${body.readUInt32BE(end + 7)}:${body.readUInt16BE(end + 17)}`);
    at = end + 19;
  }
  return { type: `T ${columns.join()}`, body };
}

export async function openPeers(): Promise<() => Promise<Peers>> {
  const db = await createTestDatabase();
  onTestFinished(() => db[Symbol.asyncDispose]());
  await db.pool.query(`
    create function numbers(n int, out i int) returns setof int language sql as 'select generate_series(1, n)';
    create table odd(i, t) as values (1, 'plain'), (2, e'tab\\tnew\\nline\\\\'), (3, 'semi;colon,"quoted"'), (4, ''), (5, null);
  `);
  const { port } = await serveSql();
  return async () => {
    const ours = await rawWire(port);
    ours.send(startupPacket({ user: 'ana', database: 'shop' }));
    await ours.until('Z');
    return { ours, theirs: rawWireOver(await connectedSocket(db.url)) };
  };
}

/** The socket of a connection to PostgreSQL that has proven itself; from here on nobody else reads it. */
async function connectedSocket(url: string): Promise<Socket> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { stream } = (client as unknown as { readonly connection: { readonly stream: Socket } }).connection;
  for (const event of ['data', 'end', 'close', 'error']) stream.removeAllListeners(event);
  onTestFinished(() => void stream.destroy());
  return stream;
}

/** Sends messages that end with one after which the server is ready, and compares what comes back. */
export async function expectSame({ ours, theirs }: Peers, messages: readonly Buffer[]): Promise<void> {
  for (const wire of [ours, theirs]) wire.send(...messages);
  const [mine, expected] = await Promise.all([ours.until('Z'), theirs.until('Z')]);
  expect(told(mine)).toEqual(told(expected));
}

/** Random conversations; each takes some ten milliseconds. */
export const conversations = process.env['SHOPWAVE_SLOW'] === '1' ? 3000 : 150;
