import { failpoint } from '../../lib/failpoint.ts';
import { adoptBatch, beginChain, landBatch, readChain } from '../landing/chain.ts';
import type { ChainDeps } from '../landing/chain.ts';
import { chainStart } from '../landing/manifest.ts';
import type { Manifest } from '../landing/manifest.ts';
import type { CaptureDeps } from './capture-deps.ts';
import type { CaptureState } from './capture-state.ts';
import { withSnapshotLock } from './control-lock.ts';
import { captureErrors } from './errors.ts';
import { lsnToPosition, parseLsn } from './lsn.ts';
import { waitForEarlierCommits } from './settle.ts';
import { readChunk } from './snapshot-chunk.ts';
import { planTable, restOf } from './snapshot-plan.ts';
import { snapshotProgress } from './snapshot-progress.ts';
import {
  finishRun,
  markLanded,
  pendingTables,
  readChunks,
  settleRun,
  unfinishedRuns,
  writeChunk,
  writeFillUntil,
  writePlan,
} from './snapshot-store.ts';
import type { SnapshotChunk, SnapshotRun, TablePlan } from './snapshot-store.ts';
import { connectSource, describeUrl } from './source-connection.ts';
import type { SourceConnection } from './source-connection.ts';
import { readLog, readLogEnd, readServer } from './source-facts.ts';

/** What reading of snapshots did. */
export interface SnapshotResult {
  /** Rows read or, after a crash, found read. */
  readonly rows: number;
  readonly tables: readonly string[];
  /** All runs are landed; false after an abort, or when another process is at it. */
  readonly isFinished: boolean;
}

/** The chain of a source's snapshots, beside that of its log: positions count its batches. */
export function chainOfSnapshots(deps: CaptureDeps): ChainDeps & { readonly chain: string } {
  const { source, control, store, clock } = deps;
  return { source, chain: `${source}_snapshots`, control, store, clock };
}

/**
 * Reads and lands what is left of all runs. Rows are read while the shop goes on, each chunk as it is at its moment:
 * the stream from the run's position on overrides what is older, so that both together are the table. One process at a
 * time: another one waits, and then finds them read.
 */
export async function runSnapshots(
  deps: CaptureDeps,
  state: CaptureState,
  signal?: AbortSignal,
  isWaiting = true,
): Promise<SnapshotResult> {
  const result = await withSnapshotLock(deps, { isWaiting, signal }, () => readRuns(deps, state, signal));
  return result ?? { rows: 0, tables: [], isFinished: false };
}

/** As {@link runSnapshots}; throws when it ended before all was read. */
export async function finishSnapshots(
  deps: CaptureDeps,
  state: CaptureState,
  signal?: AbortSignal,
): Promise<SnapshotResult> {
  const result = await runSnapshots(deps, state, signal);
  if (result.isFinished) return result;
  throw captureErrors.error('CAPTURE_SNAPSHOT_UNFINISHED', {
    message: `${result.rows} rows are read; what was lost or added is not whole until all are`,
    where: describeUrl(deps.sourceUrl),
  });
}

async function readRuns(
  deps: CaptureDeps,
  state: CaptureState,
  signal: AbortSignal | undefined,
): Promise<SnapshotResult> {
  await settleLastBatch(deps);
  const total = { rows: 0, tables: new Set<string>() };
  for (const run of await unfinishedRuns(deps.control, deps.source)) {
    const result = await new RunReader(deps, state, signal).read(run).catch((error: unknown) => {
      if (signal?.aborted === true && error === signal.reason) return undefined;
      throw error;
    });
    if (result === undefined) return { rows: total.rows, tables: [...total.tables], isFinished: false };
    total.rows += result.rows;
    for (const table of result.tables) total.tables.add(table);
    if (!result.isFinished) return { rows: total.rows, tables: [...total.tables], isFinished: false };
  }
  return { rows: total.rows, tables: [...total.tables], isFinished: true };
}

/** A crash may have left the last batch unrecorded, or recorded and not noted beside its table. */
async function settleLastBatch(deps: CaptureDeps): Promise<void> {
  const chain = chainOfSnapshots(deps);
  await deps.control.transaction((trx) => beginChain(trx, chain.chain));
  const { position = chainStart } = (await readChain(deps.control, chain.chain)) ?? {};
  const adopted = await adoptBatch(chain, position);
  if (adopted !== undefined) await noteLanded(deps, adopted);
  if (position === chainStart) return;
  const text = await deps.store.get(`manifests/${chain.chain}/${hex(BigInt(`0x${position}`) - 1n)}.json`);
  const last = text === undefined ? undefined : (JSON.parse(text.toString()) as Manifest);
  if (last !== undefined) await noteLanded(deps, last);
}

