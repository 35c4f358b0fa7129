import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from '../../../cli/program.ts';

/** What a command line that is refused, or asks for help, prints. */
async function say(args: readonly string[]): Promise<string> {
  let text = '';
  const write = (chunk: string): void => void (text += chunk);
  const program = await createProgram({ writeOut: write, writeErr: write });
  await expect(program.parseAsync([...args], { from: 'user' })).rejects.toMatchObject({
    name: 'CommanderError',
  });
  return text;
}

/** Commands that do something themselves: those without sub-commands, and those with options of their own. */
function verbsOf(command: Command, path: readonly string[] = []): string[][] {
  const below = command.commands.flatMap((each) => verbsOf(each, [...path, each.name()]));
  const isVerb = path.length > 0 && (below.length === 0 || command.options.length > 0);
  return isVerb ? [[...path], ...below] : below;
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
  [['runs', 'list', '-o', 'xml'], 'Allowed choices are table, json, yaml, plain'],
  [['metrics', 'query'], "missing required argument 'metric'"],
  [['metrics', 'query', 'gmv', '--grain', 'hour'], 'Allowed choices are day, week'],
  [['metrics', 'preview'], "missing required argument 'metric'"],
  [['metrics', 'diff', 'main', '--against', 'x'], "cannot be used with option '--against <folder>'"],
  [['metrics', 'diff', '--help'], 'exits 0 when none does and'],
  [['warehouse', 'query', 'select 1', 'select 2'], 'too many arguments'],
  [['warehouse', 'query'], "'sql' or the option '--file <file>'"],
  [['warehouse', 'query', 'select 1', '--file', 'x.sql'], "'sql' or the option '--file <file>'"],
  [['warehouse', 'query', '--limt', '5', 'select 1'], 'Did you mean --limit?'],
  [['quality', 'report', '--help'], '(default: 30d)'],
  [['quality', 'show', '--help'], '(default: 30d)'],
  [['warehouse', 'setup', '--plan', '--apply'], 'cannot be used with option'],
  [['warehouse', 'check', '--monthly-credits', '3'], 'Expected a whole number from 10 to 1000000'],
  [['dags', 'trigger', 'x', '--conf', '[1]'], 'Expected a JSON object'],
  [['transform', 'rn'], 'Did you mean run?'],
  [['transform', 'run', 'fct_orders'], 'too many arguments'],
  [['transform', 'run', '--vars', '[1]'], 'Expected a YAML mapping'],
  [['transform', 'run', '--vars', '{a: '], 'It is no YAML'],
  [['transform', 'run', '--threads', '0'], 'Expected a whole number from 1 to 64'],
  [
    ['transform', 'test', '--indirect-selection', 'some'],
    'Allowed choices are eager, cautious, buildable, empty',
  ],
  [['transform', 'ls', '-o', 'xml'], 'Allowed choices are table, json, yaml, plain, name, path, selector'],
  [['transform', 'lineage', 'a.b', '--upstream', '--downstream'], 'cannot be used with option'],
  [['transform', 'rerun'], "missing required argument 'run-or-version'"],
  [['transform', 'backfill', '--from', '2026-01-01'], "required option '-s, --select"],
  [['backfill', 'cancel'], "missing required argument 'id'"],
  [['backfill', 'create', 'd', '--from', '2026-01-01'], "required option '--to, --to-date"],
  [['backfill', 'create', 'd', '--rerun', 'all'], 'Allowed choices are none, failed, completed'],
  [['tasks', 'clear', 'd', '-t', '['], 'Expected a regular expression'],
  [['dags', 'list-runs', 'd', '--state', 'done'], 'Allowed choices are queued, running, success, failed'],
  [['db', 'clean'], "required option '--clean-before-timestamp"],
  [['simulator', 'replay', 'online-retail'], "required option '--file <file>'"],
])('%j is refused with the words that help', async (args, words) => {
  expect(await say(args)).toContain(words);
});

const transformVerbs = [
  'ls',
  'compile',
  'lineage',
  'docs generate',
  'run',
  'build',
  'seed',
  'retry',
  'rerun',
  'test',
  'show',
  'diff',
  'freshness',
  'held',
  'backfill',
  'backfill list',
  'backfill cancel',
];

const taskVerbs = [
  'list',
  'states-for-dag-run',
  'state',
  'why',
  'failed-deps',
  'render',
  'clear',
  'mark-success',
  'mark-failed',
  'logs',
  'test',
];

