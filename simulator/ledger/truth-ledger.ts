import type pg from 'pg';
import type { Clock } from '../../lib/clock.ts';
import { withClient, inTransaction } from '../database.ts';
import { simulatorErrors } from '../errors.ts';
import { truthMetrics } from '../order/truth.ts';
import type { Truth } from '../order/truth.ts';
import { lsnFromPosition, widenXid } from './position.ts';

// A pull is materialised on the server before its first row arrives, so it is bounded.
const rowsPerPull = 20_000;
// How long to wait for what takes moments: a slot in use, a commit that is in the log but not visible yet.
const patienceMs = 5000;

/**
 * Truth by log position. Rows of simulator.truth are written in the transactions they describe; a replication
 * slot of their own tells in which order, and where, those transactions committed.
 */
export interface TruthLedger {
  /** Creates publication and slot; after the backlog has committed and before live traffic. */
  readonly open: () => Promise<void>;
  /** Places all commits so far, so that the slot holds no more of the log than it must. */
  readonly catchUp: () => Promise<void>;
  readonly asOf: (position: string) => Promise<Truth>;
}

/** The ledger of the shop at `url`. */
export function createTruthLedger({
  url,
  clock,
}: {
  readonly url: string;
  readonly clock: Clock;
}): TruthLedger {
  // The server lets one session at a time use the slot, so callers take turns here rather than fail there.
  let turn: Promise<unknown> = Promise.resolve();
  const exclusive = <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const mine = turn.then(() => withClient(url, work));
    turn = mine.catch(() => {});
    return mine;
  };
  return {
    open: () => exclusive(openSlot),
    catchUp: () => exclusive((client) => resolveWhenFree(client, clock)),
    asOf: async (position) => {
      const lsn = lsnFromPosition(position);
      return exclusive(async (client) => {
        await resolveWhenFree(client, clock, lsn);
        return totalsAt(client, lsn);
      });
    },
  };
}

/** Another process may be reading the slot, or the session of one that was killed may not have ended yet. */
async function resolveWhenFree(client: pg.Client, clock: Clock, lsn?: string): Promise<void> {
  const deadline = clock.monotonicMs() + patienceMs;
  for (;;) {
    try {
      return await resolveUpTo(client, clock, lsn);
    } catch (error) {
      if (sqlStateOf(error) !== objectInUse || clock.monotonicMs() > deadline) throw error;
    }
    await clock.sleep(50);
  }
}

const objectInUse = '55006';

function sqlStateOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

// Slots are named per server, not per database: the name carries the database's oid.
const slotSql = `'simulator_truth_' || (select oid from pg_database where datname = current_database())`;

async function openSlot(client: pg.Client): Promise<void> {
  // Creating a slot is no part of a transaction, so the lock is the session's; it ends with it.
  await client.query("select pg_advisory_lock(hashtext('shopwave.truth-slot'))");
  const { rows } = await client.query<{ has_slot: boolean; has_publication: boolean; wal_level: string }>(
    `select exists (select from pg_replication_slots where slot_name = ${slotSql}) as has_slot,
            exists (select from pg_publication where pubname = 'simulator_truth') as has_publication,
            current_setting('wal_level') as wal_level`,
  );
  const [found] = rows;
  if (found?.wal_level !== 'logical') {
    throw simulatorErrors.error('SHOP_NOT_LOGICAL', {
      message: `wal_level is ${found?.wal_level ?? 'unknown'}`,
    });
  }
  if (found.has_slot) return;
  // Made in this order, a slot that is missing beside its publication was lost, or never made: truth tells which.
  const later = await client.query(
    `select from simulator.truth
     where xid > (select xid from simulator.truth_commit where end_lsn = '0/0') limit 1`,
  );
  if (later.rows.length > 0) throw slotLost();
  if (!found.has_publication) {
    await client.query(
      "create publication simulator_truth for table simulator.truth with (publish = 'insert')",
    );
  }
  await client.query(`select pg_create_logical_replication_slot(${slotSql}, 'pgoutput')`);
}

function slotLost(): Error {
  return simulatorErrors.error('TRUTH_SLOT_LOST', {
    message: 'live traffic was recorded, but its replication slot simulator_truth_* is missing',
  });
}

