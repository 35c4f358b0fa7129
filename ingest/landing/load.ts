import type { Knex } from 'knex';
import { messageOf, ShopwaveError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { OnProgress } from '../../lib/progress.ts';
import { forgetWarehouse, memoryOf } from '../../lib/memory.ts';
import type { ReachedObject, Warehouse } from '../../warehouse/warehouse.ts';
import { appendFiles, recordLoaded } from './append-files.ts';
import type { AppendDeps, FileOfBatch, LocatedFile } from './append-files.ts';
import { verifyFile } from './chain.ts';
import { landingErrors } from './errors.ts';
import { localCopy } from './local-copy.ts';
import { chainStart } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { mustBeOurs, readLoadedEnds } from './loaded-ends.ts';
import { readManifest, readPending } from './pending-batches.ts';
import type { PendingBatch, RecordedManifest } from './pending-batches.ts';
import { ensureLoadSchema } from './raw-tables.ts';

export interface LoaderOptions extends AppendDeps {
  readonly control: Knex;
  readonly source: string;
  /** Chains beside the source's own that fill the same raw tables. */
  readonly sideChains?: readonly string[];
  /** Local folder for files that the warehouse cannot read where they are. */
  readonly spoolDir: string;
  /** Source tables; each has a raw table. */
  readonly tables: readonly string[];
  readonly logger: Logger;
  readonly onProgress: OnProgress;
}

export interface LoadResult {
  /** Batches that this call loaded, in order. */
  readonly batchIds: readonly string[];
  readonly rows: number;
  /** Everything up to here of the source's own chain is in the raw tables; 16 hex digits. */
  readonly position: string;
}

/** Appends landed batches to the raw tables, oldest first. */
export interface Loader {
  readonly load: () => Promise<LoadResult>;
}

/** Where rows go that a source could not take over as they are. */
export const quarantineTable = '_quarantine';

/** A rival's transaction is seconds at most; this waits for about ten in all. */
const conflictWaitsMs = [50, 100, 200, 400, 800, 1600, 3200, 3200];

/** Batches taken up at once: what a round holds in memory is their manifests. */
const batchesPerRound = 200;

/** Two tables at a time: unpacking a file and parsing its lines keeps one core busy. */
const tablesAtOnce = 2;

/** Below this many rows a round is one transaction: thirteen small ones cost more than they gain side by side. */
const rowsOfSmallRound = 50_000;

/** End of what the raw tables hold, by chain. */
type Positions = ReadonlyMap<string, string>;

/**
 * Builds the loader of one source; the raw tables are made at its first load. Up to where everything is loaded is asked
 * of the warehouse at that load, after an error, and when the control store has a batch beyond what is known: a tick
 * without news does not wake it.
 */
export function createLoader(options: LoaderOptions): Loader {
  const { warehouse, source } = options;
  const tables = [...options.tables, quarantineTable];
  const known = memoryOf<Positions>(warehouse);
  let isReady = false;
  let last: Positions | undefined;
  const loadAsking = async (): Promise<LoadResult> => {
    if (!isReady) await pastConflicts(options, () => ensureLoadSchema(warehouse, source, tables));
    isReady = true;
    const { positions, ...loaded } = await loadPending(options);
    // Also where nothing was left to do: another process has loaded it, and may have died before it told anybody.
    if (!areSame(last, positions)) forgetWarehouse(warehouse);
    last = positions;
    known.remember(positions, known.now());
    return { ...loaded, position: endOf(positions, source) };
  };
  return {
    load: async () => {
      const positions = known.recall();
      if (positions !== undefined && !(await isAnyPending(options, positions)))
        return { batchIds: [], rows: 0, position: endOf(positions, source) };
      try {
        return await loadAsking();
      } catch (error) {
        forgetWarehouse(warehouse);
        throw error;
      }
    },
  };
}

function areSame(before: Positions | undefined, now: Positions): boolean {
  return before !== undefined && [...now].every(([chain, position]) => before.get(chain) === position);
}

function endOf(positions: Positions, chain: string): string {
  return positions.get(chain) ?? chainStart;
}

function chainsOf({ source, sideChains = [] }: LoaderOptions): readonly string[] {
  return [source, ...sideChains];
}

async function isAnyPending(options: LoaderOptions, positions: Positions): Promise<boolean> {
  const pending = await Promise.all(
    chainsOf(options).map((chain) => readPending(options.control, chain, endOf(positions, chain))),
  );
  return pending.some((batches) => batches.length > 0);
}

type Loaded = Pick<LoadResult, 'batchIds' | 'rows'>;

async function loadPending(options: LoaderOptions): Promise<Loaded & { readonly positions: Positions }> {
  const ends = await readLoadedEnds(options.warehouse);
  await mustBeOurs(options.control, ends);
  const before = new Map(ends.map(({ chain, toPosition }) => [chain, toPosition]));
  const positions = new Map<string, string>();
  const batchIds: string[] = [];
  let rows = 0;
  for (const chain of chainsOf(options)) {
    const loaded = await loadChain(options, chain, endOf(before, chain));
    positions.set(chain, loaded.position);
    batchIds.push(...loaded.batchIds);
    rows += loaded.rows;
  }
  return { batchIds, rows, positions };
}

async function loadChain(
  options: LoaderOptions,
  chain: string,
  start: string,
): Promise<Loaded & { readonly position: string }> {
  const batchIds: string[] = [];
  let rows = 0;
  let position = start;
  const pending = await readPending(options.control, chain, position);
  const total = pending.reduce((sum, each) => sum + each.rows, 0);
  const step = `load ${chain}`;
  if (total > 0) options.onProgress({ step, state: 'started', done: 0, total, unit: 'rows' });
  for (let from = 0; from < pending.length; from += batchesPerRound) {
    const round = pending.slice(from, from + batchesPerRound);
    position = mustJoin(chain, position, round);
    const batches = await Promise.all(round.map((row) => readManifest(options.store, row)));
    for (const manifest of await loadRound(options, batches)) {
      batchIds.push(manifest.batchId);
      rows += manifest.rows;
    }
    if (total > 0) options.onProgress({ step, state: 'running', done: rows, total, unit: 'rows' });
  }
  if (total > 0) options.onProgress({ step, state: 'finished', done: rows, total, unit: 'rows' });
  return { batchIds, rows, position };
}

/** The end of the round; a batch that does not begin where the one before ended is missing its neighbour. */
function mustJoin(chain: string, start: string, round: readonly PendingBatch[]): string {
  let position = start;
  for (const row of round) {
    if (row.fromPosition !== position) {
      throw landingErrors.error('LOAD_GAP', {
        message: `${chain} is loaded up to ${position}, but the next batch ${row.batchId} begins at ${row.fromPosition}`,
      });
    }
    position = row.toPosition;
  }
  return position;
}

/** Batches that this call completed; a rival may have been quicker with some. */
async function loadRound(options: LoaderOptions, batches: readonly RecordedManifest[]): Promise<Manifest[]> {
  const queue = groupsOf(batches.map(({ manifest }) => manifest));
  const work = async (): Promise<void> => {
    for (let files = queue.shift(); files !== undefined; files = queue.shift()) {
      const group = files;
      for (const { file } of group) await verifyFile(options.store, file);
      await withLocated(options, group, (located) =>
        pastConflicts(options, () =>
          options.warehouse.transaction((session) => appendFiles(options, session, located)),
        ),
      );
    }
  };
  const settled = await Promise.allSettled(Array.from({ length: tablesAtOnce }, work));
  for (const each of settled) if (each.status === 'rejected') throw each.reason;
  return await pastConflicts(options, () =>
    options.warehouse.transaction((session) => recordLoaded(options, session, batches)),
  );
}

/** Files where the warehouse can read them, as long as they are needed. */
async function withLocated(
  { store, warehouse, spoolDir }: LoaderOptions,
  group: readonly FileOfBatch[],
  work: (located: readonly LocatedFile[]) => Promise<void>,
): Promise<void> {
  const reached: ReachedObject[] = [];
  try {
    const located: LocatedFile[] = [];
    for (const each of group) {
      const { key } = each.file;
      const fetch = (): Promise<ReachedObject> => localCopy(store, key, spoolDir);
      const object = await warehouse.reach({ key, location: store.locate(key), fetch });
      reached.push(object);
      located.push({ ...each, location: object.path });
    }
    await work(located);
  } finally {
    await Promise.all(reached.map((object) => object.release()));
  }
}

/** What is appended in one transaction: a table's files, the largest table first; or all of them where they are few. */
function groupsOf(manifests: readonly Manifest[]): FileOfBatch[][] {
  const files = manifests.flatMap((manifest) => manifest.files.map((file) => ({ manifest, file })));
  if (files.length === 0) return [];
  if (rowsIn(files) < rowsOfSmallRound) return [files];
  const byTable = new Map<string, FileOfBatch[]>();
  for (const each of files) byTable.set(each.file.table, [...(byTable.get(each.file.table) ?? []), each]);
  return [...byTable.values()].toSorted((left, right) => rowsIn(right) - rowsIn(left));
}

function rowsIn(files: readonly FileOfBatch[]): number {
  return files.reduce((sum, { file }) => sum + file.rows, 0);
}

/** DuckDB lets the later of two rivals fail instead of wait; it tries again once the other has had time to end. */
async function pastConflicts<T>(options: LoaderOptions, work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const waitMs = conflictWaitsMs[attempt];
      const isConflict = error instanceof ShopwaveError && error.code === 'WAREHOUSE_CONFLICT';
      if (!isConflict || waitMs === undefined) throw error;
      options.logger.debug('another loader is at work', { cause: messageOf(error) });
      await options.clock.sleep(waitMs);
    }
  }
}

/** End of what the raw tables hold of a chain. */
export async function loadedPosition(warehouse: Warehouse, chain: string): Promise<string> {
  const [row] = await warehouse.query(
    'select max(to_position) as position from _meta.loaded_batch where source = ?',
    [chain],
  );
  return String(row?.['position'] ?? chainStart);
}
