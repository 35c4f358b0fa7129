import type { Knex } from 'knex';
import { captureSchema } from './control-tables.ts';
import { lsnToPosition, parseLsn, positionToLsn } from './lsn.ts';

/** The rate is taken over this long; older samples go. */
const keptHours = 3;

/** Notes where the log ended at a moment of the source's clock. */
export async function keepSample(
  control: Knex,
  source: string,
  end: { readonly at: string; readonly lsn: string | null },
): Promise<void> {
  if (end.lsn === null) return;
  await control.raw(
    `with gone as (delete from ${captureSchema}.log_sample
       where source = ? and taken_at < ?::timestamptz - make_interval(hours => ${keptHours}))
     insert into ${captureSchema}.log_sample (source, taken_at, log_end) values (?, ?, ?) on conflict do nothing`,
    [source, end.at, source, end.at, lsnToPosition(parseLsn(end.lsn))],
  );
}

/** Bytes of log a second since the oldest sample; undefined before there are two moments to compare. */
export async function logRate(
  control: Knex,
  source: string,
  now: { readonly at: string; readonly logEnd: bigint },
): Promise<number | undefined> {
  const rows: Array<{ taken_at: Date; log_end: string }> = await control
    .withSchema(captureSchema)
    .from('log_sample')
    .where({ source })
    .orderBy('taken_at')
    .limit(1);
  const [oldest] = rows;
  if (oldest === undefined) return undefined;
  const seconds = (Date.parse(now.at) - oldest.taken_at.getTime()) / 1000;
  const bytes = Number(now.logEnd - positionToLsn(oldest.log_end));
  return seconds < 1 || bytes < 0 ? undefined : bytes / seconds;
}