/** Places the commits up to `lsn` (or up to now), then lets the slot go that far. */
async function resolveUpTo(client: pg.Client, clock: Clock, lsn?: string): Promise<void> {
  const deadline = clock.monotonicMs() + patienceMs;
  for (;;) {
    const { rows } = await client.query<{ upto: string; is_done: boolean }>(
      `select upto::text, confirmed_flush_lsn >= upto as is_done
       from pg_replication_slots, least(pg_current_wal_flush_lsn(), $1::pg_lsn) as upto
       where slot_name = ${slotSql}`,
      [lsn ?? 'FFFFFFFF/FFFFFFFF'],
    );
    const [slot] = rows;
    if (slot === undefined) throw notPrepared();
    if (slot.is_done) return;
    const { commits, isComplete } = await pullCommits(client, slot.upto);
    const placed = await placeCommits(client, commits);
    // Only after the rows above are durable may the log behind them go.
    const reached = isComplete && placed === commits.length ? slot.upto : commits[placed - 1]?.endLsn;
    if (reached !== undefined) {
      await client.query(`select pg_replication_slot_advance(${slotSql}, $1)`, [reached]);
    }
    if (reached === slot.upto) return;
    if (placed > 0) continue;
    if (clock.monotonicMs() > deadline) {
      throw simulatorErrors.error('TRUTH_NOT_VISIBLE', {
        message: `the commit at ${commits[0]?.endLsn ?? slot.upto} is not visible after ${patienceMs} ms`,
      });
    }
    await clock.sleep(10);
  }
}

interface Commit {
  readonly xid: string;
  readonly endLsn: string;
}

interface Pull {
  readonly commits: readonly Commit[];
  /** False if there was more than one pull takes. */
  readonly isComplete: boolean;
}

/** Transactions with truth that committed up to there, in log order. A pull ends at the end of a transaction. */
async function pullCommits(client: pg.Client, upto: string): Promise<Pull> {
  const pulled = await client.query<{ xid: string; end_lsn: string; row_count: string }>(
    // 67 is 'C', pgoutput's commit message; its row carries the end of the commit record.
    `with pulled as materialized (
       select xid, lsn, get_byte(data, 0) as message
       from pg_logical_slot_peek_binary_changes(${slotSql}, $1, ${rowsPerPull},
         'proto_version', '1', 'publication_names', 'simulator_truth'))
     select xid::text, lsn::text as end_lsn, (select count(*) from pulled) as row_count
     from pulled where message = 67`,
    [upto],
  );
  return {
    commits: pulled.rows.map((row) => ({ xid: row.xid, endLsn: row.end_lsn })),
    isComplete: Number(pulled.rows[0]?.row_count ?? 0) < rowsPerPull,
  };
}

/**
 * Writes the commits with their running totals; those placed before are left as they are. Stops before the first
 * one whose rows a snapshot does not show yet, and says how many of the given ones are placed.
 */
async function placeCommits(client: pg.Client, commits: readonly Commit[]): Promise<number> {
  if (commits.length === 0) return 0;
  return inTransaction(client, async () => {
    const horizon = await client.query<{ next: string }>(
      'select pg_snapshot_xmax(pg_current_snapshot())::text as next',
    );
    const next = BigInt(horizon.rows[0]?.next ?? '0');
    const xids = commits.map((commit) => String(widenXid(BigInt(commit.xid), next)));
    const placed = await client.query<{ placed: string }>(placeSql, [
      xids,
      commits.map((each) => each.endLsn),
    ]);
    return Number(placed.rows[0]?.placed ?? 0);
  });
}

const running = truthMetrics.map(
  (metric) => `last.${metric} + sum(own.${metric}) over (order by own.end_lsn)`,
);
const ownTotals = truthMetrics.map(
  (metric) => `coalesce(sum(t.delta) filter (where t.metric = '${metric}'), 0) as ${metric}`,
);

const placeSql = `
  with given as (
    select * from unnest($1::xid8[], $2::pg_lsn[]) with ordinality as g (xid, end_lsn, n)
  ), ready as (
    select * from given
    where n < coalesce(
      (select min(n) from given where not pg_visible_in_snapshot(xid, pg_current_snapshot())),
      9223372036854775807)
  ), last as (
    select * from simulator.truth_commit order by end_lsn desc limit 1
  ), own as (
    select r.end_lsn, r.xid, ${ownTotals.join(', ')}
    from ready r join simulator.truth t on t.xid = r.xid
    where r.end_lsn > (select end_lsn from last)
    group by r.end_lsn, r.xid
  ), written as (
    insert into simulator.truth_commit (end_lsn, xid, ${truthMetrics.join(', ')})
    select own.end_lsn, own.xid, ${running.join(', ')} from own, last
  )
  select count(*) as placed from ready`;

async function totalsAt(client: pg.Client, lsn: string): Promise<Truth> {
  const { rows } = await client.query<Record<string, string>>(
    `select ${truthMetrics.join(', ')} from simulator.truth_commit where end_lsn <= $1 order by end_lsn desc limit 1`,
    [lsn],
  );
  const [row] = rows;
  if (row === undefined) throw notPrepared();
  return {
    gmv: BigInt(row['gmv'] ?? 0),
    net_revenue: BigInt(row['net_revenue'] ?? 0),
    refunds: BigInt(row['refunds'] ?? 0),
    fulfilled_orders: BigInt(row['fulfilled_orders'] ?? 0),
    orders: BigInt(row['orders'] ?? 0),
    order_lines: BigInt(row['order_lines'] ?? 0),
  };
}

function notPrepared(): Error {
  return simulatorErrors.error('TRUTH_NOT_PREPARED', { message: 'this shop has no truth ledger yet' });
}
