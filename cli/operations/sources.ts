import { z } from 'zod';
import { defineOperation, rowsResult } from './operation.ts';
import { openCapture } from './sources-capture.ts';
import { oneLine, reportResult, statusResult } from './sources-rows.ts';

const canary = z.boolean().optional();

/** Looks at the shop's database before anything of it is touched. */
const sourcesPostgresCheck = defineOperation({
  name: 'sources.postgres.check',
  input: z.object({ canary }),
  run: async (input, context) => reportResult(await (await openCapture(context, input.canary)).check()),
});

/** Makes publication and slot, and reads the snapshot; goes on where an earlier one stopped. */
const sourcesPostgresSetup = defineOperation({
  name: 'sources.postgres.setup',
  input: z.object({ canary, dryRun: z.boolean().default(false) }),
  run: async (input, context) => {
    const capture = await openCapture(context, input.canary);
    if (input.dryRun) return reportResult(await capture.check());
    const { snapshot, rows, position } = await capture.setup(context.signal);
    return rowsResult([{ snapshot, rows, position }]);
  },
});

/** Reads what is left of the snapshots. */
const sourcesPostgresSnapshot = defineOperation({
  name: 'sources.postgres.snapshot',
  input: z.object({}),
  run: async (_, context) => {
    const { rows, tables, isFinished } = await (await openCapture(context)).snapshot(context.signal);
    return rowsResult([{ tables: tables.join(', '), rows, finished: isFinished }], {
      notes: isFinished ? [] : ['it goes on from here when it is run again'],
    });
  },
});

/** Slot, log, snapshots and gaps. */
const sourcesPostgresStatus = defineOperation({
  name: 'sources.postgres.status',
  input: z.object({}),
  run: async (_, context) => statusResult(await (await openCapture(context)).status()),
});

/** Mends a broken stream, follows a changed allow-list, or reads tables anew. */
const sourcesPostgresResync = defineOperation({
  name: 'sources.postgres.resync',
  input: z.object({
    tables: z.array(z.string()).min(1).optional(),
    canary,
    dryRun: z.boolean().default(false),
  }),
  run: async ({ tables, canary: asked, dryRun }, context) => {
    const capture = await openCapture(context, asked);
    const how = { dryRun, signal: context.signal, ...(tables === undefined ? {} : { tables }) };
    const result = await capture.resync(how);
    return rowsResult([{ tables: result.tables.join(', '), rows: result.rows }], {
      notes: [
        ...(result.reasons.length === 0 ? ['nothing is wrong, and nothing was asked for'] : result.reasons),
        ...result.statements.map((sql) => `${dryRun ? 'would run' : 'ran'}: ${oneLine(sql)}`),
      ],
    });
  },
});

/** Drops at the source what capture made there. */
const sourcesPostgresTeardown = defineOperation({
  name: 'sources.postgres.teardown',
  input: z.object({ dryRun: z.boolean().default(false) }),
  run: async ({ dryRun }, context) => {
    const capture = await openCapture(context);
    const statements = await capture.removal();
    if (!dryRun) await capture.remove();
    return rowsResult(
      statements.map((sql) => ({ [dryRun ? 'would run' : 'ran']: oneLine(sql) })),
      { columns: [dryRun ? 'would run' : 'ran'] },
    );
  },
});

/** All of them, for the table of operations. */
export const sourcesOperations = [
  sourcesPostgresCheck,
  sourcesPostgresSetup,
  sourcesPostgresSnapshot,
  sourcesPostgresStatus,
  sourcesPostgresResync,
  sourcesPostgresTeardown,
] as const;
