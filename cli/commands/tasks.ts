import type { Command } from 'commander';
import { perform, verb, wholeNumber } from './verb.ts';
import type { VerbOptions } from './verb.ts';

interface ClearOptions extends VerbOptions {
  readonly task?: string[];
  readonly downstream?: boolean;
}

/** `shopwave tasks ...` */
export function addTasks(program: Command): void {
  const tasks = program.command('tasks').description('tasks of one run');
  verb(tasks, 'list <dag> [run]', 'list the tasks of a run, the latest one unless named').action(
    (dag: string, run: string | undefined, options: VerbOptions) =>
      perform('tasks.list', { dag, run }, options),
  );
  verb(tasks, 'why <dag> <task> [run]', 'say why a task has not run and what it waits for').action(
    (dag: string, task: string, run: string | undefined, options: VerbOptions) =>
      perform('tasks.why', { dag, task, run }, options),
  );
  verb(tasks, 'clear <dag> [run]', 'run tasks again: all of a run, or the ones named')
    .option('--task <task...>', 'only these tasks')
    .option('--downstream', 'and everything that depends on them')
    .action((dag: string, run: string | undefined, options: ClearOptions) =>
      perform(
        'tasks.clear',
        { dag, run, tasks: options.task, downstream: options.downstream ?? false },
        options,
      ),
    );
  verb(tasks, 'logs <dag> <task> [run]', 'print the log of a task, of its last try unless told')
    .option('--try <n>', 'which try', wholeNumber(1, 1_000))
    .action((dag: string, task: string, run: string | undefined, options: VerbOptions & { try?: number }) =>
      perform('tasks.logs', { dag, run, task, try: options.try }, options),
    );
}
