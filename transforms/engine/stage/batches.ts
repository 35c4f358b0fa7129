import { placeholders } from '../../../warehouse/sql-text.ts';
import type { Session } from '../../../warehouse/warehouse.ts';
import type { EngineContext } from '../context.ts';
import { isNew } from '../new-raw-rows.ts';
import { firstPosition } from '../warehouse/first-rows.ts';
import { rawTable, runSchema } from '../warehouse/relations.ts';
import type { StageHead } from '../warehouse/state.ts';
import { advanceWatermark } from './watermark.ts';
import type { Watermark } from './watermark.ts';
import { isChange } from './changes.ts';
import { stagingModels } from './staging-models.ts';

/** The source whose chain of batches is the log: its positions alone are commit LSNs, so it alone moves the watermark. */
const logSource = 'shop';
/** Snapshots of single tables of the log's database, taken beside it. Their batches count positions of their own. */
const snapshotSource = `${logSource}_snapshots`;

/** Sources whose batches fill the raw tables of a source: its own, and its side chain. */
export function fillersOf(source: string): readonly string[] {
  return [source, `${source}_snapshots`];
}

interface Batch {
  readonly batchId: string;
  readonly source: string;
  readonly fromPosition: string;
  readonly toPosition: string;
  readonly toCommittedAt: string | null;
  readonly isNew: boolean;
}

/** The batches of one call, in a table of its own so that all statements see the same set. */
export interface NewBatches {
  readonly table: string;
  /** When the oldest of them was loaded; undefined where there are none. */
  readonly since: string | undefined;
  readonly count: number;
  /** Whether one of them lies in the log before a batch that is staged. */
  readonly isLate: boolean;
  /** Up to where the log is staged once they are. */
  readonly watermark: Watermark;
  /** Rows that stand in quarantine, or were given up. */
  readonly quarantined: number;
}

const unstaged = 'from _meta.loaded_batch where batch_id not in (select batch_id from _meta.staged_batch)';

/**
 * Takes what is loaded and not staged into a table, without what has to wait. Most batches may come in any order. One
 * that says of a row only what changed of it is understood by what stands before it in the log, so that past a gap
 * nothing is taken while such a one is there; and snapshots beside the log wait for each other and for the log.
 */
export async function takeBatches(context: EngineContext, head: StageHead, run: string): Promise<NewBatches> {
  const { warehouse } = context;
  const table = `${runSchema(run)}.stage_batches`;
  await warehouse.execute(`create or replace table ${table} as select batch_id, loaded_at ${unstaged}`);
  const [batches, facts] = await readBatches(warehouse, table, head);
  const ours = batches.filter(({ isNew }) => isNew);
  const waiting = await waitingIn(context, head, batches, isNew({ table, since: facts.since }));
  const taken = {
    table,
    ...facts,
    count: ours.length - waiting.length,
    isLate: isAnyLate(batches, waiting),
    watermark: nextWatermark(head, batches, waiting),
  };
  if (waiting.length === 0) return taken;
  const ids = waiting.map(({ batchId }) => batchId);
  await warehouse.execute(`delete from ${table} where batch_id in (${placeholders(ids)})`, ids);
  context.logger.info('batches wait for what lies before them in the log', { batches: ids.join(',') });
  return taken;
}

/** Batches of other sources have positions of another kind: the watermark goes by the log alone. */
function nextWatermark(head: StageHead, batches: readonly Batch[], waiting: readonly Batch[]): Watermark {
  const log = batches.filter((each) => each.source === logSource && !waiting.includes(each));
  return advanceWatermark(standingWatermark(head), log);
}

/** Where staging stands. */
export function standingWatermark({ watermark, watermarkAt }: StageHead): Watermark {
  return { position: watermark, committedAt: watermarkAt };
}

