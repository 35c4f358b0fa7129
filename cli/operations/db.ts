import { z } from 'zod';
import { driftMigrations, driftSchema } from '../../ingest/drift/control-tables.ts';
import { ingestMigrations, ingestSchema } from '../../ingest/landing/control-schema.ts';
import { privacyMigrations, privacySchema } from '../../ingest/pci/control-tables.ts';
import { captureMigrations, captureSchema } from '../../ingest/postgres/control-tables.ts';
import { migrate, pendingMigrations } from '../../lib/control-store.ts';
import type { Migration } from '../../lib/control-store.ts';
import { schedulerMigrations, schedulerSchema } from '../../scheduler/store/migrations.ts';
import { cliErrors } from '../errors.ts';
import { instant } from './instant.ts';
import { defineOperation, rowsResult } from './operation.ts';

/** Every schema of the control store. */
const schemas: readonly { readonly schema: string; readonly migrations: readonly Migration[] }[] = [
  { schema: schedulerSchema, migrations: schedulerMigrations },
  { schema: ingestSchema, migrations: ingestMigrations },
  { schema: captureSchema, migrations: captureMigrations },
  { schema: driftSchema, migrations: driftMigrations },
  { schema: privacySchema, migrations: privacyMigrations },
];

/** Exits 1 when the control store is behind; when it cannot be reached, opening it says so. */
export const dbCheck = defineOperation({
  name: 'db.check',
  input: z.object({}),
  run: async (_, { platform }) => {
    const control = await platform.control();
    const rows = [];
    for (const { schema, migrations } of schemas) {
      const pending = await pendingMigrations(control, schema, migrations);
      rows.push({ schema, migrations: migrations.length, pending: pending.length });
    }
    const isBehind = rows.some((row) => row.pending > 0);
    return rowsResult(rows, {
      failure: isBehind
        ? cliErrors.error('CLI_STORE_BEHIND', { message: 'the control store lacks migrations' })
        : undefined,
    });
  },
});

export const dbMigrate = defineOperation({
  name: 'db.migrate',
  input: z.object({}),
  run: async (_, { platform }) => {
    const control = await platform.control();
    const rows = [];
    for (const { schema, migrations } of schemas) {
      const applied = await pendingMigrations(control, schema, migrations);
      await migrate(control, schema, migrations);
      rows.push({ schema, applied: applied.map(({ id, name }) => `${id} ${name}`).join('; ') });
    }
    return rowsResult(rows);
  },
});

/** Removes finished runs, with their tasks, values and logs. */
export const dbClean = defineOperation({
  name: 'db.clean',
  input: z.object({ before: instant, dryRun: z.boolean().default(false) }),
  run: async ({ before, dryRun }, { platform, signal }) => {
    const gone = await (await platform.scheduler()).cleanRuns(before, { dryRun, signal });
    const byDag = new Map<string, number>();
    for (const { dagId } of gone) byDag.set(dagId, (byDag.get(dagId) ?? 0) + 1);
    return rowsResult(
      [...byDag].map(([dag, runs]) => ({ dag, runs })),
      {
        columns: ['dag', 'runs'],
        notes: [`${gone.length} runs ${dryRun ? 'would go; this was a dry run' : 'are gone'}`],
      },
    );
  },
});
