import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseCheck } from '../../../../transforms/engine/dialect/parse-check.ts';
import { readQuestions } from '../../../../transforms/engine/docs/questions.ts';
import { starPage } from '../../../../transforms/engine/docs/star-page.ts';
import { loadProject } from '../../../../transforms/engine/project/load-project.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const page = `${root}/docs/star.md`;
const remedy =
  'docs/star.md is stale: UPDATE_REFERENCE=1 npx vitest run test/unit/transforms/docs/star-page.test.ts';

const project = await loadProject(`${root}/transforms`);
const questions = await readQuestions(`${root}/docs/questions`);
const text = starPage(project, questions);
const marts = [...project.models.values()].filter(({ layer }) => layer === 'marts');

test('the page about the star is what the project says of itself', async () => {
  if (process.env['UPDATE_REFERENCE'] === '1') await writeFile(page, text);
  const committed = await readFile(page, 'utf8').catch(() => '');
  expect(committed === text, remedy).toBe(true);
});

test('every mart has a section with all of its columns, and no cell breaks a table', () => {
  const sections = new Map(text.split('\n### ').map((each) => [each.split('\n', 1)[0], each]));
  for (const { name, columns } of marts) {
    const lines = sections.get(name)?.split('\n') ?? [];
    for (const column of columns) {
      const line = lines.find((each) => each.startsWith(`| \`${column.name}\` |`));
      expect(line?.split(/(?<!\\)\|/).length, `${name}.${column.name}`).toBe(7);
    }
  }
});

test('every question says who asks, what the answer means, and is one query that Snowflake can parse', async () => {
  expect(questions.length).toBeGreaterThanOrEqual(12);
  for (const { name, askedBy, note, sql } of questions) {
    expect(['finance', 'operations', 'support'], name).toContain(askedBy);
    expect(note, name).not.toBe('');
    expect(await parseCheck(sql, 'snowflake'), name).toBeUndefined();
    expect(sql.replaceAll(/'[^']*'/g, ''), name).not.toContain(';');
    expect(sql, `${name} reads marts only`).not.toMatch(/\b(?:staging|raw|intermediate|_meta)\./);
  }
});