async function readBatches(
  warehouse: Session,
  table: string,
  { watermark }: StageHead,
): Promise<[Batch[], Pick<NewBatches, 'since' | 'quarantined'>]> {
  const columns = 'b.batch_id, b.source, b.from_position, b.to_position';
  const rows = await warehouse.query(
    `select 'new' as what, ${columns}, t.loaded_at, b.to_committed_at, 0 as n
     from ${table} as t join _meta.loaded_batch as b on b.batch_id = t.batch_id
     union all
     select 'staged', ${columns}, b.loaded_at, b.to_committed_at, 0 from _meta.loaded_batch as b
     where ((b.source = ? and b.from_position >= ?) or b.source = ?)
       and b.batch_id in (select batch_id from _meta.staged_batch)
     union all
     select 'quarantined', null, null, null, null, null, null, count(*) from _meta.quarantine where status <> 'replayed'`,
    [logSource, watermark, snapshotSource],
  );
  const batches = rows.flatMap((row) => {
    if (row['what'] === 'quarantined') return [];
    const batch = {
      batchId: String(row['batch_id']),
      source: String(row['source']),
      fromPosition: String(row['from_position']),
      toPosition: String(row['to_position']),
      toCommittedAt: typeof row['to_committed_at'] === 'string' ? row['to_committed_at'] : null,
      isNew: row['what'] === 'new',
    };
    return [batch];
  });
  const [since] = rows
    .flatMap(({ what, loaded_at }) => (what === 'new' && typeof loaded_at === 'string' ? [loaded_at] : []))
    .toSorted();
  return [batches, { since, quarantined: Math.max(0, ...rows.map((row) => Number(row['n']))) }];
}

async function waitingIn(
  context: EngineContext,
  head: StageHead,
  batches: readonly Batch[],
  isRecent: string,
): Promise<readonly Batch[]> {
  const log = batches.filter(({ source }) => source === logSource);
  const start = { position: head.watermark, committedAt: null };
  const reached = advanceWatermark(start, log).position;
  const pastGap = log.filter(({ isNew, fromPosition }) => isNew && fromPosition > reached);
  const tooEarly = pastGap.length > 0 && (await haveChanges(context, pastGap, isRecent)) ? pastGap : [];
  return [...tooEarly, ...(await waitingBeside(context, batches, reached, isRecent))];
}

/** Snapshots are taken up in the order they were taken in, each once the log has come to its position. */
async function waitingBeside(
  context: EngineContext,
  batches: readonly Batch[],
  reached: string,
  isRecent: string,
): Promise<readonly Batch[]> {
  const beside = batches.filter(({ source }) => source === snapshotSource);
  const ours = beside.filter(({ isNew }) => isNew);
  if (ours.length === 0) return [];
  const at = await snapshotPositions(context, ours, isRecent);
  const isReady = ({ isNew, batchId }: Batch): boolean => !isNew || (at.get(batchId) ?? '') <= reached;
  const start = { position: firstPosition, committedAt: null };
  const end = advanceWatermark(start, beside.filter(isReady)).position;
  return ours.filter(({ toPosition }) => toPosition > end);
}

function isAnyLate(batches: readonly Batch[], waiting: readonly Batch[]): boolean {
  const log = batches.filter(({ source }) => source === logSource);
  const staged = log.filter(({ isNew }) => !isNew);
  return log.some(
    (each) =>
      each.isNew &&
      !waiting.includes(each) &&
      staged.some(
        ({ fromPosition }) => fromPosition >= each.toPosition && each.fromPosition !== fromPosition,
      ),
  );
}

async function haveChanges(
  context: EngineContext,
  batches: readonly Batch[],
  isRecent: string,
): Promise<boolean> {
  const ids = batches.map(({ batchId }) => batchId);
  const parts = rawTablesOf(context).map(
    (table) =>
      `select 1 as n from ${table} where ${isRecent} and _batch_id in (${placeholders(ids)}) and ${isChange}`,
  );
  if (parts.length === 0) return false;
  const sql = `select count(*) as n from (${parts.join(' union all ')}) as found`;
  const [row] = await context.warehouse.query(
    sql,
    parts.flatMap(() => ids),
  );
  return Number(row?.['n']) > 0;
}

/** The position in the log that each snapshot is of. */
async function snapshotPositions(
  context: EngineContext,
  batches: readonly Batch[],
  isRecent: string,
): Promise<Map<string, string>> {
  const ids = batches.map(({ batchId }) => batchId);
  const parts = rawTablesOf(context).map(
    (table) =>
      `select _batch_id as batch_id, _position as newest from ${table}
       where ${isRecent} and _batch_id in (${placeholders(ids)})`,
  );
  if (parts.length === 0) return new Map();
  const rows = await context.warehouse.query(
    `select batch_id, max(newest) as newest from (${parts.join(' union all ')}) as placed group by batch_id`,
    parts.flatMap(() => ids),
  );
  return new Map(rows.map((row) => [String(row['batch_id']), String(row['newest'])]));
}

function rawTablesOf(context: EngineContext): string[] {
  const sources = stagingModels(context).flatMap(({ sources: [source] }) => source ?? []);
  return [...new Set(sources.filter((source) => source.startsWith(`${logSource}.`)))].map(rawTable);
}
