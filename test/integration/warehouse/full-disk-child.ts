// Works on a small file system of its own until it is full and DuckDB gives up; prints what each step came to.
import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { messageOf, ShopwaveError } from '../../../lib/errors.ts';
import { loadCube } from '../../../semantic/server/cube-modules.ts';
import { createDuckdbReader } from '../../../semantic/server/duckdb-driver.ts';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';

const [folder = ''] = process.argv.slice(2);
const filler = path.join(folder, 'filler');
const file = path.join(folder, 'warehouse.duckdb');
const warehouse = await openDuckdbWarehouse({ path: file, memoryLimit: '100MB' });
const metrics = createDuckdbReader(loadCube(), warehouse.instance);

/** What the process prints. */
export interface FullDiskReport {
  /** Publications whose COMMIT went through before the disk was full. */
  readonly committed: number;
  /** What each step came to: its answer, `ok` or the code of its error. */
  readonly steps: Readonly<Record<string, string>>;
}

async function outcome(work: () => Promise<string | number | undefined>): Promise<string> {
  try {
    return String((await work()) ?? 'ok');
  } catch (error) {
    return error instanceof ShopwaveError ? error.code : messageOf(error);
  }
}

function fillUp(leaveBytes: number): void {
  const descriptor = openSync(filler, 'w');
  const block = Buffer.alloc(16_384);
  const free = (): number => {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  };
  while (free() > leaveBytes) writeSync(descriptor, block);
  closeSync(descriptor);
}

let versions = 0;
/** A transaction as the platform's are: a small compare-and-set, and rows. */
async function publish(): Promise<undefined> {
  await warehouse.transaction(async (session) => {
    await session.execute('update head set version = version + 1 where version = ?', [versions]);
    await session.execute('insert into rows select range, hash(range) from range(20000)');
  });
  versions += 1;
}
const checkpoint = (): Promise<number> => warehouse.execute('checkpoint');
const seen = async (): Promise<string> => {
  const [row] = await warehouse.query(
    'select (select version from head) as v, (select count(*) from rows) as n',
  );
  return `${row?.['v']}/${row?.['n']}`;
};
const metric = async (): Promise<string> => {
  const [row] = await metrics.driver.query<{ n: unknown }>('select count(*) as n from rows', []);
  return String(row?.n);
};

await warehouse.execute('create table head as select 0 as version');
await warehouse.execute('create table rows (a bigint, b ubigint)');
await publish();
const steps: Record<string, string> = { metricsBefore: await outcome(metric) };
fillUp(1_000_000);
steps['firstRefusal'] = 'ok';
while (steps['firstRefusal'] === 'ok') steps['firstRefusal'] = await outcome(publish);
const committed = versions;
steps['checkpoint'] = await outcome(checkpoint);
steps['readWhileFull'] = await outcome(seen);
steps['checkpointAgain'] = await outcome(checkpoint);
rmSync(filler);
// Metrics are the first to come back here: it must not take a writer.
steps['metricsAfter'] = await outcome(metric);
steps['readAfter'] = await outcome(seen);
steps['publishAfter'] = await outcome(publish);
steps['readPublished'] = await outcome(seen);
await metrics.close();
await warehouse.close();
const again = await openDuckdbWarehouse({ path: file });
const [row] = await again.query('select count(*) as n from rows');
steps['rowsInFile'] = String(row?.['n']);
await again.close();
const report: FullDiskReport = { committed, steps };
process.stdout.write(JSON.stringify(report));