const apiVerbs = ['stripe', 'shopify', 'zendesk'].flatMap((source) =>
  ['check', 'status', 'extract', 'backfill'].map((name) => `${source} ${name}`),
);

const postgresVerbs = ['check', 'setup', 'snapshot', 'status', 'resync', 'teardown'];

/** Verbs that need no data folder. */
const withoutData: ReadonlySet<string> = new Set(['completion', 'access hash']);

test('every verb is there and explains itself', async () => {
  const verbs = verbsOf(await createProgram()).map((path) => path.join(' '));
  expect(verbs).toEqual([
    'start',
    'status',
    'doctor',
    'dags list',
    'dags show',
    'dags details',
    'dags next-execution',
    'dags trigger',
    'dags pause',
    'dags unpause',
    'dags list-runs',
    'dags list-import-errors',
    'dags report',
    'dags test',
    'runs list',
    ...taskVerbs.map((name) => `tasks ${name}`),
    ...['create', 'list', 'pause', 'unpause', 'cancel'].map((name) => `backfill ${name}`),
    ...['list', 'get', 'set', 'delete', 'import', 'export'].map((name) => `pools ${name}`),
    ...['list', 'get', 'set', 'delete', 'import', 'export'].map((name) => `variables ${name}`),
    ...['list', 'get', 'test', 'add', 'delete', 'import', 'export'].map((name) => `connections ${name}`),
    'assets list',
    ...apiVerbs.map((name) => `sources ${name}`),
    ...postgresVerbs.map((name) => `sources postgres ${name}`),
    ...['diff', 'history', 'allow', 'deny', 'resolve'].map((name) => `schema ${name}`),
    ...['list', 'show', 'replay', 'discard'].map((name) => `quarantine ${name}`),
    ...['status', 'verify', 'compact', 'restore', 'rebuild'].map((name) => `archive ${name}`),
    ...['plan', 'apply'].map((name) => `retention ${name}`),
    ...['erase', 'show', 'rewrap'].map((name) => `privacy ${name}`),
    ...transformVerbs.map((name) => `transform ${name}`),
    ...['report', 'show', 'drift', 'check', 'metrics', 'restate'].map((name) => `quality ${name}`),
    'metrics list',
    'metrics query',
    'metrics validate',
    'metrics lock',
    'metrics test',
    'metrics docs',
    'metrics preview',
    'metrics diff',
    'metrics advise',
    'access hash',
    ...['query', 'setup', 'check'].map((name) => `warehouse ${name}`),
    'simulator replay online-retail',
    ...['check', 'migrate', 'clean'].map((name) => `db ${name}`),
    'completion',
  ]);
  for (const path of verbs) {
    const help = await say([...path.split(' '), '--help']);
    expect(help).toContain(`Usage: shopwave ${path}`);
    if (!withoutData.has(path)) expect(help).toContain('--data-dir');
    if (path.startsWith('transform')) expect(help).toMatch(new RegExp(`\\$ shopwave ${path}`));
  }
});

test('an option after a sub-command is its own, also where the command above has the same one', async () => {
  const program = await createProgram();
  const list = program.commands
    .find((each) => each.name() === 'transform')
    ?.commands.find((each) => each.name() === 'backfill')
    ?.commands.find((each) => each.name() === 'list');
  let told: unknown;
  list?.action((options: unknown) => void (told = options));
  await program.parseAsync(['transform', 'backfill', 'list', '-o', 'json', '--data-dir', '/x'], {
    from: 'user',
  });
  expect(told).toMatchObject({ output: 'json', dataDir: '/x' });
});

test('SQL that begins with a comment is SQL, not an option', async () => {
  const program = await createProgram();
  const query = program.commands
    .find((each) => each.name() === 'warehouse')
    ?.commands.find((each) => each.name() === 'query');
  let taken: unknown[] = [];
  query?.action((sql: string, { limit }: { limit: number }) => void (taken = [sql.trim(), limit]));
  await program.parseAsync(['warehouse', 'query', '-- who?\nselect 1', '--limit', '5'], { from: 'user' });
  expect(taken).toEqual(['-- who?\nselect 1', 5]);
});

test('of a group that is not loaded, help says what it says of itself', async () => {
  const about = (program: Command): unknown =>
    program.commands.map((each) => [each.name(), each.description()]);
  expect(about(await createProgram({}, () => false))).toEqual(about(await createProgram()));
});
