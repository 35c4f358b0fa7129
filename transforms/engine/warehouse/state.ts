import type { Row, Session, SqlValue } from '../../../warehouse/warehouse.ts';
import { firstPosition, onlyRow } from './first-rows.ts';
import { utc } from './utc.ts';

/** The state of staging: its step, and the log position that everything up to is staged. */
export interface StageHead {
  readonly step: bigint;
  readonly watermark: string;
  readonly watermarkAt: string | null;
}

export async function readStageHead(session: Session): Promise<StageHead> {
  const rows = await session.query(
    'select step as n2, watermark as t1, watermark_at as at1 from _meta.stage_head',
  );
  return toStageHead(onlyRow('_meta.stage_head', rows));
}

/** Of a row of read-state.ts. */
export function toStageHead(row: Row | undefined): StageHead {
  return {
    step: toBigint(row?.['n2']),
    watermark: String(row?.['t1'] ?? firstPosition),
    watermarkAt: toTextOrNull(row?.['at1']),
  };
}

/** One published version of all marts. */
export interface Publication {
  readonly version: number;
  readonly runId: string;
  /** UTC, as the warehouse prints timestamps. */
  readonly publishedAt: string;
  /** Commit end LSN of the source (16 hex digits) that every mart of this version reflects: the least over all marts. */
  readonly sourceWatermark: string;
  readonly sourceCommittedAt: string | null;
  /** Staging step that goes with the watermark. */
  readonly stageStep: bigint;
  /** Marts whose rows it changed. */
  readonly models: readonly string[];
}

/** The newest publication; undefined before the first. */
export async function readPublication(session: Session): Promise<Publication | undefined> {
  const [row] = await session.query('select * from _meta.publication order by version desc limit 1');
  return row === undefined ? undefined : toPublication(row);
}

/** What a run has published; undefined where it has not. */
export async function readPublicationOf(session: Session, runId: string): Promise<Publication | undefined> {
  const [row] = await session.query('select * from _meta.publication where run_id = ?', [runId]);
  return row === undefined ? undefined : toPublication(row);
}

export function toPublication(row: Row): Publication {
  return {
    version: Number(row['version']),
    runId: String(row['run_id']),
    publishedAt: String(row['published_at']),
    sourceWatermark: String(row['source_watermark']),
    sourceCommittedAt: toTextOrNull(row['source_committed_at']),
    stageStep: toBigint(row['stage_step']),
    models: String(row['models']).split(',').filter(Boolean),
  };
}

/** The first version that was published for somebody's asking; undefined where none was. */
export async function readRequested(session: Session, requestedBy: string): Promise<number | undefined> {
  const [row] = await session.query(
    'select min(version) as version from _meta.publication_request where requested_by = ?',
    [requestedBy],
  );
  const version = row?.['version'] ?? null;
  return version === null ? undefined : Number(version);
}

export interface ModelState {
  readonly fingerprint: string;
  readonly rebuiltAtStep: bigint;
  /** The last step or version that changed any of its rows. */
  readonly changedAtStep: bigint;
}

export async function readModelStates(session: Session): Promise<Map<string, ModelState>> {
  const rows = await session.query(
    'select model, rebuilt_at_step as n1, changed_at_step as n2, fingerprint as t1 from _meta.model_state',
  );
  return new Map(rows.map((row) => [String(row['model']), toModelState(row)]));
}

/** Step or version up to which a model has consumed an input, by model and input. */
export type Consumed = ReadonlyMap<string, ReadonlyMap<string, bigint>>;

/** Consumed steps by model and input. */
export async function readConsumed(session: Session): Promise<Map<string, Map<string, bigint>>> {
  const consumed = new Map<string, Map<string, bigint>>();
  for (const row of await session.query('select model, input, step from _meta.model_input')) {
    const model = String(row['model']);
    const inputs = consumed.get(model) ?? new Map<string, bigint>();
    consumed.set(model, inputs.set(String(row['input']), toBigint(row['step'])));
  }
  return consumed;
}

/** What a mart's rows reflect, and the version that last considered it. */
export interface Standing {
  readonly version: bigint;
  readonly stageStep: bigint;
  readonly watermark: string;
  readonly committedAt: string | null;
}

/** A mart that stands at an older version because a check, or its own SQL, failed. */
export interface HeldMark {
  /** UTC; of the first failure since it was last published. */
  readonly since: string;
  readonly runId: string;
  /** Staging step of the newest try. */
  readonly stageStep: bigint;
  readonly fingerprint: string;
  /** What failed, one line each. */
  readonly reasons: readonly string[];
}

/** Everything a run must know before it decides what to do. */
export interface RunState {
  readonly head: bigint;
  readonly stage: StageHead;
  /** Batches that are loaded and not staged. */
  readonly unstaged: number;
  /** The newest epoch, where nobody held the build lease; undefined where somebody did. */
  readonly freeSince?: bigint | undefined;
  readonly last: Publication | undefined;
  readonly models: ReadonlyMap<string, ModelState>;
  readonly consumed: Consumed;
  readonly standings: ReadonlyMap<string, Standing>;
  readonly held: ReadonlyMap<string, HeldMark>;
  /** Models that still have rows which they only keep for a held-back mart. */
  readonly keeping: ReadonlySet<string>;
  /** Tables of sources that are held, `shop.orders`, each with why and since when. */
  readonly sourceHolds: ReadonlyMap<string, string>;
}

const heldSource = 'the source table';

/** Whether a model is marked for a hold on a source that has been released since. */
export function isReleased({ reasons }: HeldMark, holds: ReadonlyMap<string, string>): boolean {
  const open = new Set(holds.values());
  return reasons.some((reason) => reason.startsWith(`${heldSource} `) && !open.has(reason));
}

export function describeSourceHold(row: Row): string {
  return `${heldSource} ${String(row['name'])} is held since ${String(row['at1'])}: ${String(row['t2'])}`;
}

export function toStanding(row: Row): Standing {
  return {
    version: toBigint(row['n1']),
    stageStep: toBigint(row['n2']),
    watermark: String(row['t1']),
    committedAt: toTextOrNull(row['at1']),
  };
}

export function toHeldMark(row: Row): HeldMark {
  return {
    since: utc(row['at1']),
    runId: String(row['input']),
    stageStep: toBigint(row['n2']),
    fingerprint: String(row['t1']),
    reasons: String(row['t2']).split('\n'),
  };
}

export function toModelState(row: Row): ModelState {
  return {
    fingerprint: String(row['t1']),
    rebuiltAtStep: toBigint(row['n1']),
    changedAtStep: toBigint(row['n2']),
  };
}

/** A count or step as read; 0 where there is none. */
export function toBigint(value: SqlValue | undefined): bigint {
  return BigInt(String(value ?? 0));
}

function toTextOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
