import type { Knex } from 'knex';
import type { KnownFiles } from '../loading/import-trial.ts';
import { schedulerSchema } from './migrations.ts';

/** Contents of DAG files whose import came to an end before, kept in the store. */
export function knownFiles(db: Knex): KnownFiles {
  const table = (): Knex.QueryBuilder => db.withSchema(schedulerSchema).table('dag_file');
  return {
    has: async (file, hash) =>
      (await table().where({ file, content_hash: hash }).first('file')) !== undefined,
    add: async (file, hash) => {
      await table().insert({ file, content_hash: hash }).onConflict('file').merge();
    },
  };
}
