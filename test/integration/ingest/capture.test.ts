import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import { readLandingStatus } from '../../../ingest/landing/landing-status.ts';
import type { ProgressEvent } from '../../../lib/progress.ts';
import { fold, readAllManifests, readChainOfManifests, readLines, readSource } from './archive.ts';
import type { Line } from './archive.ts';
import { openRig } from './rig.ts';
import { canary, finishWorkload, runWorker, workloadSchema, workloadTables } from './workload.ts';

const workers = 4;
const transactionsEach = 80;

describe('snapshot and changes under a random workload', () => {
  test.each([1, 20_260])('seed %i: the folded log is the source, value by value', async (seed) => {
    await using rig = await openRig(workloadSchema, workloadTables);
    const { shop, store } = rig;
    await runWorker(shop, seed, 80);
    const events: ProgressEvent[] = [];
    // Small pulls, so that many batch boundaries fall between transactions.
    const capture = rig.capture({
      maxMessagesPerPull: 60,
      chunkBytes: 2_000,
      rowsPerRange: 30,
      onProgress: (event) => events.push(event),
    });
    const state = { isWorking: true };
    const work = Promise.all(
      Array.from({ length: workers }, (_, index) => runWorker(shop, seed * 10 + index, transactionsEach)),
    ).finally(() => (state.isWorking = false));
    const setup = await capture.setup();
    while (state.isWorking) await capture.capture();
    await work;
    await finishWorkload(shop, seed);
    const last = await capture.capture();
    expect(last.caughtUp).toBe(true);

    const chain = await readChainOfManifests(store);
    const manifests = await readAllManifests(store);
    expect(manifests.length).toBeGreaterThan(3);
    expect(chain.map((each) => each.kind)).toEqual(['snapshot', ...chain.slice(1).map(() => 'changes')]);
    expect(chain.at(-1)?.toPosition).toBe(last.position);
    expect(events.at(-1)).toMatchObject({ state: 'finished', done: setup.rows, total: setup.rows });

    await using warehouse = await openWarehouse();
    await rig.loader(warehouse).load();
    const status = await readLandingStatus(rig.control, warehouse, 'shop');
    expect(status).toMatchObject({ loadedPosition: last.position, landedPosition: last.position });
    expect(status.rawRows).toBe(manifests.reduce((sum, each) => sum + each.rows, 0));

    for (const table of workloadTables) {
      const source = await readSource(shop, {
        ...table,
        table: table.table === 'Pairs' ? '"Pairs"' : only(table.table),
      });
      expect(source.size).toBeGreaterThan(0);
      const lines = await readLines(store, manifests, table.table);
      expect(fold(lines, table.key)).toEqual(source);
      const ids = lines.map(
        (line) => `${line.pos}/${line.ord}/${line.op === 'r' ? JSON.stringify(line.data) : ''}`,
      );
      expect(new Set(ids).size).toBe(ids.length);
      const raw = await warehouse.query(`select * from raw."shop__${table.table}"`);
      expect(fold(raw.map(rawToLine), table.key)).toEqual(source);
    }
    // The workload made what it is there to make.
    const items = await readLines(store, manifests, 'items');
    expect(items.some((line) => line.unchanged !== undefined && line.op === 'u')).toBe(true);
    expect(items.some((line) => line.unchanged !== undefined && line.op === 'c')).toBe(true);
    expect((await readLines(store, manifests, 'logs')).some((line) => line.op === 't')).toBe(true);

    await expectNoByteOf(canary, rig.dir);
  });
});

function only(table: string): string {
  return `only ${table}`;
}

async function openWarehouse() {
  const warehouse = await openDuckdbWarehouse({ path: ':memory:', memoryLimit: '400MB', threads: 2 });
  return { ...warehouse, [Symbol.asyncDispose]: warehouse.close };
}

function rawToLine(row: Readonly<Record<string, unknown>>): Line {
  const unchanged = row['_unchanged'];
  return {
    op: row['_op'] as Line['op'],
    pos: String(row['_position']),
    ord: Number(row['_ordinal']),
    data: JSON.parse(String(row['data'])) as Line['data'],
    ...(typeof unchanged === 'string' ? { unchanged: JSON.parse(unchanged) as string[] } : {}),
  };
}

/** Looks at every byte below a folder, unpacked ones too. */
async function expectNoByteOf(text: string, dir: string): Promise<void> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(5);
  for (const entry of files) {
    const bytes = await readFile(path.join(entry.parentPath, entry.name));
    const plain = entry.name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
    expect(plain.includes(text), entry.name).toBe(false);
  }
}
