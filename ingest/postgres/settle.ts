import { formatDuration } from '../../lib/duration.ts';
import type { CaptureDeps } from './capture-deps.ts';
import type { SourceConnection } from './source-connection.ts';

const pollMs = 20;
const sayAfterMs = 3_000;

/**
 * Waits until every transaction that runs now has ended. A commit is in the log before other sessions see it (by the
 * wait for a synchronous standby, or a moment); once all that ran have ended, whatever committed before the present
 * end of the log is seen by every snapshot taken from then on.
 */
export async function waitForEarlierCommits(
  deps: CaptureDeps,
  source: SourceConnection,
  signal?: AbortSignal,
): Promise<void> {
  // A transaction of our own comes after all that have begun to write. The end of a snapshot would not do: it follows
  // the last transaction that has ended, so that the youngest running ones are beyond it.
  const until = await readNumber(source, 'pg_current_xact_id()');
  const begin = deps.clock.monotonicMs();
  let saidMs = 0;
  while ((await readNumber(source, 'pg_snapshot_xmin(pg_current_snapshot())')) < until) {
    signal?.throwIfAborted();
    const waitedMs = deps.clock.monotonicMs() - begin;
    if (waitedMs - saidMs > sayAfterMs) {
      saidMs = waitedMs;
      await sayWhoHoldsUp(deps, source, until, waitedMs);
    }
    await deps.clock.sleep(pollMs, signal);
  }
}

async function readNumber(source: SourceConnection, expression: string): Promise<bigint> {
  const [row] = await source.query<{ n: string }>(`select ${expression}::text as n`);
  return BigInt(row?.n ?? 0);
}

async function sayWhoHoldsUp(
  deps: CaptureDeps,
  source: SourceConnection,
  until: bigint,
  waitedMs: number,
): Promise<void> {
  const rows = await source.query<{ who: string }>(
    `select concat('process ', pid, ' (', coalesce(nullif(application_name, ''), usename), ', ', state, ')') as who
       from pg_stat_activity where backend_xid is not null and age(backend_xid) > age($1::text::xid)
     union all
     select concat('prepared transaction ', gid) from pg_prepared_xacts where age(transaction) > age($1::text::xid)
     limit 5`,
    // xid is the lower half of the 64-bit number.
    [(until & 0xffffffffn).toString()],
  );
  const who = rows.map((row) => row.who).join(', ');
  deps.logger.warn('open transactions at the source hold up the snapshot', { who });
  const step = `snapshot ${deps.source}`;
  deps.onProgress({
    step,
    state: 'running',
    note: `waiting ${formatDuration(waitedMs)} for open transactions: ${who}`,
  });
}
