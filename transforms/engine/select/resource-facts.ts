import type { Resource } from '../artifacts/resource.ts';
import type { Criterion } from './selection.ts';

/** Models, seeds and tests: what has a file or a call of its own and can be built. */
export function isNode({ resource_type }: Resource): boolean {
  return resource_type === 'model' || resource_type === 'seed' || resource_type === 'test';
}

/** Whether it is one version of a model that has versions. */
export function isVersioned({ resource_type, version }: Resource): boolean {
  return resource_type === 'model' && version !== null && version !== undefined;
}

/** A unit test's tags are a setting of it, those of everything else stand beside. */
export function tagsOf({ tags, config }: Resource): readonly string[] {
  const found = tags ?? config['tags'];
  return Array.isArray(found) ? found.map(String) : [];
}

/** The group it is in, as a list of at most one. */
export function groupsOf({ config }: Resource): string[] {
  const group = config['group'];
  return typeof group === 'string' ? [group] : [];
}

/** Files that `path:` finds it by, from the project's folder: its own, and the YAML file that describes it. */
export function pathsOf({ original_file_path, patch_path }: Resource): string[] {
  const patch = patch_path?.split('://')[1];
  return patch === undefined ? [original_file_path] : [original_file_path, patch];
}

/** Names that `file:` finds it by: with its ending and without. */
export function fileNames({ original_file_path }: Resource): string[] {
  const name = original_file_path.split('/').at(-1) ?? '';
  return [name, name.replace(/(?<=.)\.[^.]*$/, '')];
}

/** Names that `test_name:` finds it by: a generic test's macro, a unit test's own name; singular tests have none. */
export function testNames({ resource_type, name, test_metadata }: Resource): string[] {
  if (resource_type === 'unit_test') return [name];
  return test_metadata === undefined ? [] : [test_metadata.name];
}

/** `unit`, `generic` or `singular`, or undefined for what is no test. */
export function testTypeOf({ resource_type, test_metadata }: Resource): string | undefined {
  if (resource_type === 'unit_test') return 'unit';
  if (resource_type !== 'test') return undefined;
  return test_metadata === undefined ? 'singular' : 'generic';
}

/** How a version stands to the one that an unpinned ref means: below, equal, above. Numbers as numbers. */
export function versionOrder({ version, latest_version: latest }: Resource): number | undefined {
  if (version === undefined || version === null || latest === undefined || latest === null) return undefined;
  const [a, b] = [Number(version), Number(latest)];
  if (!Number.isNaN(a) && !Number.isNaN(b)) return Math.sign(a - b);
  return String(version) < String(latest) ? -1 : Number(String(version) > String(latest));
}

/**
 * `config.a.b:value`: the setting along the keys equals the value, or is a list that holds it. Booleans and
 * severities are compared in any case.
 */
export function hasSetting({ config }: Resource, { arguments: keys, value }: Criterion): boolean {
  let setting: unknown = config;
  for (const key of keys) {
    if (typeof setting !== 'object' || setting === null || !Object.hasOwn(setting, hookKey(key)))
      return false;
    setting = (setting as Record<string, unknown>)[hookKey(key)];
  }
  const text = keys[0] === 'severity' ? String(value).toLowerCase() : value;
  const settings: readonly unknown[] = Array.isArray(setting) ? setting : [setting];
  return settings.some((each) => {
    if (typeof each === 'boolean') return String(text).toLowerCase() === String(each);
    return keys[0] === 'severity' ? String(each).toLowerCase() === text : each === text;
  });
}

/** Hooks are written with a dash and asked for with an underscore. */
function hookKey(key: string): string {
  return key === 'pre_hook' || key === 'post_hook' ? key.replace('_', '-') : key;
}
