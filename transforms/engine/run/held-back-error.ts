import type { ShopwaveError } from '../../../lib/errors.ts';
import { runErrors } from './errors.ts';
import type { HeldModel } from './request.ts';

/** What on-call is told when a version went out without some marts; undefined where none is held back. */
export function heldBackError(version: number, held: readonly HeldModel[]): ShopwaveError | undefined {
  if (held.length === 0) return undefined;
  return runErrors.error('TRANSFORM_HELD_BACK', {
    message: `version ${version} is published without ${held.map(({ model }) => model).join(', ')}: ${held.map(describeHeld).join('; ')}`,
  });
}

/** One line for people: where it stands, how stale it is, since when and why. */
export function describeHeld({ model, version, since, sourceCommittedAt, reasons }: HeldModel): string {
  const stands = version === null ? 'was never published' : `stands at version ${version}`;
  const reflects = sourceCommittedAt === null ? '' : `, which reflects the source up to ${sourceCommittedAt}`;
  return `${model} ${stands}${reflects}, held back since ${since}: ${reasons.join(', ')}`;
}
