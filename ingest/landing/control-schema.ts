import type { Migration } from '../../lib/control-store.ts';

/** The schema of the control store that ingestion owns. */
export const ingestSchema = 'ingest';

/** What ingestion keeps in the control store. All of it can be derived from the manifest objects. */
export const ingestMigrations: readonly Migration[] = [
  {
    id: 1,
    name: 'landing chain and capture',
    sql: `
      create sequence batch_number;

      -- How far each source has been landed. Moves only together with the manifest row that proves it. A source may have
      -- chains beside its own (its snapshots), each with a row here under a name of its own.
      create table chain (
        source       text primary key,
        position     text not null check (position ~ '^[0-9A-F]{16}$'),
        committed_at timestamptz,
        updated_at   timestamptz not null default now()
      );

      create table manifest (
        batch_id      text primary key,
        source        text not null references chain (source),
        kind          text not null check (kind in ('snapshot', 'changes')),
        from_position text not null,
        to_position   text not null,
        key           text not null unique,
        sha256        text not null,
        rows          bigint not null,
        bytes         bigint not null,
        committed_at  timestamptz not null,
        landed_at     timestamptz not null default now(),
        unique (source, from_position),
        check (from_position < to_position)
      );

      -- What a capture by logical decoding relies on, as it was when its slot was made.
      create table capture (
        source            text primary key references chain (source),
        slot              text not null,
        publication       text not null,
        publication_oid   bigint not null,
        system_identifier text not null,
        timeline          int not null,
        tables            jsonb not null,
        created_at        timestamptz not null default now()
      );`,
  },
  {
    id: 2,
    name: 'extracts',
    sql: `
      alter table manifest drop constraint manifest_kind_check;
      alter table manifest add check (kind in ('snapshot', 'changes', 'extract'));

      -- What each stream of an API goes on from; moves together with the batch that brought it there.
      create table cursor (
        source   text not null references chain (source),
        stream   text not null,
        cursor   text not null,
        batch_id text not null references manifest (batch_id),
        fresh_to timestamptz not null,
        primary key (source, stream)
      );`,
  },
];
