import type { Migration } from '../../lib/control-store.ts';

/** The schema of the control store that keeps what is known of the sources' shapes. */
export const driftSchema = 'drift';

export const driftMigrations: readonly Migration[] = [
  {
    id: 1,
    name: 'registry',
    sql: `
      -- Every shape of a table that was ever seen, in the order in which it was seen.
      create table shape (
        source     text not null,
        table_name text not null,
        version    int not null,
        table_id   bigint not null,
        columns    jsonb not null,
        seen_at    timestamptz not null,
        gone_at    timestamptz,
        primary key (source, table_name, version)
      );

      -- What changed, once; seen again, only its last sight moves.
      create table change (
        id          bigint generated always as identity primary key,
        source      text not null,
        table_name  text not null,
        kind        text not null,
        column_name text,
        before      text,
        after       text,
        severity    text not null check (severity in ('info', 'warn', 'page')),
        first_seen  timestamptz not null,
        last_seen   timestamptz not null,
        objects     bigint,
        resolved_at timestamptz,
        resolution  text
      );
      -- An open change is one row, however often it is seen.
      create unique index change_open on change
        (source, table_name, kind, coalesce(column_name, ''), coalesce(after, ''))
        where resolved_at is null;

      -- Columns that were added to the allow-list, or taken off it, after the code was written.
      create table allowance (
        source      text not null,
        table_name  text not null,
        column_name text not null,
        rule        text not null,
        is_allowed  boolean not null,
        decided_at  timestamptz not null,
        primary key (source, table_name, column_name)
      );`,
  },
];
