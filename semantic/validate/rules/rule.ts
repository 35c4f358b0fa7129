import { nearestNames } from '../../server/nearest-names.ts';
import type { Finding, RuleName } from '../finding.ts';
import type { Promised } from '../marts.ts';
import type { Cube, Model } from '../model.ts';

/** What a rule looks at. */
export interface Looked extends Promised {
  readonly model: Model;
}

export type Rule = (looked: Looked) => readonly Finding[];

export function finding(rule: RuleName, where: string, message: string, remedy: string): Finding {
  return { rule, where, message, remedy };
}

/** A name that nothing has, and which one was meant. */
export function notThere(
  rule: RuleName,
  where: string,
  what: string,
  name: string,
  names: Iterable<string>,
): Finding {
  const near = nearestNames(name, names);
  const remedy = near.length > 0 ? `Did you mean ${near.join(' or ')}?` : 'Name one that exists.';
  return finding(rule, where, `${what} is not there`, remedy);
}

/** Cubes whose SQL is read for what it is: not those that only others extend. */
export function realCubes({ cubes }: Model): readonly Cube[] {
  return [...cubes.values()].filter(({ isBase }) => !isBase);
}
