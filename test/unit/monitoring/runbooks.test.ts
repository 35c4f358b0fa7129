import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { beforeAll, expect, it, test } from 'vitest';
import { createProgram } from '../../../cli/program.ts';
import type { Alarm } from '../../../monitoring/alarm.ts';
import { loadAlerts } from '../../../monitoring/load-alerts.ts';
import { dimensions } from '../../../monitoring/metrics.ts';

const root = path.join(import.meta.dirname, '../../..');
const folder = path.join(root, 'docs/runbooks');
const pages = (await readdir(folder)).filter((name) => name.endsWith('.md'));

let alarms: readonly Alarm[] = [];
let program: Command;
beforeAll(async () => {
  alarms = await loadAlerts(path.join(root, 'monitoring/alerts'), folder);
  program = await createProgram({ writeOut: () => undefined, writeErr: () => undefined });
});

/** The commands of a page, from code blocks and from the text. */
function commandsOf(page: string): readonly string[] {
  const blocks = Array.from(page.matchAll(/```\n([\s\S]*?)```/g), ([, block = '']) =>
    block.split('\n'),
  ).flat();
  const inline = Array.from(
    page.replaceAll(/```[\s\S]*?```/g, '').matchAll(/`([^`]+)`/g),
    ([, code = '']) => code,
  );
  return [...blocks, ...inline]
    .map((each) => each.replaceAll(/\s+/g, ' ').trim())
    .filter((each) => each.startsWith('bin/shopwave '));
}

/** What a command line says that the program does not have; undefined when it has it all. */
function wrongWith(line: string): string | undefined {
  const words = Array.from(line.matchAll(/"[^"]*"|\S+/g), ([word]) => word).slice(1);
  let command = program;
  while (words.length > 0) {
    const below = command.commands.find((each) => each.name() === words[0]);
    if (below === undefined) break;
    command = below;
    words.shift();
  }
  if (
    command.commands.length > 0 &&
    command.registeredArguments.length === 0 &&
    command.options.length === 0
  ) {
    return `no command ${words.join(' ')}`;
  }
  let given = 0;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (!word.startsWith('-')) {
      given += 1;
      continue;
    }
    const option = command.options.find(({ long, short }) => long === word || short === word);
    if (option === undefined) return `no option ${word}`;
    if (!option.isBoolean()) words.shift();
  }
  const needed = command.registeredArguments.filter(({ required }) => required).length;
  const most = command.registeredArguments.some(({ variadic }) => variadic)
    ? Infinity
    : command.registeredArguments.length;
  return given < needed || given > most ? `${given} arguments` : undefined;
}

test.each(pages)('%s says symptom, check and fix, by commands that exist', async (name) => {
  const page = await readFile(path.join(folder, name), 'utf8');
  expect(Array.from(page.matchAll(/^## (.+)$/gm), ([, title]) => title)).toEqual(['Symptom', 'Check', 'Fix']);
  const commands = commandsOf(page);
  expect(commands.length).toBeGreaterThan(2);
  expect(commands.flatMap((each) => wrongWith(each) ?? [])).toEqual([]);
  for (const [, link = ''] of page.matchAll(/\]\(([^)]+)\)/g)) expect(pages).toContain(link);
});

test.each([
  'bin/shopwave statu',
  'bin/shopwave db chek',
  'bin/shopwave status --x',
  'bin/shopwave tasks why a',
])('the check of commands sees that `%s` is wrong', (line) => {
  expect(wrongWith(line)).toBeDefined();
});

it('each page names the alarms that lead to it, and each page is led to', async () => {
  for (const name of pages) {
    const page = await readFile(path.join(folder, name), 'utf8');
    const mine = alarms.filter(({ runbook, tell }) => `${runbook}.md` === name && tell !== undefined);
    expect(mine.length).toBeGreaterThan(0);
    for (const { id } of mine) expect(page).toContain(`\`${id}\``);
  }
});

it('the marts that can be measured are the marts that there are', async () => {
  const models = await readdir(path.join(root, 'transforms/models/marts'));
  const marts = models.filter((each) => each.endsWith('.sql')).map((each) => path.basename(each, '.sql'));
  expect([...dimensions.mart]).toEqual(marts.sort());
});
