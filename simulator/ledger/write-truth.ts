import type pg from 'pg';
import type { TruthEntry } from '../order/truth.ts';

/** Writes what the open transaction changes in the metrics. */
export async function writeTruth(client: pg.Client, entries: readonly TruthEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await client.query(
    `insert into simulator.truth (metric, day, delta)
     select * from unnest($1::text[], $2::date[], $3::bigint[])`,
    [
      entries.map((each) => each.metric),
      entries.map((each) => each.day),
      entries.map((each) => String(each.delta)),
    ],
  );
}
