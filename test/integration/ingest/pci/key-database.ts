import type { Knex } from 'knex';
import { openControlStore } from '../../../../lib/control-store.ts';
import { createTestDatabase } from '../../../support/postgres.ts';

/** A control store with nothing in it yet. */
export async function openKeyDatabase(): Promise<AsyncDisposable & { readonly control: Knex }> {
  const database = await createTestDatabase();
  const control = openControlStore(database.url);
  return {
    control,
    [Symbol.asyncDispose]: async () => {
      await control.destroy();
      await database[Symbol.asyncDispose]();
    },
  };
}
