import { systemClock } from '../../../lib/clock.ts';
import type { Clock } from '../../../lib/clock.ts';
import { createLoadLedger } from '../../../warehouse/raw-table.ts';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import type { Dialect } from '../dialect/macros.ts';
import { ensureFirstRows, turnTable } from './first-rows.ts';

/** Layers that can be made again from others: their tables need no seven days of fail-safe, which is billed. */
const transientSchemas = ['staging', 'intermediate', 'delta', 'feed'];
const permanentSchemas = ['_meta', 'raw', 'seeds', 'marts'];

const transientWord: Readonly<Record<Dialect, string>> = { duckdb: '', snowflake: 'transient ' };

function schemaDdl(dialect: Dialect): string[] {
  const made = (word: string) => (name: string) => `create ${word}schema if not exists ${name}`;
  return [...permanentSchemas.map(made('')), ...transientSchemas.map(made(transientWord[dialect]))];
}

/** The platform's own tables in the warehouse. They live where the rows live, so that one transaction covers both. */
const ddl: readonly string[] = [
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
  // Added since: a warehouse that was set up before has the table without them. version: what the run was to publish.
  ...['unique_id varchar', 'kind varchar', 'severity varchar', 'version bigint', 'message varchar'].map(
    (column) => `alter table _meta.check_result add column if not exists ${column}`,
  ),
  // Some rows behind each result that was no pass, as JSON text, without columns that hold personal data.
  `create table if not exists _meta.check_failure (run_id varchar not null, version bigint not null,
     checked_at timestamp not null, unique_id varchar not null, name varchar not null, ordinal bigint not null,
     row_text varchar not null)`,
  // Of a comparison of two sources that has found differences: since when the oldest of them stands, by what it compares
  // by. It looks back at least so far, until there is none.
  `create table if not exists _meta.open_difference (name varchar not null, oldest_at timestamp not null,
     run_id varchar not null)`,
  // Sums of days that were closed, as they were then, and what was restated on purpose since: to_day is not included.
  `create table if not exists _meta.closed_day (series varchar not null, day date not null, totals varchar not null,
     frozen_at timestamp not null, version bigint not null)`,
  `create table if not exists _meta.restatement (model varchar not null, from_day date not null, to_day date not null,
     reason varchar not null, recorded_at timestamp not null)`,
  // In which run a check that looks only at what changed has passed, or has told of all that is open (open_key); counts
  // once that run has published.
  `create table if not exists _meta.check_pass (unique_id varchar not null, definition varchar not null,
     run_id varchar not null, version bigint not null, stage_step bigint not null)`,
  // Keys of the rows that such a check found in a run and that hold nothing back: it looks at them again.
  `create table if not exists _meta.open_key (unique_id varchar not null, run_id varchar not null,
     version bigint not null, kind varchar not null, key_text varchar not null)`,
  // Raw rows that staging could not take, one row each: where they stand in the log and why, never their values.
  `create table if not exists _meta.quarantine (id varchar not null, source varchar not null,
     table_name varchar not null, model varchar not null, column_name varchar, position varchar not null,
     ordinal bigint not null, key_text varchar, reason varchar not null, message varchar not null,
     batch_id varchar not null, run varchar not null, quarantined_at timestamp not null, status varchar not null,
     resolved_at timestamp)`,
  // Tables of a source whose columns went away: what is made from them stays as it is while released_at is null.
  // Whoever watches the source writes it, and may create it first.
  `create table if not exists _meta.source_hold (source varchar not null, table_name varchar not null,
     reason varchar not null, since timestamp not null, released_at timestamp)`,
  // Written by the loader, in the transaction of the rows; created here too, so that staging may read before a load.
  `create table if not exists _meta.loaded_batch (batch_id varchar primary key, source varchar not null,
     kind varchar not null, from_position varchar not null, to_position varchar not null,
     to_committed_at timestamp, row_count bigint not null, loaded_at timestamp not null,
     manifest_sha256 varchar)`,
  createLoadLedger,
  turnTable,
  // Exactly which batches a publication consumed, per mart that reads staging.
  `create view if not exists _meta.publication_batch as
     select distinct r.version, r.run_id, r.model, b.batch_id
     from _meta.run_input as r
     join _meta.staged_batch as b on b.step > r.from_step and b.step <= r.to_step
     where r.is_staged`,
];

/** Creates the platform's schemas and tables, and the one-row tables' rows. Does nothing where they exist. */
export async function ensureMeta(warehouse: Warehouse, clock: Clock = systemClock): Promise<void> {
  const schemas = schemaDdl(warehouse.capabilities.dialect);
  for (const statement of [...schemas, ...ddl]) await warehouse.execute(statement);
  await ensureFirstRows(warehouse, clock);
}
