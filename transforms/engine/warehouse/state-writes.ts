import { placeholders } from '../../../warehouse/sql-text.ts';
import type { Session } from '../../../warehouse/warehouse.ts';
import { insertRows, mergeRows } from './insert-rows.ts';
import type { TypedColumn } from './insert-rows.ts';
import type { Consumed, HeldMark, ModelState, Standing } from './state.ts';

/** Deletes the rows of some models from one of the tables that have a column `model`. */
async function forget(session: Session, table: string, models: readonly string[]): Promise<void> {
  if (models.length === 0) return;
  await session.execute(`delete from ${table} where model in (${placeholders(models)})`, models);
}

/** Records what models' rows were computed by and when they changed; the rows' own transaction must call it. */
export async function writeModelStates(
  session: Session,
  states: ReadonlyMap<string, ModelState>,
): Promise<void> {
  await mergeRows(
    session,
    '_meta.model_state',
    {
      keys: [text('model')],
      values: [text('fingerprint'), step('rebuilt_at_step'), step('changed_at_step')],
    },
    [...states].map(([model, state]) => [model, state.fingerprint, state.rebuiltAtStep, state.changedAtStep]),
  );
}

/** Without a definition a model counts as edited: what is there is not what its definition made. */
export async function forgetDefinitions(session: Session, models: readonly string[]): Promise<void> {
  if (models.length === 0) return;
  await session.execute(
    `update _meta.model_state set fingerprint = '' where model in (${placeholders(models)})`,
    models,
  );
}

/** Up to which step or version models have consumed their inputs; `before` is what of it was recorded. */
export async function writeConsumed(
  session: Session,
  consumed: ReadonlyMap<string, ReadonlyMap<string, bigint>>,
  before: Consumed,
): Promise<void> {
  const isLess = ([model, inputs]: readonly [string, ReadonlyMap<string, bigint>]): boolean =>
    [...(before.get(model) ?? new Map<string, bigint>()).keys()].some((input) => !inputs.has(input));
  await forget(
    session,
    '_meta.model_input',
    [...consumed].filter(isLess).map(([model]) => model),
  );
  await mergeRows(
    session,
    '_meta.model_input',
    { keys: [text('model'), text('input')], values: [step('step')] },
    [...consumed].flatMap(([model, inputs]) =>
      [...inputs].map(([input, upTo]) => [model, input, upTo] as const),
    ),
  );
}

const timestamp = 'timestamp';
const text = (name: string): TypedColumn => ({ name, type: 'varchar' });
const step = (name: string): TypedColumn => ({ name, type: 'bigint' });

/** What marts' rows reflect from now on. */
export async function writeStandings(
  session: Session,
  standings: ReadonlyMap<string, Standing>,
): Promise<void> {
  await mergeRows(
    session,
    '_meta.model_version',
    {
      keys: [text('model')],
      values: [
        step('version'),
        step('stage_step'),
        text('source_watermark'),
        { name: 'source_committed_at', type: timestamp },
      ],
    },
    [...standings].map(([model, each]) => [
      model,
      each.version,
      each.stageStep,
      each.watermark,
      each.committedAt,
    ]),
  );
}

/** Marks what is held back, and clears the mark of what no longer is. */
export async function writeHeld(
  session: Session,
  held: ReadonlyMap<string, HeldMark>,
  cleared: readonly string[],
): Promise<void> {
  await forget(session, '_meta.held_back', [...held.keys(), ...cleared]);
  await insertRows(
    session,
    '_meta.held_back',
    ['model', { name: 'since', type: timestamp }, 'run_id', 'stage_step', 'fingerprint', 'reasons'],
    [...held].map(([model, mark]) => [
      model,
      mark.since,
      mark.runId,
      mark.stageStep,
      mark.fingerprint,
      mark.reasons.join('\n'),
    ]),
  );
}
