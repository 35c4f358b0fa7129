import type { Knex } from 'knex';
import { migrate } from '../../lib/control-store.ts';
import { privacyMigrations, privacySchema } from './control-tables.ts';

/** A key of a person as it is kept: encrypted by a master key. */
export interface WrappedKey {
  readonly keyId: string;
  /** `<source>:<id>`. */
  readonly subject: string;
  readonly wrapped: Buffer;
  /** Id of the master key. */
  readonly wrappedBy: string;
}

/** That a person was erased. */
export interface Tombstone {
  readonly subject: string;
  readonly erasedAt: Date;
  readonly reason: string;
  /** Of the keys that were deleted. */
  readonly keyIds: readonly string[];
}

/** The one mutable place in which keys of persons are. What is deleted here is unreadable everywhere. */
export interface SubjectKeyStore {
  /** Durable when it resolves. Keys of erased persons are not taken: what they encrypted is lost, as it should be. */
  readonly add: (keys: readonly WrappedKey[]) => Promise<void>;
  readonly ofSubject: (subject: string) => Promise<WrappedKey[]>;
  /** The persons whose keys these are. */
  readonly subjectsOf: (keyIds: readonly string[]) => Promise<string[]>;
  readonly tombstone: (subject: string) => Promise<Tombstone | undefined>;
  /** Deletes all keys of a person and writes the tombstone, in one transaction. Again: deletes what came since. */
  readonly erase: (subject: string, reason: string) => Promise<Tombstone>;
  /** Keys that another master key than this one wraps. */
  readonly wrappedByOthers: (kid: string, limit: number) => Promise<WrappedKey[]>;
  readonly rewrap: (keys: readonly WrappedKey[]) => Promise<void>;
}

interface KeyRow {
  readonly key_id: string;
  readonly subject: string;
  readonly wrapped: Buffer;
  readonly wrapped_by: string;
}

interface TombstoneRow {
  readonly subject: string;
  readonly erased_at: Date;
  readonly reason: string;
  readonly key_ids: readonly string[];
}

const keyColumns = 'key_id, subject, wrapped, wrapped_by';

/** Keys in the control store; makes their tables where there are none. */
export async function openSubjectKeyStore(control: Knex): Promise<SubjectKeyStore> {
  await migrate(control, privacySchema, privacyMigrations);
  const select = async (where: string, bindings: readonly (string | number)[]): Promise<WrappedKey[]> => {
    const sql = `select ${keyColumns} from privacy.subject_key where ${where}`;
    const { rows } = await control.raw<{ rows: KeyRow[] }>(sql, bindings);
    return rows.map(toKey);
  };
  return {
    add: async (keys) => {
      if (keys.length === 0) return;
      await control.raw(
        `insert into privacy.subject_key (${keyColumns})
         select * from unnest(?::text[], ?::text[], ?::bytea[], ?::text[]) as given (${keyColumns})
         where not exists (select 1 from privacy.subject_erasure as gone where gone.subject = given.subject)
         on conflict (key_id) do nothing`,
        columnsOf(keys),
      );
    },
    ofSubject: (subject) => select('subject = ? order by created_at, key_id', [subject]),
    subjectsOf: async (keyIds) => {
      const { rows } = await control.raw<{ rows: Array<{ subject: string }> }>(
        'select distinct subject from privacy.subject_key where key_id = any(?::text[]) order by subject',
        [[...keyIds]],
      );
      return rows.map((row) => row.subject);
    },
    tombstone: async (subject) => {
      const { rows } = await control.raw<{ rows: TombstoneRow[] }>(
        'select subject, erased_at, reason, key_ids from privacy.subject_erasure where subject = ?',
        [subject],
      );
      return rows.map(toTombstone)[0];
    },
    erase: (subject, reason) => control.transaction((trx) => eraseIn(trx, subject, reason)),
    wrappedByOthers: (kid, limit) => select('wrapped_by <> ? limit ?', [kid, limit]),
    rewrap: async (keys) => {
      await control.raw(
        `update privacy.subject_key as kept set wrapped = given.wrapped, wrapped_by = given.wrapped_by
         from unnest(?::text[], ?::text[], ?::bytea[], ?::text[]) as given (${keyColumns})
         where kept.key_id = given.key_id`,
        columnsOf(keys),
      );
    },
  };
}

async function eraseIn(trx: Knex.Transaction, subject: string, reason: string): Promise<Tombstone> {
  // An insert that does not see the tombstone yet could otherwise leave a key behind the delete.
  await trx.raw('lock table privacy.subject_key in share row exclusive mode');
  const { rows } = await trx.raw<{ rows: TombstoneRow[] }>(
    `with deleted as (delete from privacy.subject_key where subject = ? returning key_id)
     insert into privacy.subject_erasure as gone (subject, reason, key_ids)
     select ?, ?, coalesce(array_agg(key_id order by key_id), '{}') from deleted
     on conflict (subject) do update set key_ids = gone.key_ids || excluded.key_ids
     returning subject, erased_at, reason, key_ids`,
    [subject, subject, reason],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('no tombstone was written');
  return toTombstone(row);
}

function columnsOf(keys: readonly WrappedKey[]): [string[], string[], Buffer[], string[]] {
  return [
    keys.map((each) => each.keyId),
    keys.map((each) => each.subject),
    keys.map((each) => each.wrapped),
    keys.map((each) => each.wrappedBy),
  ];
}

function toKey(row: KeyRow): WrappedKey {
  return { keyId: row.key_id, subject: row.subject, wrapped: row.wrapped, wrappedBy: row.wrapped_by };
}

function toTombstone(row: TombstoneRow): Tombstone {
  return { subject: row.subject, erasedAt: row.erased_at, reason: row.reason, keyIds: row.key_ids };
}
