import type { Knex } from 'knex';
import { z } from 'zod';
import { beginChain } from '../landing/chain.ts';
import { ingestSchema } from '../landing/control-schema.ts';
import { canaryTable } from './canary.ts';

const storedTables = z.array(
  z.strictObject({
    table: z.string(),
    key: z.array(z.string()),
    columns: z.array(z.string()),
    /** Object id of the table's membership in the publication. */
    membershipOid: z.number(),
  }),
);

/** What a capture relies on, as it was when its slot was made. Any difference later may be a gap. */
export interface CaptureState {
  readonly slot: string;
  readonly publication: string;
  readonly publicationOid: number;
  readonly systemIdentifier: string;
  readonly timeline: number;
  readonly tables: z.infer<typeof storedTables>;
}

/** The shop's tables of a state, without the canary's. */
export function shopTablesOf(state: CaptureState): CaptureState['tables'] {
  return state.tables.filter((each) => each.table !== canaryTable.table);
}

/** Whether each tick writes a canary: decided when the slot was made, unless it is asked for or forbidden now. */
export function wantsCanary(asked: boolean | undefined, state: CaptureState | undefined): boolean {
  return asked ?? (state === undefined || state.tables.length > shopTablesOf(state).length);
}

/** Reads a source's capture state; undefined when none was ever begun. */
export async function readCaptureState(control: Knex, source: string): Promise<CaptureState | undefined> {
  const row: Record<string, unknown> | undefined = await control
    .withSchema(ingestSchema)
    .from('capture')
    .where({ source })
    .first();
  if (row === undefined) return undefined;
  return {
    slot: String(row['slot']),
    publication: String(row['publication']),
    publicationOid: Number(row['publication_oid']),
    systemIdentifier: String(row['system_identifier']),
    timeline: Number(row['timeline']),
    tables: storedTables.parse(row['tables']),
  };
}

/**
 * Writes down what is about to be made at the source, before it is made: a slot that a crash leaves behind can then
 * be told from somebody else's.
 */
export async function writeCaptureState(control: Knex, source: string, state: CaptureState): Promise<void> {
  const row = {
    source,
    slot: state.slot,
    publication: state.publication,
    publication_oid: state.publicationOid,
    system_identifier: state.systemIdentifier,
    timeline: state.timeline,
    tables: JSON.stringify(state.tables),
  };
  await control.transaction(async (trx) => {
    await beginChain(trx, source);
    await trx.withSchema(ingestSchema).into('capture').insert(row).onConflict('source').merge();
  });
}
