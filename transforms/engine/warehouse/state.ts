import type { Row, Session, SqlValue } from '../../../warehouse/warehouse.ts';
import { firstPosition } from './meta-tables.ts';

/** The state of staging: its step, and the log position that everything up to is staged. */
export interface StageHead {
  readonly step: bigint;
  readonly watermark: string;
  readonly watermarkAt: string | null;
}

export async function readStageHead(session: Session): Promise<StageHead> {
  const [row] = await session.query('select step, watermark, watermark_at from _meta.stage_head');
  return toStageHead(row);
}

function toStageHead(row: Row | undefined): StageHead {
  return {
    step: toBigint(row?.['step']),
    watermark: String(row?.['watermark'] ?? firstPosition),
    watermarkAt: toTextOrNull(row?.['watermark_at']),
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

function toPublication(row: Row): Publication {
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
  const rows = await session.query('select * from _meta.model_state');
  return new Map(
    rows.map((row) => [
      String(row['model']),
      {
        fingerprint: String(row['fingerprint']),
        rebuiltAtStep: toBigint(row['rebuilt_at_step']),
        changedAtStep: toBigint(row['changed_at_step']),
      },
    ]),
  );
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
  readonly last: Publication | undefined;
  readonly models: ReadonlyMap<string, ModelState>;
  readonly consumed: Consumed;
  readonly standings: ReadonlyMap<string, Standing>;
  readonly held: ReadonlyMap<string, HeldMark>;
  /** Models that still have rows which they only keep for a held-back mart. */
  readonly keeping: ReadonlySet<string>;
}

/**
 * Five statements; nothing else is read when nothing has changed. The heads come first: each statement sees a moment of
 * its own, and what is newer than the heads ends in a conflict, while heads that are newer than what was read would
 * count changes as consumed that nobody has looked at.
 */
export async function readRunState(session: Session): Promise<RunState> {
  const heads = await session.query(
    'select h.version, s.step, s.watermark, s.watermark_at from _meta.head as h cross join _meta.stage_head as s',
  );
  const [last, models, consumed, marks] = await Promise.all([
    readPublication(session),
    readModelStates(session),
    readConsumed(session),
    session.query(marksSql),
  ]);
  const marked = (what: string): Row[] => marks.filter((row) => row['what'] === what);
  return {
    head: toBigint(heads[0]?.['version']),
    stage: toStageHead(heads[0]),
    last,
    models,
    consumed,
    standings: new Map(marked('stands').map((row) => [String(row['model']), toStanding(row)])),
    held: new Map(marked('held').map((row) => [String(row['model']), toHeldMark(row)])),
    keeping: new Set(marked('keeps').map((row) => String(row['model']))),
  };
}

const marksSql = `
  select 'stands' as what, model, version, stage_step, source_watermark as mark, source_committed_at as marked_at,
    cast(null as varchar) as run_id, cast(null as varchar) as reasons
  from _meta.model_version
  union all
  select 'held', model, 0, stage_step, fingerprint, since, run_id, reasons from _meta.held_back
  union all
  select distinct 'keeps', model, 0, 0, null, cast(null as timestamp), null, null from _meta.kept_row`;

function toStanding(row: Row): Standing {
  return {
    version: toBigint(row['version']),
    stageStep: toBigint(row['stage_step']),
    watermark: String(row['mark']),
    committedAt: toTextOrNull(row['marked_at']),
  };
}

function toHeldMark(row: Row): HeldMark {
  return {
    since: String(row['marked_at']),
    runId: String(row['run_id']),
    stageStep: toBigint(row['stage_step']),
    fingerprint: String(row['mark']),
    reasons: String(row['reasons']).split('\n'),
  };
}

/** A count or step as read; 0 where there is none. */
export function toBigint(value: SqlValue | undefined): bigint {
  return BigInt(String(value ?? 0));
}

function toTextOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
