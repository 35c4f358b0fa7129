import path from 'node:path';
import { atLeast, atMost, machine } from '../figure.ts';
import type { Figure } from '../figure.ts';
import { runJob } from '../run-job.ts';
import { bareDecode } from './bare-decode.ts';
import { streamDecode } from './stream-decode.ts';
import { captureRun } from './results.ts';
import type { CaptureJob, CaptureRun } from './results.ts';
import type { BenchServer } from '../embedded-server.ts';
import { changeRows, fillTable, makeTable, withClient } from './workload.ts';

const snapshotRows = 1_000_000;
const orders = 120_000;
/** Slot and publication, as capture names them unless told otherwise. */
const captureName = 'shopwave_shop';
/** 300 GB of raw data a day, in MB a second. */
const dailyMbPerSecond = 300_000 / 86_400;

/** Runs every phase on one server, one after another, so that ratios are of one run. */
export async function measureCapture(bench: BenchServer, say: (text: string) => void): Promise<Figure[]> {
  const job = await jobOn(bench);
  const run = async (phase: CaptureJob['phase']): Promise<CaptureRun> => {
    say(`${phase}\n`);
    const [result] = await runJob('ingest/capture-job.ts', { ...job, phase }, captureRun, say);
    if (result === undefined) throw new Error(`${phase} told nothing`);
    return result;
  };
  const url = job.sourceUrl;
  await makeTable(url);
  await fillTable(url, snapshotRows);
  const snapshot = await run('snapshot');
  if (snapshot.rows < snapshotRows) throw new Error(`the snapshot has ${snapshot.rows} rows`);
  await run('load');
  const log = await writeLog(url, say);
  say('bare decode\n');
  const bare = await bareDecode(url, 'bench_bare', captureName);
  say('stream decode\n');
  const streamed = await streamDecode(url, 'bench_stream', captureName, log.end);
  const changes = await run('changes');
  if (changes.rows !== log.changes)
    throw new Error(`${changes.rows} changes landed, ${log.changes} were made`);
  const load = await run('load');
  if (load.rows !== log.changes) throw new Error(`${load.rows} rows loaded, ${log.changes} were made`);
  return toFigures({ snapshot, bare: bare.seconds, streamed, log, changes, load });
}

interface Log {
  /** Position of its end. */
  readonly end: string;
  readonly changes: number;
  readonly mb: number;
}

interface Measured {
  readonly snapshot: CaptureRun;
  /** Seconds. */
  readonly bare: number;
  /** Seconds of a walsender; undefined where its client is not installed. */
  readonly streamed: number | undefined;
  readonly log: Log;
  readonly changes: CaptureRun;
  readonly load: CaptureRun;
}

async function jobOn({ server, dir }: BenchServer): Promise<Omit<CaptureJob, 'phase'>> {
  for (const database of ['shop', 'control']) await server.ensureDatabase(database);
  return {
    sourceUrl: server.url('shop'),
    controlUrl: server.url('control'),
    archive: path.join(dir, 'archive'),
    warehouse: path.join(dir, 'bench.duckdb'),
  };
}

/** The log that both readers are to read, and a second slot at its beginning for the one that looks at nothing. */
async function writeLog(url: string, say: (text: string) => void): Promise<Log> {
  const position = (): Promise<string> =>
    withClient(url, async (client) => {
      const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn');
      return rows[0]?.lsn ?? '0/0';
    });
  for (const slot of ['bench_bare', 'bench_stream']) {
    await withClient(url, (client) =>
      client.query('select pg_copy_logical_replication_slot($1, $2)', [captureName, slot]),
    );
  }
  say('writing the log\n');
  const from = await position();
  const changes = await changeRows(url, orders);
  const to = await position();
  const mb = await withClient(url, async (client) => {
    await client.query('checkpoint');
    const { rows } = await client.query<{ n: string }>('select pg_wal_lsn_diff($1, $2) as n', [to, from]);
    return Number(rows[0]?.n) / 1e6;
  });
  return { end: to, changes, mb };
}

function toFigures({ snapshot, bare, streamed, log, changes, load }: Measured): Figure[] {
  const size = `${Math.round(log.mb)} MB of log, ${log.changes} changes in transactions of 8 to 10`;
  const base = { area: 'ingest', setup: `${machine()}; ${size}` };
  const mbPerSecond = log.mb / changes.seconds;
  const chainSeconds = changes.seconds + load.seconds;
  const bareMb = log.mb / bare;
  const figure = (name: string, value: number, unit: string): Omit<Figure, 'bar' | 'holds' | 'peer'> => ({
    ...base,
    figure: name,
    value: Math.round(value * 10) / 10,
    unit,
  });
  const toFiles = atLeast(figure('log to landed files', mbPerSecond, 'MB/s'), 35);
  const ratio = Math.round((mbPerSecond / bareMb) * 100) / 100;
  return [
    { ...toFiles, peer: { name: 'bare server-side decode', value: Math.round(bareMb * 10) / 10, ratio } },
    ...(streamed === undefined
      ? []
      : [
          {
            ...figure('streaming replication to nowhere (pg_recvlogical)', log.mb / streamed, 'MB/s'),
            bar: null,
            holds: null,
            peer: null,
          },
        ]),
    atLeast(figure('row changes', log.changes / changes.seconds, 'changes/s'), 100_000),
    atMost(figure('peak memory of capture', changes.peakRssMb, 'MB'), 400),
    atLeast(figure('log to raw tables', log.mb / chainSeconds, 'MB/s'), 15),
    atLeast(figure('snapshot', snapshot.rows / snapshot.seconds, 'rows/s'), 100_000),
    {
      ...figure('processor time of capture', changes.cpuSeconds, 's'),
      bar: null,
      holds: null,
      peer: null,
    },
    {
      ...figure(
        'catching up after 24 hours at 300 GB a day, projected',
        24 / (log.mb / chainSeconds / dailyMbPerSecond - 1),
        'hours',
      ),
      bar: null,
      holds: null,
      peer: null,
    },
  ];
}
