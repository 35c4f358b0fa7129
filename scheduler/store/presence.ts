import { hostname } from 'node:os';
import process from 'node:process';
import type { Knex } from 'knex';
import type { Client } from 'pg';
import { z } from 'zod';
import type { Logger } from '../../lib/logger.ts';
import { messageOf } from '../../lib/errors.ts';
import { schedulerSchema, wakeChannel } from './migrations.ts';
import type { RunKey } from './rows.ts';

/** Class of the advisory locks that say "this scheduler lives"; the object id is the scheduler's id. */
const presenceLockClass = 0x5c4ed;

/** A scheduler's place among others: its id, proof of life, and the line on which others wake it. */
export interface Presence {
  readonly owner: number;
  /** Brings the connection back if it was lost. Called on every tick. */
  readonly ensure: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Called with what somebody else has changed; undefined: that may be anything. */
export type OnWake = (changed: Changed | undefined) => void;

/**
 * Registers this process as a scheduler. It holds a session lock on a connection of its own, so that PostgreSQL
 * itself says who is dead, at once and without waiting for a lease; the same connection listens for wake-ups.
 */
export async function openPresence(
  db: Knex,
  input: { readonly now: Date; readonly logger: Logger; readonly onWake: OnWake },
): Promise<Presence> {
  const inserted: { id: number }[] = await db
    .withSchema(schedulerSchema)
    .into('scheduler_instance')
    .insert({ host: hostname(), pid: process.pid, started_at: input.now })
    .returning('id');
  const owner = inserted[0]?.id ?? 0;
  let connection: Client | undefined;
  const lose = (client: Client): void => {
    if (connection === client) connection = undefined;
  };
  const ensure = async (): Promise<void> => {
    if (connection !== undefined) return;
    const client = await connect(db);
    client.on('notification', ({ payload }) => {
      const changed = readPayload(payload, owner);
      if (changed !== null) input.onWake(changed);
    });
    client.on('end', () => lose(client));
    client.on('error', (error) => {
      input.logger.warn('the scheduler lost its wake-up connection; reconnecting', {
        error: messageOf(error),
      });
      lose(client);
    });
    await client.query('select pg_advisory_lock($1, $2)', [presenceLockClass, owner]);
    await client.query(`listen ${wakeChannel}`);
    connection = client;
  };
  await ensure();
  return {
    owner,
    ensure,
    close: async () => {
      const client = connection;
      connection = undefined;
      await client?.end();
    },
  };
}

/** Ids of the schedulers that are alive on this store. */
export async function readLiveOwners(db: Knex): Promise<ReadonlySet<number>> {
  const result: { rows: { owner: number }[] } = await db.raw(
    `select objid::int as owner from pg_locks
      where locktype = 'advisory' and granted and classid = ? and objsubid = 2
        and database = (select oid from pg_database where datname = current_database())`,
    [presenceLockClass],
  );
  return new Set(result.rows.map((row) => row.owner));
}

/** Wakes every scheduler on this store, ours included: anything may have changed. */
export async function notifyWake(db: Knex): Promise<void> {
  await db.raw(`select pg_notify(?, '')`, [wakeChannel]);
}

/** What has changed in the store: runs of which tasks have ended, and DAGs of which runs have. */
export interface Changed {
  readonly runs: readonly RunKey[];
  readonly dags: readonly string[];
}

/** Tells the other schedulers on this store what this one has changed. */
export async function notifyChanged(db: Knex, owner: number, changed: Changed): Promise<void> {
  await db.raw('select pg_notify(?, ?)', [wakeChannel, wakePayload(owner, changed)]);
}

/** What a wake-up says: empty where anything may have changed. */
const wakeMessage = z.object({
  owner: z.number(),
  runs: z.array(z.tuple([z.string(), z.string()])),
  dags: z.array(z.string()),
});

/** PostgreSQL takes a payload below 8,000 bytes. */
const longestPayload = 7900;

/** Says what has changed, and who knows it already. */
export function wakePayload(owner: number, changed: Changed): string {
  const runs = changed.runs.map(({ dagId, runId }) => [dagId, runId]);
  const text = JSON.stringify({ owner, runs, dags: changed.dags });
  return Buffer.byteLength(text) > longestPayload ? '' : text;
}

/** What a wake-up is about: null where it is of our own doing, undefined where anything may have changed. */
function readPayload(payload: string | undefined, self: number): Changed | null | undefined {
  if (payload === undefined || payload === '') return undefined;
  const { owner, runs, dags } = wakeMessage.parse(JSON.parse(payload));
  return owner === self ? null : { dags, runs: runs.map(([dagId, runId]) => ({ dagId, runId })) };
}

async function connect(db: Knex): Promise<Client> {
  // A raw connection outside the pool: it must live as long as the scheduler and never be handed to a query.
  const client: { acquireRawConnection: () => Promise<Client> } = db.client;
  return await client.acquireRawConnection();
}
