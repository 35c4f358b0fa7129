import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from '../../../cli/program.ts';

/** What a command line that is refused, or asks for help, prints. */
async function say(args: readonly string[]): Promise<string> {
  let text = '';
  const write = (chunk: string): void => void (text += chunk);
  const program = createProgram({ writeOut: write, writeErr: write });
  await expect(program.parseAsync([...args], { from: 'user' })).rejects.toMatchObject({
    name: 'CommanderError',
  });
  return text;
}

function leaves(command: Command, path: readonly string[] = []): string[][] {
  if (command.commands.length === 0) return [[...path]];
  return command.commands.flatMap((each) => leaves(each, [...path, each.name()]));
}

test.each([
  [['dgas', 'list'], 'Did you mean dags?'],
  [['dags', 'lst'], 'Did you mean list?'],
  [['start', '--data-dri', 'x'], 'Did you mean --data-dir?'],
  [['start', '--tick', 'soon'], '"soon" is not a duration'],
  [['start', '--tick', '10ms'], 'at least 1s'],
  [['start', '--port', '70000'], 'Expected a whole number from 0 to 65535'],
  [['start', '--source-url', 'mysql://x'], 'Expected postgres://'],
  [['start', '--simulator', 'of'], 'Allowed choices are on, off'],
  [['runs', 'list', '-o', 'xml'], 'Allowed choices are table, json, plain'],
  [['metrics', 'query'], "missing required argument 'metric'"],
  [['metrics', 'query', 'gmv', '--grain', 'hour'], 'Allowed choices are day, week'],
  [['warehouse', 'query', 'select 1', 'select 2'], 'too many arguments'],
  [['dags', 'trigger', 'x', '--conf', '[1]'], 'Expected a JSON object'],
  [['simulator', 'replay', 'online-retail'], "required option '--file <file>'"],
])('%j is refused with the words that help', async (args, words) => {
  expect(await say(args)).toContain(words);
});

test('every verb is there and explains itself', async () => {
  const verbs = leaves(createProgram()).map((path) => path.join(' '));
  expect(verbs).toEqual([
    'start',
    'status',
    'doctor',
    'dags list',
    'dags trigger',
    'dags test',
    'runs list',
    'tasks list',
    'tasks clear',
    'tasks logs',
    'transform ls',
    'transform compile',
    'transform run',
    'transform test',
    'metrics list',
    'metrics query',
    'warehouse query',
    'simulator replay online-retail',
  ]);
  for (const path of verbs) {
    const help = await say([...path.split(' '), '--help']);
    expect(help).toContain(`Usage: shopwave ${path}`);
    expect(help).toContain('--data-dir');
  }
});
