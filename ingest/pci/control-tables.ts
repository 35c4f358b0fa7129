import type { Migration } from '../../lib/control-store.ts';

/**
 * The schema of the control store that holds keys of persons. A schema of its own: all else in the control store can be
 * rebuilt from the archive, these keys must not be in it and need a backup of their own, one that expires.
 */
export const privacySchema = 'privacy';

export const privacyMigrations: readonly Migration[] = [
  {
    id: 1,
    name: 'keys of persons',
    sql: `
      -- Keys that encrypt personal values, one or more for a person; themselves encrypted by a master key. Deleting a
      -- person's keys makes everything that they encrypted unreadable, in every copy.
      create table subject_key (
        key_id     text primary key,
        subject    text not null,
        wrapped    bytea not null,
        wrapped_by text not null,
        created_at timestamptz not null default now()
      );
      create index subject_key_subject on subject_key (subject);

      -- Persons that were erased; no key is ever kept for them again.
      create table subject_erasure (
        subject   text primary key,
        erased_at timestamptz not null default now(),
        reason    text not null,
        -- Ids of the keys that were deleted: what they encrypted can still be found, and shown to be unreadable.
        key_ids   text[] not null
      );`,
  },
];
