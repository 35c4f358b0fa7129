import { transformErrors } from '../errors.ts';
import { nearest } from '../../../lib/edit-distance.ts';
import type { Model } from './model.ts';

/** The key in Project.models that a ref means; undefined where there is no such model. */
export function resolveRef(
  models: ReadonlyMap<string, Pick<Model, 'baseName' | 'latestVersion'>>,
  name: string,
  version: string | undefined,
): string | undefined {
  if (version !== undefined) {
    const key = `${name}.v${version}`;
    return models.has(key) ? key : undefined;
  }
  if (models.has(name)) return name;
  const versioned = latestOf(models).get(name);
  return versioned !== undefined && models.has(versioned) ? versioned : undefined;
}

const latest = new WeakMap<object, ReadonlyMap<string, string>>();

/** Per model with versions, the key of the one that a ref without a version means. */
function latestOf(
  models: ReadonlyMap<string, Pick<Model, 'baseName' | 'latestVersion'>>,
): ReadonlyMap<string, string> {
  const before = latest.get(models);
  if (before !== undefined) return before;
  const made = new Map<string, string>();
  for (const { baseName, latestVersion } of models.values()) {
    if (latestVersion !== undefined) made.set(baseName, `${baseName}.v${latestVersion}`);
  }
  latest.set(models, made);
  return made;
}

/** A ref that leads nowhere, with the nearest name. */
export function unknownRef(
  models: ReadonlyMap<string, Pick<Model, 'baseName' | 'latestVersion'>>,
  disabled: ReadonlySet<string>,
  request: { readonly name: string; readonly version?: string | undefined },
  where: string | undefined,
): Error {
  const shown = request.version === undefined ? request.name : `${request.name}.v${request.version}`;
  if (disabled.has(shown)) {
    return transformErrors.error('TRANSFORM_UNKNOWN_REF', {
      message: `ref('${shown}') is disabled`,
      where,
      remedy: 'Remove the ref, or set enabled: true in the config of the model.',
    });
  }
  const latestVersion = latestOf(models).get(shown);
  if (latestVersion !== undefined) {
    const others = [...models].filter(([, { baseName }]) => baseName === shown).map(([key]) => key);
    return transformErrors.error('TRANSFORM_UNKNOWN_REF', {
      message: `ref('${shown}') means ${latestVersion}, which is ${disabled.has(latestVersion) ? 'disabled' : 'not there'}; there is ${others.join(', ')}`,
      where,
      remedy: 'Refer to a version with v=, or say another latest_version.',
    });
  }
  const near = nearest(shown, [...models.keys(), ...[...models.values()].map((model) => model.baseName)]);
  return transformErrors.error('TRANSFORM_UNKNOWN_REF', {
    message: `ref('${shown}') does not exist${near === undefined ? '' : `; did you mean ${near}?`}`,
    where,
  });
}
