import type { Knex } from 'knex';
import { lsnToPosition, parseLsn, positionToLsn } from './lsn.ts';
import type { LongTransaction, SlotHealthFacts } from './slot-health.ts';
import { logRate } from './slot-samples.ts';
import type { SourceConnection } from './source-connection.ts';
import { readLogEnd } from './source-facts.ts';

interface SlotRow {
  readonly walStatus: string | null;
  readonly retained: number;
  readonly safe: string | null;
}

/** Transactions that are open for longer than this are named. */
const longSeconds = 60;

/** Reads what the health of the slot is judged by. `landed`: position and time of what is in the archive. */
export async function readSlotHealthFacts(
  source: SourceConnection,
  control: Knex,
  name: string,
  slot: string,
  landed: { readonly position: string; readonly committedAt: string | undefined },
): Promise<SlotHealthFacts> {
  const end = await readLogEnd(source);
  const logEnd = parseLsn(end.lsn ?? '0/0');
  const [row] = await source.query<SlotRow>(
    `select wal_status as "walStatus", safe_wal_size::text as safe,
       coalesce(pg_wal_lsn_diff($2::pg_lsn, restart_lsn), 0)::float8 as retained
     from pg_replication_slots where slot_name = $1`,
    [slot, end.lsn ?? '0/0'],
  );
  const [setting] = await source.query<{ bytes: string | null }>(
    `select case when setting::bigint < 0 then null else (setting::bigint * 1048576)::text end as bytes
     from pg_settings where name = 'max_slot_wal_keep_size'`,
  );
  const lagBytes = Math.max(0, Number(logEnd - positionToLsn(landed.position)));
  return {
    walStatus: row?.walStatus,
    retainedBytes: row?.retained ?? 0,
    lagBytes,
    lagSeconds: lagSeconds(end.at, landed.committedAt, lagBytes),
    budgetLeftBytes: row?.safe == null ? undefined : Number(row.safe),
    budgetBytes: setting?.bytes == null ? undefined : Number(setting.bytes),
    bytesPerSecond: await logRate(control, name, { at: end.at, logEnd }),
    longTransactions: await readLongTransactions(source),
  };
}

/** Transactions with changes, or snapshots, that keep the slot from moving on. */
async function readLongTransactions(source: SourceConnection): Promise<LongTransaction[]> {
  return await source.query<LongTransaction>(
    `select pid, concat_ws(', ', nullif(application_name, ''), usename, state) as who,
       extract(epoch from clock_timestamp() - xact_start)::float8 as seconds
     from pg_stat_activity
     where backend_xid is not null and pid <> pg_backend_pid()
       and xact_start < clock_timestamp() - make_interval(secs => ${longSeconds})
     order by xact_start limit 10`,
  );
}

/** An idle log is no lag: without bytes to land there is nothing to be late with. */
function lagSeconds(now: string, committedAt: string | undefined, lagBytes: number): number {
  if (lagBytes === 0 || committedAt === undefined) return 0;
  return Math.max(0, (Date.parse(now) - Date.parse(committedAt)) / 1000);
}

/** End of the log as the archive writes positions. */
export async function readLogPosition(source: SourceConnection): Promise<string> {
  const { lsn } = await readLogEnd(source);
  return lsnToPosition(parseLsn(lsn ?? '0/0'));
}
