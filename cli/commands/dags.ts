import type { Command } from 'commander';
import { jsonObject, perform, verb } from './verb.ts';
import type { VerbOptions } from './verb.ts';

/** `shopwave dags ...` */
export function addDags(program: Command): void {
  const dags = program.command('dags').description('what runs when: the *.dag.ts files');
  verb(dags, 'list', 'list the DAGs, and the files that could not be loaded').action((options: VerbOptions) =>
    perform('dags.list', {}, options),
  );
  verb(dags, 'trigger <dag>', 'start a run now; the supervisor works it off')
    .option('--conf <json>', 'a JSON object that the tasks can read', jsonObject)
    .action((dag: string, options: VerbOptions & { conf?: Record<string, unknown> }) =>
      perform('dags.trigger', { dag, conf: options.conf ?? {} }, options),
    );
  verb(dags, 'test <dag>', 'run a DAG from end to end here and now, and wait for it')
    .option('--conf <json>', 'a JSON object that the tasks can read', jsonObject)
    .action((dag: string, options: VerbOptions & { conf?: Record<string, unknown> }) =>
      perform('dags.test', { dag, conf: options.conf ?? {} }, options),
    );
}
