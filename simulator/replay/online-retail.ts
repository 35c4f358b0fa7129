import path from 'node:path';
import type pg from 'pg';
import type { Clock } from '../../lib/clock.ts';
import { formatDuration } from '../../lib/duration.ts';
import type { Logger } from '../../lib/logger.ts';
import type { OnProgress } from '../../lib/progress.ts';
import { inTransaction, withClient } from '../database.ts';
import { simulatorErrors } from '../errors.ts';
import { ensureShopSchema, ensureSimulatorSchema } from '../schema/shop-schema.ts';
import { openDataFile } from './data-file.ts';
import type { DataFile } from './data-file.ts';
import { createMapper } from './mapper.ts';
import type { SliceRows } from './mapper.ts';
import { writeSlice } from './slice-writer.ts';
import { readSlices } from './slices.ts';
import type { FileSlice } from './slices.ts';

export interface ReplayOptions {
  /** The shop's database; its tables are created if it has none. */
  readonly url: string;
  /** The UCI Online Retail data set as .csv or .csv.gz. */
  readonly file: string;
  /** 'max': one transaction per day of data, as fast as it goes. A number: so many times real time, hour by hour. */
  readonly speed: 'max' | number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onProgress: OnProgress;
  /** Ends the replay after the slice in hand; the next call goes on from there. */
  readonly signal?: AbortSignal;
}

/** What the file holds up to where the replay came, whoever wrote it. */
export interface ReplayResult {
  readonly rows: number;
  readonly orders: number;
  readonly orderLines: number;
  readonly cancellations: number;
  readonly cancellationLines: number;
  readonly adjustments: number;
  readonly customers: number;
  readonly products: number;
  /** Of those rows, the ones that this call wrote; 0 when all was there. */
  readonly rowsWritten: number;
}

const dataSet = 'online-retail';

/**
 * Writes the UCI Online Retail data set into the shop as the orders, cancellations and customers they were, in time
 * order. Progress is committed with the rows, so it can be killed and repeated: nothing is written twice.
 */
export async function replayOnlineRetail(options: ReplayOptions): Promise<ReplayResult> {
  const data = await openDataFile(options.file);
  return withClient(options.url, async (client) => {
    const done = await prepare(client);
    const result = await replay(client, data, options, done);
    options.logger.info('data set replayed', { dataSet, ...result });
    return result;
  });
}

/** How far an earlier replay came. */
interface Progress {
  readonly rows: number;
  readonly digest: string;
}

async function prepare(client: pg.Client): Promise<Progress> {
  return inTransaction(client, async () => {
    await ensureShopSchema(client);
    await ensureSimulatorSchema(client);
    const { rows } = await client.query<{ rows: string; digest: string }>(
      'select rows, digest from simulator.replay_progress where data_set = $1',
      [dataSet],
    );
    return { rows: Number(rows[0]?.rows ?? 0), digest: rows[0]?.digest ?? '' };
  });
}

type Counts = { -readonly [Key in keyof ReplayResult]: ReplayResult[Key] };

async function replay(
  client: pg.Client,
  data: DataFile,
  options: ReplayOptions,
  done: Progress,
): Promise<ReplayResult> {
  const counts: Counts = {
    rows: 0,
    orders: 0,
    orderLines: 0,
    cancellations: 0,
    cancellationLines: 0,
    adjustments: 0,
    customers: 0,
    products: 0,
    rowsWritten: 0,
  };
  const map = createMapper();
  const pace = createPace(options);
  const report = createReport(options, data);
  const periodLength = options.speed === 'max' ? 'YYYY-MM-DD'.length : 'YYYY-MM-DD HH'.length;
  for await (const slice of readSlices(data, options.file, periodLength, done.rows)) {
    // What is written already still passes the mapper, which has to know the products and customers in it.
    const rows = map(slice.lines);
    if (slice.rows > done.rows) {
      await pace(slice);
      if (options.signal?.aborted === true) break;
      await inTransaction(client, () => writeWithProgress(client, slice, rows, counts.rows));
      counts.rowsWritten += slice.lines.length;
    } else if (slice.rows === done.rows && slice.digest !== done.digest) {
      throw differs(options.file, `its first ${done.rows} lines are not those that were replayed`);
    }
    addCounts(counts, slice, rows);
    report('running', counts.rows, slice);
  }
  if (counts.rows < done.rows && options.signal?.aborted !== true) {
    throw differs(options.file, `it has ${counts.rows} lines, but ${done.rows} were replayed`);
  }
  report('finished', counts.rows);
  return counts;
}

function differs(file: string, message: string): Error {
  return simulatorErrors.error('REPLAY_FILE_DIFFERS', { message, where: path.basename(file) });
}

async function writeWithProgress(
  client: pg.Client,
  slice: FileSlice,
  rows: SliceRows,
  rowsBefore: number,
): Promise<void> {
  const { rowCount } = await client.query(
    `insert into simulator.replay_progress as p (data_set, rows, digest, last_at) values ($1, $2, $3, $4)
     on conflict (data_set) do update set rows = excluded.rows, digest = excluded.digest, last_at = excluded.last_at
     where p.rows = $5`,
    [dataSet, slice.rows, slice.digest, `${slice.lines.at(-1)?.at ?? ''}+00`, rowsBefore],
  );
  if (rowCount === 0) {
    throw simulatorErrors.error('REPLAY_CONCURRENT', {
      message: 'another replay has written these lines meanwhile',
    });
  }
  await writeSlice(client, rows);
}

function addCounts(counts: Counts, slice: FileSlice, rows: SliceRows): void {
  counts.rows += slice.lines.length;
  counts.orders += rows.orders.length;
  counts.orderLines += rows.orderLines.length;
  counts.cancellations += rows.cancellations.length;
  counts.cancellationLines += rows.cancellationLines.length;
  counts.adjustments += rows.adjustments.length;
  counts.customers += rows.newCustomers.length;
  counts.products += rows.newProducts.length;
}

/** Waits until a slice is due: the first one at once, the others as far behind it as in the data, divided by N. */
function createPace({ speed, clock, signal }: ReplayOptions): (slice: FileSlice) => Promise<void> {
  if (speed === 'max') return () => Promise.resolve();
  let start: { readonly dataMs: number; readonly clockMs: number } | undefined;
  return async (slice) => {
    const dataMs = Date.parse(`${slice.lines[0]?.at.replace(' ', 'T') ?? ''}Z`);
    start ??= { dataMs, clockMs: clock.monotonicMs() };
    const due = start.clockMs + (dataMs - start.dataMs) / speed;
    await clock.sleep(Math.max(0, due - clock.monotonicMs()), signal);
  };
}

/** Rows done, an estimate of all rows, and how long the rest will take at this pace. */
function createReport(
  { clock, onProgress }: ReplayOptions,
  data: DataFile,
): (state: 'running' | 'finished', rows: number, slice?: FileSlice) => void {
  const startMs = clock.monotonicMs();
  const event = { step: 'replay online-retail', unit: 'rows' };
  onProgress({ ...event, state: 'started', done: 0 });
  return (state, rows, slice) => {
    if (state === 'finished') return onProgress({ ...event, state, done: rows, total: rows });
    const share = Math.max(data.shareRead(), 1e-6);
    const leftMs = ((clock.monotonicMs() - startMs) * (1 - share)) / share;
    const day = slice?.lines.at(-1)?.at.slice(0, 10) ?? '';
    const note = `${day}, about ${formatDuration(leftMs)} left`;
    onProgress({ ...event, state, done: rows, total: Math.round(rows / share), note });
  };
}
