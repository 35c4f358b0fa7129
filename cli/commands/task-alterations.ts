import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { performConfirmed, withConfirmation } from './confirm.ts';
import type { ConfirmOptions } from './confirm.ts';
import { withMapIndex } from './map-index.ts';
import { verb } from './verb.ts';

interface AlterOptions extends ConfirmOptions {
  readonly task?: string[];
  readonly taskRegex?: string;
  readonly mapIndex?: number;
  readonly upstream?: boolean;
  readonly downstream?: boolean;
  readonly past?: boolean;
  readonly future?: boolean;
  readonly startDate?: string;
  readonly endDate?: string;
  readonly onlyFailed?: boolean;
  readonly onlyRunning?: boolean;
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
  return withMapIndex(withConfirmation(command))
    .option('--task <task...>', 'only these tasks')
    .option('-t, --task-regex <regex>', 'only tasks whose id matches', regex)
    .option('-u, --upstream', 'and everything that they depend on')
    .option('-d, --downstream', 'and everything that depends on them')
    .option('--past', 'in all earlier runs too')
    .option('--future', 'in all later runs too')
    .option('-s, --start-date <time>', 'in place of a run: all runs from then on')
    .option('-e, --end-date <time>', 'in place of a run: all runs until then');
}

async function alter(
  name: string,
  about: Readonly<Record<string, unknown>>,
  options: AlterOptions,
): Promise<void> {
  const { task, startDate, endDate, ...flags } = options;
  await performConfirmed(name, { ...about, ...flags, tasks: task, from: startDate, to: endDate }, options);
}

function regex(text: string): string {
  try {
    return new RegExp(text).source;
  } catch {
    throw new InvalidArgumentError('Expected a regular expression.');
  }
}
