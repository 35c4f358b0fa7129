import type { Command } from 'commander';
import { addTaskAlterations } from './task-alterations.ts';
import { followLogs } from './follow-logs.ts';
import { withMapIndex } from './map-index.ts';
import { jsonObject, perform, verb, wholeNumber } from './verb.ts';
import type { VerbOptions } from './verb.ts';

interface InstanceOptions extends VerbOptions {
  readonly mapIndex?: number;
}

interface LogOptions extends InstanceOptions {
  readonly try?: number;
  readonly follow?: boolean;
}

interface TestOptions extends InstanceOptions {
  readonly conf?: Record<string, unknown>;
}

interface RenderOptions extends InstanceOptions {
  readonly try?: number;
}

/** `shopwave tasks ...`; a verb about a run takes the latest one unless it is named. */
export function addTasks(program: Command): void {
  const tasks = program.command('tasks').description('tasks of a DAG, and of its runs');
  verb(tasks, 'list <dag>', 'list the tasks of a DAG in running order')
    .option('-t, --tree', 'draw them as a tree')
    .action((dag: string, options: VerbOptions & { tree?: boolean }) =>
      perform('tasks.list', { dag, tree: options.tree ?? false }, options),
    );
  verb(tasks, 'states-for-dag-run <dag> [run]', 'list the tasks of a run with their states').action(
    (dag: string, run: string | undefined, options: VerbOptions) =>
      perform('tasks.states-for-dag-run', { dag, run }, options),
  );
  for (const [name, description] of [
    ['state', 'say which state a task has'],
    ['why', 'say in a sentence why a task has not run and what it waits for'],
    ['failed-deps', 'list everything that keeps a task from starting'],
  ] as const) {
    withMapIndex(verb(tasks, `${name} <dag> <task> [run]`, description)).action(
      (dag: string, task: string, run: string | undefined, options: InstanceOptions) =>
        perform(`tasks.${name}`, { dag, task, run, mapIndex: options.mapIndex }, options),
    );
  }
  withMapIndex(
    verb(tasks, 'render <dag> <task> [run]', 'show what the templates of a task came to, or will for a date'),
  )
    .option('--try <n>', 'which try', wholeNumber(1, 1_000))
    .action((dag: string, task: string, run: string | undefined, options: RenderOptions) =>
      perform('tasks.render', { dag, task, run, mapIndex: options.mapIndex, try: options.try }, options),
    );
  addTaskAlterations(tasks);
  withMapIndex(verb(tasks, 'logs <dag> <task> [run]', 'print the log of a task, of its last try unless told'))
    .option('--try <n>', 'which try', wholeNumber(1, 1_000))
    .option('-f, --follow', 'go on until the task has ended')
    .action(async (dag: string, task: string, run: string | undefined, options: LogOptions) => {
      const asked = { dag, task, run, mapIndex: options.mapIndex, try: options.try };
      if (options.follow === true) return await followLogs(asked, options);
      return await perform('tasks.logs', asked, options);
    });
  withMapIndex(
    verb(tasks, 'test <dag> <task> [date]', 'run one task here and now, its log shown, and record nothing'),
  )
    .option('-c, --conf <json>', 'a JSON object that the task can read', jsonObject)
    .action((dag: string, task: string, logicalDate: string | undefined, options: TestOptions) => {
      const { mapIndex, conf = {} } = options;
      return perform('tasks.test', { dag, task, mapIndex, conf, logicalDate }, options);
    });
}
