import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { dialectMacros } from '../../../../transforms/engine/dialect/macros.ts';

const projectFolder = fileURLToPath(new URL('../../../../transforms', import.meta.url));

/** Functions that only a macro may call: under its name each engine has another one, or none. */
const guarded = new Set(Object.keys(dialectMacros).filter((name) => !name.startsWith('dbt.')));

/** What is SQL in a template: no comments, no Jinja, no texts. */
function plainSql(template: string): string {
  return template
    .replaceAll(/\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}/gs, ' ')
    .replaceAll(/--.*$/gm, ' ')
    .replaceAll(/'(?:[^']|'')*'/g, "''");
}

/** Guarded functions that a template calls as they are. */
function rawCalls(template: string): string[] {
  const calls = plainSql(template).matchAll(/(?<![\w.])([a-z_]\w*)\s*\(/gi);
  return [...calls].map(([, name = '']) => name.toLowerCase()).filter((name) => guarded.has(name));
}

test('no shipped model or test calls a function as it is that has a macro of its name', async () => {
  const folders = await Promise.all(
    ['models', 'tests'].map(async (folder) =>
      (await readdir(`${projectFolder}/${folder}`, { recursive: true })).map((file) => `${folder}/${file}`),
    ),
  );
  const files = folders.flat().filter((file) => /\.(?:sql|yml)$/.test(file));
  expect(files.length).toBeGreaterThan(40);
  const found: unknown[] = [];
  for (const file of files) {
    for (const name of rawCalls(await readFile(`${projectFolder}/${file}`, 'utf8')))
      found.push({ file, name });
  }
  expect(found).toEqual([]);
});

test('the look-out tells calls of macros, comments and texts from calls of functions', () => {
  expect(rawCalls('select max_by (a, b), last_day(c) from t')).toEqual(['max_by', 'last_day']);
  expect(rawCalls("select {{ max_by('a', 'b') }}, 'min_by(' -- concat(\nfrom max_by_day(1)")).toEqual([]);
});
