import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { readYaml } from '../lib/yaml-places.ts';
import { cliErrors } from './errors.ts';

/** The file that says how this installation is connected; beside it, the environment has the last word. */
const fileName = 'shopwave.yml';
const fileVariable = 'SHOPWAVE_CONFIG';

/** Where a setting came from, for whoever has to correct it. */
export type PlaceOf = (path: readonly PropertyKey[]) => string;

/** The settings as they were written, keys in camel case. */
export interface ConfigFile {
  readonly content: Readonly<Record<string, unknown>>;
  readonly placeOf: PlaceOf;
}

/** What the file may speak of. */
const sections: ReadonlySet<string> = new Set(['warehouse', 'scheduler', 'semantic']);

const nothing: ConfigFile = {
  content: {},
  placeOf: () => `${fileName} (there is none here), or the environment`,
};

/** Reads the file that SHOPWAVE_CONFIG names, else shopwave.yml of the working folder; none is an empty one. */
export async function readConfigFile(env: Readonly<Record<string, string | undefined>>): Promise<ConfigFile> {
  const named = env[fileVariable];
  const file = path.resolve(named ?? fileName);
  if (named === undefined && !existsSync(file)) return nothing;
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw cliErrors.error('CLI_CONFIG_INVALID', { message: 'the file cannot be read', where: file, cause });
  });
  const read = readYaml(text);
  const [broken] = read.problems;
  if (broken !== undefined)
    throw cliErrors.error('CLI_CONFIG_INVALID', { message: broken.message, where: `${file}:${broken.line}` });
  const content = camelKeys(read.value ?? {});
  if (!isRecord(content))
    throw cliErrors.error('CLI_CONFIG_INVALID', {
      message: 'the file must hold settings by name',
      where: file,
    });
  const placeOf: PlaceOf = (at) => {
    const found = read.placeOf(at.map(snake));
    return found === undefined ? file : `${file}:${found.line}`;
  };
  const stray = Object.keys(content).find((name) => !sections.has(name));
  if (stray === undefined) return { content, placeOf };
  throw cliErrors.error('CLI_CONFIG_INVALID', {
    message: `"${snake(stray)}" is no section; there is ${[...sections].join(', ')}`,
    where: placeOf([stray]),
  });
}

/** A parse that failed, as the error of the setting that was wrong. */
export function invalidSetting(error: z.ZodError, under: readonly string[], placeOf: PlaceOf): Error {
  const problems = error.issues.map((issue) => problemOf(issue, under));
  return cliErrors.error('CLI_CONFIG_INVALID', {
    message: problems.map(({ text }) => text).join('; '),
    where: placeOf(problems[0]?.at ?? under),
  });
}

/** What is wrong with one setting, by the name that it has in the file. */
function problemOf(
  issue: z.core.$ZodIssue,
  under: readonly string[],
): { readonly at: readonly PropertyKey[]; readonly text: string } {
  const at = [...under, ...issue.path];
  const [stray] = issue.code === 'unrecognized_keys' ? issue.keys : [];
  if (stray !== undefined) return { at: [...at, stray], text: `${named([...at, stray])} is no setting` };
  const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return { at, text: `${named(at)}: ${isMissing ? 'it is missing' : issue.message}` };
}

function named(at: readonly PropertyKey[]): string {
  return at.map(snake).join('.');
}

function snake(key: PropertyKey): string {
  return String(key).replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function camelKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelKeys);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      camelKeys(inner),
    ]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
