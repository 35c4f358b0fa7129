import type { Session } from '../../../warehouse/warehouse.ts';

/** The platform's own tables in the warehouse. They live where the rows live, so that one transaction covers both. */
const ddl: readonly string[] = [
  'create schema if not exists _meta',
  'create schema if not exists raw',
  'create schema if not exists staging',
  'create schema if not exists intermediate',
  'create schema if not exists marts',
  'create schema if not exists delta',
  'create schema if not exists feed',
  // One row; its compare-and-set makes a publication atomic and fences a stale publisher.
  'create table if not exists _meta.head (version bigint not null, epoch bigint not null)',
  // One row; the same for staging. watermark is the log position up to which every batch is staged.
  'create table if not exists _meta.stage_head (step bigint not null, watermark varchar not null, watermark_at timestamp)',
  'create table if not exists _meta.staged_batch (batch_id varchar primary key, step bigint not null)',
  `create table if not exists _meta.publication (version bigint primary key, run_id varchar not null,
     published_at timestamp not null, source_watermark varchar not null, source_committed_at timestamp,
     stage_step bigint not null, models varchar not null)`,
  // What a model's rows were computed by, and the step (staging) or version (marts) at which it was last rebuilt whole.
  `create table if not exists _meta.model_state (model varchar not null, fingerprint varchar not null,
     rebuilt_at_step bigint not null, changed_at_step bigint not null)`,
  // Up to which step or version of an input a model has consumed the input's feed.
  'create table if not exists _meta.model_input (model varchar not null, input varchar not null, step bigint not null)',
  `create table if not exists _meta.check_result (run_id varchar not null, model varchar not null, name varchar not null,
     status varchar not null, failures bigint not null, checked_at timestamp not null)`,
  // Written by the loader, in the transaction of the rows; created here too, so that staging may read before a load.
  `create table if not exists _meta.loaded_batch (batch_id varchar primary key, source varchar not null,
     kind varchar not null, from_position varchar not null, to_position varchar not null,
     to_committed_at timestamp, rows bigint not null, loaded_at timestamp not null)`,
];

const firstPosition = '0000000000000000';

/** Creates the platform's schemas and tables, and the two head rows. Does nothing where they exist. */
export async function ensureMeta(session: Session): Promise<void> {
  for (const statement of ddl) await session.execute(statement);
  await session.execute('insert into _meta.head select 0, 0 where not exists (select 1 from _meta.head)');
  await session.execute(
    `insert into _meta.stage_head select 0, '${firstPosition}', null where not exists (select 1 from _meta.stage_head)`,
  );
}

/** The state of staging: its step, and the log position that everything up to is staged. */
export interface StageHead {
  readonly step: bigint;
  readonly watermark: string;
  readonly watermarkAt: string | null;
}

export async function readStageHead(session: Session): Promise<StageHead> {
  const [row] = await session.query('select step, watermark, watermark_at from _meta.stage_head');
  const at = row?.['watermark_at'];
  return {
    step: BigInt(String(row?.['step'] ?? 0)),
    watermark: String(row?.['watermark'] ?? firstPosition),
    watermarkAt: typeof at === 'string' ? at : null,
  };
}

export async function readHeadVersion(session: Session): Promise<bigint> {
  const [row] = await session.query('select version from _meta.head');
  return BigInt(String(row?.['version'] ?? 0));
}

/** One published version of all marts. */
export interface Publication {
  readonly version: number;
  readonly runId: string;
  /** UTC, as the warehouse prints timestamps. */
  readonly publishedAt: string;
  /** Commit end LSN of the source (16 hex digits) that this version reflects entirely. */
  readonly sourceWatermark: string;
  readonly sourceCommittedAt: string | null;
  readonly stageStep: bigint;
  readonly models: readonly string[];
}

/** The newest publication; undefined before the first. */
export async function readPublication(session: Session): Promise<Publication | undefined> {
  const [row] = await session.query('select * from _meta.publication order by version desc limit 1');
  if (row === undefined) return undefined;
  const committedAt = row['source_committed_at'];
  return {
    version: Number(row['version']),
    runId: String(row['run_id']),
    publishedAt: String(row['published_at']),
    sourceWatermark: String(row['source_watermark']),
    sourceCommittedAt: typeof committedAt === 'string' ? committedAt : null,
    stageStep: BigInt(String(row['stage_step'])),
    models: String(row['models']).split(',').filter(Boolean),
  };
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
        rebuiltAtStep: BigInt(String(row['rebuilt_at_step'])),
        changedAtStep: BigInt(String(row['changed_at_step'])),
      },
    ]),
  );
}

/** Records that a step (staging) or version (marts) changed a model; the rows' own transaction must call it. */
export async function writeModelState(
  session: Session,
  change: {
    readonly model: string;
    readonly fingerprint: string;
    readonly isRebuild: boolean;
    readonly step: bigint;
  },
): Promise<void> {
  const { model, step } = change;
  const rows = await session.query('select rebuilt_at_step from _meta.model_state where model = ?', [model]);
  const rebuiltAt = change.isRebuild ? step : BigInt(String(rows[0]?.['rebuilt_at_step'] ?? 0));
  await session.execute('delete from _meta.model_state where model = ?', [model]);
  await session.execute('insert into _meta.model_state values (?, ?, ?, ?)', [
    model,
    change.fingerprint,
    rebuiltAt,
    step,
  ]);
}

/** Consumed steps by model and input. */
export async function readConsumed(session: Session): Promise<Map<string, Map<string, bigint>>> {
  const consumed = new Map<string, Map<string, bigint>>();
  for (const row of await session.query('select model, input, step from _meta.model_input')) {
    const model = String(row['model']);
    const inputs = consumed.get(model) ?? new Map<string, bigint>();
    consumed.set(model, inputs.set(String(row['input']), BigInt(String(row['step']))));
  }
  return consumed;
}