async function noteLanded(deps: CaptureDeps, manifest: Manifest): Promise<void> {
  const [file] = manifest.files;
  if (file !== undefined) await markLanded(deps.control, file.key, manifest.batchId);
}

interface OpenTable {
  readonly table: string;
  readonly plan: TablePlan;
  readonly chunks: SnapshotChunk[];
  rangesLeft: number;
}

interface Work {
  readonly of: OpenTable;
  readonly range: number;
}

/** One run: a queue of key ranges, and sessions that work it off. */
class RunReader {
  private readonly deps: CaptureDeps;
  private readonly state: CaptureState;
  private readonly signal: AbortSignal | undefined;
  private readonly queue: Work[] = [];
  private readonly landed = new Set<string>();
  private rows = 0;
  private landing: Promise<void> = Promise.resolve();

  constructor(deps: CaptureDeps, state: CaptureState, signal: AbortSignal | undefined) {
    this.deps = deps;
    this.state = state;
    this.signal = signal;
  }

  async read(run: SnapshotRun): Promise<SnapshotResult> {
    const { deps } = this;
    const readers: SourceConnection[] = [];
    const connect = async (): Promise<SourceConnection> => {
      const reader = await connectSource(deps.sourceUrl);
      readers.push(reader);
      return reader;
    };
    try {
      const first = await connect();
      await this.mustBeCluster(first);
      const settled = await this.settle(first, run);
      const estimated = await this.open(first, run.id);
      const progress = snapshotProgress(deps, this.rows, estimated);
      while (readers.length < Math.min(deps.snapshotReaders, this.queue.length)) await connect();
      const runs = readers.map((reader) => ({
        run: this.work(reader, settled, progress.onRows),
        stop: reader.close,
      }));
      await allOrFirstError(runs);
      await this.landing;
      const isFinished = (await pendingTables(deps.control, run.id)).length === 0;
      if (isFinished) await finishRun(deps.control, run.id);
      progress.end(isFinished);
      return { rows: this.rows, tables: [...this.landed], isFinished };
    } finally {
      await Promise.all(readers.map((reader) => reader.close()));
    }
  }

  /** Rows of another cluster under positions of this one's log would be told by nothing. */
  private async mustBeCluster(source: SourceConnection): Promise<void> {
    const { systemIdentifier } = await readLog(source);
    if (systemIdentifier === this.state.systemIdentifier) return;
    throw captureErrors.error('CAPTURE_OTHER_CLUSTER', {
      message: `system identifier is ${systemIdentifier}, expected ${this.state.systemIdentifier}`,
      where: describeUrl(this.deps.sourceUrl),
    });
  }

  /** From where the run counts: everything committed before is seen by each statement from now on. */
  private async settle(source: SourceConnection, run: SnapshotRun): Promise<Required<SnapshotRun>> {
    let { position, committedAt } = run;
    if (position === undefined || committedAt === undefined) {
      const end = await readLogEnd(source);
      position = lsnToPosition(parseLsn(end.lsn ?? '0/0'));
      committedAt = end.at;
      await settleRun(this.deps.control, run.id, { position, committedAt });
    }
    await waitForEarlierCommits(this.deps, source, this.signal);
    return { id: run.id, position, committedAt };
  }

  /** Plans what is not planned, and fills the queue with what is not read; resolves to the expected rows. */
  private async open(source: SourceConnection, run: string): Promise<number> {
    const { control, tables } = this.deps;
    let estimated = 0;
    const open: OpenTable[] = [];
    for (const pending of await pendingTables(control, run)) {
      const table = this.captured(pending.table);
      const plan = pending.plan ?? (await planTable(this.deps, source, table));
      if (pending.plan === undefined) await writePlan(control, run, pending.table, plan);
      const chunks = await readChunks(control, run, pending.table);
      open.push({ table: table.table, plan, chunks, rangesLeft: plan.ranges.length });
      estimated += plan.estimatedRows;
      this.rows += chunks.reduce((sum, chunk) => sum + chunk.rows, 0);
    }
    // The largest first: the last table to end should be a small one.
    open.sort((left, right) => right.plan.estimatedRows - left.plan.estimatedRows);
    for (const each of open) {
      for (const range of each.plan.ranges.keys()) this.queue.push({ of: each, range });
    }
    this.deps.logger.info('snapshot begins', { run, tables: open.length, of: tables.length });
    return estimated;
  }

