import type { Knex } from 'knex';
import { migrate } from '../../lib/control-store.ts';
import type { Migration } from '../../lib/control-store.ts';

/** The schema of the control store that capture of PostgreSQL owns, beside that of landing. */
export const captureSchema = 'ingest_postgres';

export const captureMigrations: readonly Migration[] = [
  {
    id: 1,
    name: 'snapshots in chunks and gaps',
    sql: `
      -- One reading of some tables: at setup, for a new table, or anew. Rows of it carry the position.
      create table snapshot_run (
        id           bigint generated always as identity primary key,
        source       text not null,
        position     text check (position ~ '^[0-9A-F]{16}$'),
        committed_at text,
        started_at   timestamptz not null default now(),
        finished_at  timestamptz
      );

      create table snapshot_table (
        run              bigint not null references snapshot_run,
        table_name       text not null,
        -- Columns that the stream may still show, from before the allow-list changed.
        previous_columns jsonb,
        -- Key ranges that are read side by side; null until they are planned.
        ranges           jsonb,
        chunk_rows       int,
        estimated_rows   bigint,
        batch_id         text,
        -- Up to here in the stream, a value that the log did not repeat may be in no row that was read.
        fill_until       text,
        primary key (run, table_name)
      );

      -- A finished chunk is in immutable archive files; a reading that was cut off goes on after it.
      create table snapshot_chunk (
        run         bigint not null,
        table_name  text not null,
        range_no    int not null,
        chunk_no    int not null,
        last_key    jsonb,
        is_last     boolean not null,
        -- Rows read; their files hold more lines where a mark or a quarantined value goes with them.
        rows        bigint not null,
        files       jsonb not null,
        schemas     jsonb not null,
        finished_at timestamptz not null default now(),
        primary key (run, table_name, range_no, chunk_no),
        foreign key (run, table_name) references snapshot_table (run, table_name)
      );

      -- Where the stream broke, and the position from which new snapshots mended it.
      create table gap (
        id            bigint generated always as identity primary key,
        source        text not null,
        code          text not null,
        message       text not null,
        landed_to     text not null,
        found_at      timestamptz not null default now(),
        last_found_at timestamptz not null default now(),
        mended_at     timestamptz,
        mended_by_run bigint references snapshot_run
      );
      create unique index one_open_gap on gap (source, code) where mended_at is null;

      -- Partitions of captured tables, as they were when the stream was last known to be whole.
      create table partition (
        source     text not null,
        table_name text not null,
        oid        bigint not null,
        name       text not null,
        -- The transaction that made it a partition of its table.
        attached   text not null,
        primary key (source, oid)
      );

      -- Where the source's log ended at some moments of the last hours: how fast it grows.
      create table log_sample (
        source   text not null,
        taken_at timestamptz not null,
        log_end  text not null,
        primary key (source, taken_at)
      );`,
  },
];

/** Creates or updates capture's tables of the control store. */
export async function migrateCapture(control: Knex): Promise<void> {
  await migrate(control, captureSchema, captureMigrations);
}
