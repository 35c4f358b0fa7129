import { join } from 'node:path';
import { z } from 'zod';
import { formatLocation } from '../../../lib/jinja/location.ts';
import type { Location } from '../../../lib/jinja/location.ts';
import { Defects } from './defects.ts';
import type { Target } from './environment.ts';
import { projectErrors } from './errors.ts';
import { readText, shown } from './files.ts';
import { nearest } from '../../../lib/edit-distance.ts';
import { placesIn, validate } from './validate.ts';
import { own, readYaml } from './yaml.ts';

/** Renders one text of a YAML file natively: a text that is one expression keeps its type. */
export type RenderText = (text: string, at: Location) => unknown;

const profile = z.object({
  target: z.string().optional(),
  outputs: z.record(z.string(), z.record(z.string(), z.unknown())),
});

const output = z.looseObject({
  type: z.enum(['duckdb', 'snowflake']),
  schema: z.string().default('main'),
  database: z.string().default('shopwave'),
  threads: z.coerce.number().int().positive().default(4),
});

/** Settings of an output that templates may read as target.x; all others may hold secrets. */
const readable = new Set(['account', 'user', 'role', 'warehouse', 'path', 'query_tag', 'extensions']);

/** Which output is meant. */
export interface TargetChoice {
  /** Its name. */
  readonly target?: string | undefined;
  /** What it must fit, where no name is given. */
  readonly warehouse?: Target['type'] | undefined;
}

const laptop: Target = {
  name: 'local',
  profile: 'shopwave',
  type: 'duckdb',
  schema: 'main',
  database: 'shopwave',
  threads: 4,
  settings: {},
};

/**
 * The chosen output of `profiles.yml` in the project folder, rendered; the default one where no name is given. Other
 * outputs are not rendered: what they need from the environment need not be there. Without the file: DuckDB. Where the
 * kind of warehouse is known and the default is of another one, the first output of that kind is meant.
 */
export async function readTarget(
  folder: string,
  profileName: string,
  { target: targetName, warehouse }: TargetChoice,
  render: RenderText,
): Promise<Target> {
  const path = join(folder, 'profiles.yml');
  const text = await readText(path);
  if (text === undefined) {
    if (targetName === undefined || targetName === laptop.name) return laptop;
    throw unknownTarget(targetName, [laptop.name], shown(path));
  }
  const yaml = readYaml({ file: shown(path), folders: [], base: 'profiles', extension: '.yml', text });
  const defects = new Defects();
  const all =
    validate(z.record(z.string(), z.unknown()), yaml.value ?? {}, placesIn(yaml, [], ''), defects) ?? {};
  const found = own(all, profileName);
  if (found === undefined) {
    throw projectErrors.error('PROJECT_TARGET_UNKNOWN', {
      message: `there is no profile ${profileName}${hint(profileName, Object.keys(all))}`,
      where: yaml.file,
      remedy: 'Name a profile of profiles.yml under profile: in dbt_project.yml.',
    });
  }
  const chosen = validate(profile, found, placesIn(yaml, [profileName], profileName), defects);
  defects.throwIfAny();
  const outputs = chosen?.outputs ?? {};
  const rendered = (value: string | undefined): string | undefined =>
    value === undefined
      ? undefined
      : String(renderAny(value, () => yaml.at([profileName, 'target']), render));
  const byDefault = rendered(chosen?.target) ?? 'default';
  const name = targetName ?? fitting(outputs, byDefault, warehouse);
  const raw = own(outputs, name);
  if (raw === undefined) {
    throw unknownTarget(name, Object.keys(outputs), formatLocation(yaml.at([profileName, 'outputs'])));
  }
  const base = [profileName, 'outputs', name];
  const settings = Object.fromEntries(
    Object.entries(raw).map(([key, value]) => [key, renderAny(value, () => yaml.at([...base, key]), render)]),
  );
  const valid = validate(output, settings, placesIn(yaml, base, name), defects);
  defects.throwIfAny();
  if (valid === undefined) throw new Error('an output is neither valid nor refused');
  const { type, schema, database, threads } = valid;
  const shownSettings = Object.fromEntries(Object.entries(settings).filter(([key]) => readable.has(key)));
  return { name, profile: profileName, type, schema, database, threads, settings: shownSettings };
}

function fitting(
  outputs: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  byDefault: string,
  warehouse: Target['type'] | undefined,
): string {
  const isOf = (name: string): boolean => own(outputs, name)?.['type'] === warehouse;
  if (warehouse === undefined || isOf(byDefault)) return byDefault;
  return Object.keys(outputs).find(isOf) ?? byDefault;
}

/** Renders every text inside a value that holds a template. */
export function renderAny(value: unknown, at: () => Location, render: RenderText): unknown {
  if (typeof value === 'string') return holdsTemplate(value) ? render(value, at()) : value;
  if (Array.isArray(value)) return value.map((each) => renderAny(each, at, render));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, renderAny(each, at, render)]));
}

/** Whether a text needs rendering at all. */
export function holdsTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%') || text.includes('{#');
}

function unknownTarget(name: string, known: readonly string[], where: string): Error {
  return projectErrors.error('PROJECT_TARGET_UNKNOWN', {
    message: `there is no target ${name}; there are ${known.join(', ')}${hint(name, known)}`,
    where,
  });
}

function hint(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? '' : `; did you mean ${near}?`;
}
