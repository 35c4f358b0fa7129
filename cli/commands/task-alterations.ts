import process from 'node:process';
import { createInterface } from 'node:readline/promises';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { ask, perform, print, verb } from './verb.ts';
import type { VerbOptions } from './verb.ts';

interface AlterOptions extends VerbOptions {
  readonly task?: string[];
  readonly taskRegex?: string;
  readonly upstream?: boolean;
  readonly downstream?: boolean;
  readonly past?: boolean;
  readonly future?: boolean;
  readonly startDate?: string;
  readonly endDate?: string;
  readonly onlyFailed?: boolean;
  readonly onlyRunning?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** `tasks clear`, `tasks mark-success` and `tasks mark-failed`: one set of options, Airflow's. */
export function addTaskAlterations(tasks: Command): void {
  withSelection(verb(tasks, 'clear <dag> [run]', 'run tasks again: all of a run, or the ones named'))
    .option('-f, --only-failed', 'only what failed or is upstream_failed')
    .option('-r, --only-running', 'only what runs right now')
    .action((dag: string, run: string | undefined, options: AlterOptions) =>
      alter('tasks.clear', { dag, run }, options),
    );
  for (const state of ['success', 'failed'] as const) {
    withSelection(verb(tasks, `mark-${state} <dag> [run]`, `make tasks count as ${state}`)).action(
      (dag: string, run: string | undefined, options: AlterOptions) =>
        alter('tasks.mark', { dag, run, state }, options),
    );
  }
}

function withSelection(command: Command): Command {
  return command
    .option('--task <task...>', 'only these tasks')
    .option('-t, --task-regex <regex>', 'only tasks whose id matches', regex)
    .option('-u, --upstream', 'and everything that they depend on')
    .option('-d, --downstream', 'and everything that depends on them')
    .option('--past', 'in all earlier runs too')
    .option('--future', 'in all later runs too')
    .option('-s, --start-date <time>', 'in place of a run: all runs from then on')
    .option('-e, --end-date <time>', 'in place of a run: all runs until then')
    .option('--dry-run', 'list what would change and why, and change nothing')
    .option('-y, --yes', 'do not ask');
}

/** In a terminal people see what will happen and are asked; a script is taken at its word. */
async function alter(
  name: string,
  about: Readonly<Record<string, unknown>>,
  options: AlterOptions,
): Promise<void> {
  const { task, startDate, endDate, dataDir: _dir, output: _format, yes, dryRun, ...flags } = options;
  const input = { ...about, ...flags, tasks: task, from: startDate, to: endDate };
  const mustAsk = yes !== true && dryRun !== true && process.stdin.isTTY && process.stdout.isTTY;
  if (!mustAsk) return await perform(name, { ...input, dryRun: dryRun ?? false }, options);
  const preview = await ask(name, { ...input, dryRun: true }, options);
  print(preview, options.output);
  if (preview.kind === 'rows' && preview.rows.length === 0) return;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question('Do it? [y/N] ').finally(() => terminal.close());
  if (/^y(es)?$/i.test(answer.trim())) await perform(name, { ...input, dryRun: false }, options);
}

function regex(text: string): string {
  try {
    return new RegExp(text).source;
  } catch {
    throw new InvalidArgumentError('Expected a regular expression.');
  }
}
