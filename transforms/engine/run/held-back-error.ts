import type { ShopwaveError } from '../../../lib/errors.ts';
import { remedyOf } from './behind.ts';
import { runErrors } from './errors.ts';
import type { Behind, HeldModel } from './request.ts';

/** What on-call is told when a version went out without some marts; undefined where none is held back. */
export function heldBackError(
  version: number,
  held: readonly HeldModel[],
  behind?: Behind,
): ShopwaveError | undefined {
  if (held.length === 0) return undefined;
  return runErrors.error('TRANSFORM_HELD_BACK', {
    message: `version ${version} is published without ${held.map(({ model }) => model).join(', ')}: ${held.map(describeHeld).join('; ')}`,
    remedy: behind === undefined ? undefined : remedyOf(behind),
  });
}

/** What a dry run is told whose build would publish without some marts; undefined where it would not. */
export function wouldHoldBack(held: readonly HeldModel[]): ShopwaveError | undefined {
  if (held.length === 0) return undefined;
  const each = held.map(({ model, reasons }) => `${model}: ${reasons.join(', ')}`);
  return runErrors.error('TRANSFORM_HELD_BACK', {
    message: `${held.length} model(s) would be held back: ${each.join('; ')}`,
    remedy: 'It was a dry run: nothing was published. Correct the data or the model named.',
  });
}

/** One line for people: where it stands, how stale it is, since when and why. */
export function describeHeld({ model, version, since, sourceCommittedAt, reasons }: HeldModel): string {
  const stands = version === null ? 'was never published' : `stands at version ${version}`;
  const reflects = sourceCommittedAt === null ? '' : `, which reflects the source up to ${sourceCommittedAt}`;
  return `${model} ${stands}${reflects}, held back since ${since}: ${reasons.join(', ')}`;
}
