import { formatLocation } from '../../../lib/jinja/location.ts';
import { unknownNames } from '../../../lib/jinja/unknown-names.ts';
import type { Part } from '../../../lib/jinja/walk.ts';
import type { Environment } from '../project/environment.ts';
import { nearest } from '../../../lib/edit-distance.ts';

/** What was looked through already: a template and a macro are rendered many times. */
const seen = new WeakMap<Environment['onWarning'], WeakSet<object>>();

/**
 * Tells of names that a template reads and nobody defines. dbt gives them no value and goes on, so `{% if flga %}` drops
 * its branch without a word; an error would refuse projects that dbt runs.
 */
export function warnUnknownNames(
  key: object,
  parts: () => readonly Part[],
  names: () => ReadonlySet<string>,
  { onWarning }: Pick<Environment, 'onWarning'>,
): void {
  const before = seen.get(onWarning) ?? new WeakSet();
  seen.set(onWarning, before);
  if (before.has(key)) return;
  before.add(key);
  const known = names();
  const { unknown, own } = unknownNames(parts(), (name) => known.has(name));
  for (const { name, at } of unknown) {
    const near = nearest(name, [...own, ...known]);
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    onWarning(`${formatLocation(at)}: nothing gives ${name} a value, so it is empty${hint}`);
  }
}
