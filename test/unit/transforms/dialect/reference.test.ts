import { mkdir, readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { dialectMacros } from '../../../../transforms/engine/dialect/macros.ts';
import { dialectReference } from '../../../../transforms/engine/dialect/reference.ts';

const page = fileURLToPath(new URL('../../../../docs/reference/dialect-macros.md', import.meta.url));
const remedy =
  'docs/reference/dialect-macros.md is stale: UPDATE_REFERENCE=1 npx vitest run test/unit/transforms/dialect/reference.test.ts';

test('the reference page is what the macros say of themselves', async () => {
  const text = dialectReference();
  if (process.env['UPDATE_REFERENCE'] === '1') {
    await mkdir(new URL('.', `file://${page}`), { recursive: true });
    await writeFile(page, text);
  }
  const committed = await readFile(page, 'utf8').catch(() => '');
  expect(committed === text, remedy).toBe(true);
});

test('every macro has a line, and no cell breaks the table', () => {
  const lines = dialectReference().split('\n');
  for (const name of Object.keys(dialectMacros)) {
    const line = lines.find((each) => each.startsWith(`| \`${name}(`));
    expect(line?.split(/(?<!\\)\|/).length, name).toBe(6);
  }
});
