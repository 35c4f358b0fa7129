import type { Session } from '../../../warehouse/warehouse.ts';

/** The platform's own tables in the warehouse. They live where the rows live, so that one transaction covers both. */
const ddl: readonly string[] = [
  'create schema if not exists _meta',
  'create schema if not exists raw',
  'create schema if not exists seeds',
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
  // The version that last considered a mart, and what its rows reflect since then.
  `create table if not exists _meta.model_version (model varchar not null, version bigint not null,
     stage_step bigint not null, source_watermark varchar not null, source_committed_at timestamp)`,
  // The stretch of each input's feed that a publication consumed: after from_step, up to and with to_step.
  `create table if not exists _meta.run_input (run_id varchar not null, version bigint not null, model varchar not null,
     input varchar not null, is_staged boolean not null, from_step bigint not null, to_step bigint not null)`,
  // Who asked for a publication, so that the same asking again is known as such.
  'create table if not exists _meta.publication_request (requested_by varchar not null, version bigint not null)',
  // Marts that stand at an older version because a check (or their SQL) failed. since: of the first failure.
  `create table if not exists _meta.held_back (model varchar not null, since timestamp not null, run_id varchar not null,
     stage_step bigint not null, fingerprint varchar not null, reasons varchar not null)`,
  // Rows that a published model would have removed and a held-back one still refers to.
  `create table if not exists _meta.kept_row (model varchar not null, row_key varchar not null, touch_key varchar,
     version bigint not null, run_id varchar not null)`,
  // 'build': the one publisher, its epoch grows with every holder. Other rows: runs that have relations in delta.
  `create table if not exists _meta.build_lease (name varchar not null, holder varchar, epoch bigint not null,
     lease_until timestamp)`,
  `create table if not exists _meta.backfill (id varchar not null, arguments_hash varchar not null,
     arguments varchar not null, next_chunk bigint not null, chunks bigint not null, status varchar not null,
     started_at timestamp not null, updated_at timestamp not null)`,
  // One row: up to where feeds may be gone.
  'create table if not exists _meta.pruned (pruned_at timestamp not null, version bigint not null, stage_step bigint not null)',
  `create table if not exists _meta.check_result (run_id varchar not null, model varchar not null, name varchar not null,
     status varchar not null, failures bigint not null, checked_at timestamp not null)`,
  // In which run a check that looks only at what changed has passed; counts once that run has published.
  `create table if not exists _meta.check_pass (unique_id varchar not null, definition varchar not null,
     run_id varchar not null, version bigint not null, stage_step bigint not null)`,
  // Written by the loader, in the transaction of the rows; created here too, so that staging may read before a load.
  `create table if not exists _meta.loaded_batch (batch_id varchar primary key, source varchar not null,
     kind varchar not null, from_position varchar not null, to_position varchar not null,
     to_committed_at timestamp, row_count bigint not null, loaded_at timestamp not null)`,
  // Exactly which batches a publication consumed, per mart that reads staging.
  `create view if not exists _meta.publication_batch as
     select distinct r.version, r.run_id, r.model, b.batch_id
     from _meta.run_input as r
     join _meta.staged_batch as b on b.step > r.from_step and b.step <= r.to_step
     where r.is_staged`,
];

/** Where the log begins: before every position. */
export const firstPosition = '0000000000000000';

const firstRows: readonly string[] = [
  'insert into _meta.head select 0, 0 where not exists (select 1 from _meta.head)',
  `insert into _meta.stage_head select 0, '${firstPosition}', null where not exists (select 1 from _meta.stage_head)`,
  `insert into _meta.build_lease select 'build', null, 0, null
     where not exists (select 1 from _meta.build_lease where name = 'build')`,
  // Long ago: when to prune is told by the engine's clock, which need not be the warehouse's.
  `insert into _meta.pruned select timestamp '1970-01-01 00:00:00', 0, 0
     where not exists (select 1 from _meta.pruned)`,
];

/** Creates the platform's schemas and tables, and the one-row tables' rows. Does nothing where they exist. */
export async function ensureMeta(session: Session): Promise<void> {
  for (const statement of [...ddl, ...firstRows]) await session.execute(statement);
}
