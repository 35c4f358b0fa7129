import { transformErrors } from '../errors.ts';
import { formatLocation } from '../../../lib/jinja/location.ts';
import type { Location } from '../../../lib/jinja/location.ts';
import type { Defects } from './defects.ts';
import type { Discovery } from './discover.ts';
import { nearest } from '../../../lib/edit-distance.ts';
import type { Model } from './model.ts';
import { resolveRef, unknownRef } from './references.ts';

/** What refs and sources can lead to. */
export interface Targets {
  readonly models: ReadonlyMap<string, Pick<Model, 'baseName' | 'latestVersion' | 'template'>>;
  readonly sources: ReadonlyMap<string, unknown>;
  /** Models that are there and switched off. */
  readonly disabled: ReadonlySet<string>;
}

/** Keys of the models that a template refers to, in order of appearance; what leads nowhere is a defect at its place. */
export function resolveRefs(found: Discovery['refs'], targets: Targets, defects: Defects): string[] {
  const keys = found.flatMap(({ name, version, at }) => {
    const key = resolveRef(targets.models, name, version);
    if (key !== undefined) return [key];
    defects.try(() => {
      throw unknownRef(targets.models, targets.disabled, { name, version }, formatLocation(at));
    });
    return [];
  });
  return [...new Set(keys)];
}

/** Every source exists. */
export function mustKnowSources(
  found: readonly { readonly name: string; readonly at: Location }[],
  { sources }: Targets,
  defects: Defects,
): void {
  for (const { name, at } of found) {
    if (sources.has(name)) continue;
    const near = nearest(name, sources.keys());
    const shown = name.split('.').join("', '");
    defects.add(
      transformErrors.error('TRANSFORM_UNKNOWN_REF', {
        message: `source('${shown}') does not exist${near === undefined ? '' : `; did you mean ${near}?`}`,
        where: formatLocation(at),
        remedy: 'Check the spelling, or declare the table under sources: in a YAML file.',
      }),
    );
  }
}
