import type { Knex } from 'knex';
import { ShopwaveError } from '../../lib/errors.ts';
import { captureSchema } from './control-tables.ts';
import { captureErrors } from './errors.ts';
import type { CaptureErrorCode } from './errors.ts';

/** A break of the stream that no snapshot has mended yet. */
export interface Gap {
  readonly code: string;
  readonly message: string;
  /** What was landed when it was found, 16 hex digits. */
  readonly landedTo: string;
  readonly foundAt: string;
  /** A snapshot that will have brought back what was lost is begun, and not finished. */
  readonly isHealing: boolean;
}

/**
 * Breaks that are written down. `heals`: what is wrong can be put right at the source by anybody, and then nothing
 * shows any more that the stream had a hole. Such a gap stops capture until a snapshot has mended it; the others show
 * themselves at each tick for as long as they last.
 */
const breaks: Partial<Readonly<Record<CaptureErrorCode, 'heals' | 'lasts'>>> = {
  CAPTURE_OTHER_CLUSTER: 'lasts',
  CAPTURE_OTHER_TIMELINE: 'lasts',
  CAPTURE_LOG_WENT_BACK: 'lasts',
  CAPTURE_SLOT_MISSING: 'lasts',
  CAPTURE_SLOT_UNUSABLE: 'lasts',
  CAPTURE_SLOT_LOST: 'lasts',
  CAPTURE_SLOT_AHEAD: 'lasts',
  CAPTURE_PUBLICATION_MISSING: 'heals',
  CAPTURE_PUBLICATION_CHANGED: 'heals',
  CAPTURE_PARTITIONS_CHANGED: 'heals',
  CAPTURE_CANARY_LOST: 'heals',
  CAPTURE_STATE_LOST: 'heals',
};

/** A run that was given up is finished, and heals nothing. */
const isHealed = `exists (select from ${captureSchema}.snapshot_run r
  where r.id = gap.mended_by_run and r.finished_at is null)`;

/** Writes an error down when it is a break of the stream; what heals an earlier one does not heal it. */
export async function recordGap(
  control: Knex,
  source: string,
  landedTo: string,
  error: unknown,
): Promise<void> {
  if (!(error instanceof ShopwaveError) || !Object.hasOwn(breaks, error.code)) return;
  await control
    .withSchema(captureSchema)
    .into('gap')
    .insert({ source, code: error.code, message: error.message, landed_to: landedTo })
    .onConflict(control.raw('(source, code) where mended_at is null'))
    .merge({ last_found_at: control.fn.now(), message: error.message, mended_by_run: null });
}

/** Gaps that are not mended, the oldest first. */
export async function openGaps(control: Knex, source: string): Promise<Gap[]> {
  const rows: Array<Record<string, unknown>> = await control
    .withSchema(captureSchema)
    .from('gap')
    .where({ source, mended_at: null })
    .orderBy('id')
    .select('code', 'message', 'landed_to', 'found_at', control.raw(`${isHealed} as is_healing`));
  return rows.map((row) => ({
    code: String(row['code']),
    message: String(row['message']),
    landedTo: String(row['landed_to']),
    foundAt: row['found_at'] instanceof Date ? row['found_at'].toISOString() : String(row['found_at']),
    isHealing: row['is_healing'] === true,
  }));
}

/** Why capture must not go on although the source looks whole; undefined when it may. */
export function gapError(gaps: readonly Gap[], where: string): ShopwaveError | undefined {
  const open = gaps.find((each) => !each.isHealing && breaks[each.code as CaptureErrorCode] === 'heals');
  const gap = open ?? gaps.find((each) => each.isHealing);
  if (gap === undefined) return undefined;
  return captureErrors.error(gap === open ? 'CAPTURE_GAP_OPEN' : 'CAPTURE_HEALING', {
    message: `${gap.code} at ${gap.foundAt}: ${gap.message}`,
    where,
  });
}

/** Notes that a run, once it is finished, will have brought back what was lost in gaps that no other one heals. */
export async function healGaps(control: Knex, source: string, run: string): Promise<void> {
  await control
    .withSchema(captureSchema)
    .from('gap')
    .where({ source, mended_at: null })
    .whereRaw(`not ${isHealed}`)
    .update({ mended_by_run: run });
}

/** Closes the gaps that a finished run has healed, in the transaction that finishes it. */
export async function closeGaps(trx: Knex, run: string): Promise<void> {
  await trx
    .withSchema(captureSchema)
    .from('gap')
    .where({ mended_by_run: run, mended_at: null })
    .update({ mended_at: trx.fn.now() });
}
