import type { SqlVisit } from '../engine.ts';
import type { Context } from '../postgres/catalogue.ts';
import { firstRole } from '../postgres/schema-script.ts';

/** Settings that change what an answer looks like. */
const ofForm = [
  'bytea_output',
  'datestyle',
  'extra_float_digits',
  'intervalstyle',
  'search_path',
  'timezone',
];

/** What is computed for nobody in particular: answers are shared by all whose settings are the same. */
export function sharedContext({ settings }: Pick<SqlVisit, 'settings'>): Context {
  const kept = ofForm.flatMap((name) => {
    const value = settings.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { role: firstRole, processId: 0, settings: new Map(kept) };
}

/** What depends on who asks. */
export function ownContext({ caller, settings, processId }: SqlVisit): Context {
  return { role: caller.name, processId, settings };
}

export function formKey({ settings }: Context): string {
  return settings.size === 0 ? '' : JSON.stringify([...settings]);
}

/** Moments with a time zone are told in it; as the catalogue is, unless a session says otherwise. */
export function isUtc({ settings }: Pick<SqlVisit, 'settings'>): boolean {
  return ['utc', 'gmt', 'etc/utc', 'zulu', 'universal', '0'].includes(
    (settings.get('timezone') ?? 'UTC').toLowerCase(),
  );
}
