import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.join(import.meta.dirname, '../..');
const folders = [
  'lib',
  'warehouse',
  'ingest',
  'transforms',
  'semantic',
  'scheduler',
  'dags',
  'monitoring',
  'simulator',
  'cli',
];

async function sources(): Promise<string[]> {
  const files = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(path.join(root, folder), { recursive: true }))
        .filter((file) => file.endsWith('.ts'))
        .map((file) => path.join(root, folder, file)),
    ),
  );
  return await Promise.all(files.flat().map((file) => readFile(file, 'utf8')));
}

/** Codes as a catalogue declares them: keys, not quoted. A comparison with a code throws nothing. */
test('every error code that is declared is thrown somewhere', async () => {
  const texts = await sources();
  const declared = texts
    .filter((text) => text.includes('errorCatalog({'))
    .flatMap((text) => Array.from(text.matchAll(/^ {2}([A-Z][A-Z\d_]+): \{$/gm), ([, code = '']) => code));
  const named = new Set(
    texts.flatMap((text) =>
      Array.from(text.matchAll(/(?<![!=]== )'([A-Z][A-Z\d]*_[A-Z\d_]+)'/g), ([, code]) => code),
    ),
  );
  expect(declared.length).toBeGreaterThan(100);
  expect(declared.filter((code) => !named.has(code))).toEqual([]);
  expect(declared.filter((code, index) => declared.indexOf(code) !== index)).toEqual([]);
});