  private async work(
    reader: SourceConnection,
    run: Required<SnapshotRun>,
    onRows: (rows: number) => void,
  ): Promise<void> {
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
      if (!(await this.readRange(reader, run, next, onRows))) return;
      next.of.rangesLeft -= 1;
      if (next.of.rangesLeft === 0) await this.land(reader, run, next.of);
    }
  }

  /** Whether the range was read to its end: an abort ends it between two chunks. */
  private async readRange(
    reader: SourceConnection,
    run: Required<SnapshotRun>,
    { of, range }: Work,
    onRows: (rows: number) => void,
  ): Promise<boolean> {
    const whole = of.plan.ranges[range] ?? { after: null, upTo: null };
    const done = of.chunks.filter((chunk) => chunk.range === range);
    const stamp = { pos: run.position ?? '', at: run.committedAt ?? '' };
    for (let rest = restOf(whole, done); rest !== undefined; rest = restOf(whole, done)) {
      if (this.signal?.aborted === true) return false;
      const input = { range, chunk: done.length, rest, rows: of.plan.chunkRows, stamp };
      const chunk = await readChunk(this.deps, reader, { table: this.captured(of.table), ...input }, onRows);
      failpoint('cdc.after_read');
      await writeChunk(this.deps.control, run.id, of.table, chunk);
      done.push(chunk);
      of.chunks.push(chunk);
      this.rows += chunk.rows;
      failpoint('snapshot.after_chunk');
    }
    return true;
  }

  /** One batch for a table, whose files are in the archive already; one table after another. */
  private async land(
    reader: SourceConnection,
    run: Required<SnapshotRun>,
    { table, chunks }: OpenTable,
  ): Promise<void> {
    const { lsn } = await readLogEnd(reader);
    await writeFillUntil(this.deps.control, run.id, table, lsnToPosition(parseLsn(lsn ?? '0/0')));
    const { database } = await readServer(reader);
    this.landing = this.landing.then(() => this.landNow(database, run, chunks));
    await this.landing;
    this.landed.add(table);
  }

  private async landNow(
    database: string,
    run: Required<SnapshotRun>,
    unordered: readonly SnapshotChunk[],
  ): Promise<void> {
    const chain = chainOfSnapshots(this.deps);
    const chunks = [...unordered].sort((left, right) => left.range - right.range || left.chunk - right.chunk);
    const files = chunks.flatMap((chunk) => chunk.files);
    const fromPosition = (await readChain(this.deps.control, chain.chain))?.position ?? chainStart;
    const { systemIdentifier, timeline, slot, publication } = this.state;
    const contents = {
      publish: () => Promise.resolve(files),
      rows: () => files.reduce((sum, file) => sum + file.rows, 0),
      schemas: () => Object.assign({}, ...chunks.map((chunk) => chunk.schemas)) as SnapshotChunk['schemas'],
      discard: () => Promise.resolve(),
    };
    const manifest = await landBatch(chain, contents, {
      kind: 'snapshot',
      fromPosition,
      toPosition: hex(BigInt(`0x${fromPosition}`) + 1n),
      toCommittedAt: run.committedAt ?? '',
      origin: { systemIdentifier, timeline, database, slot, publication },
    });
    await noteLanded(this.deps, manifest);
  }

  private captured(name: string): CaptureDeps['tables'][number] {
    const table = this.deps.tables.find((each) => each.table === name);
    if (table !== undefined) return table;
    throw captureErrors.error('CAPTURE_TABLES_CHANGED', {
      message: `${name} is being read, but is no longer on the allow-list`,
    });
  }
}

function hex(position: bigint): string {
  return position.toString(16).toUpperCase().padStart(16, '0');
}

/** Waits for all; the first failure stops the others, so that none goes on for a run that is given up. */
async function allOrFirstError(
  parts: ReadonlyArray<{ readonly run: Promise<void>; readonly stop: () => Promise<void> }>,
): Promise<void> {
  const settled = Promise.allSettled(parts.map((part) => part.run));
  try {
    await Promise.all(parts.map((part) => part.run));
  } catch (error) {
    await Promise.all(parts.map((part) => part.stop()));
    await settled;
    throw error;
  }
}
