import type { Command } from 'commander';
import { jsonObject, perform, verb, wholeNumber } from './verb.ts';
import type { VerbOptions } from './verb.ts';

/** `shopwave dags ...` */
export function addDags(program: Command): void {
  const dags = program.command('dags').description('what runs when: the *.dag.ts files');
  verb(dags, 'list', 'list the DAGs, and the files that could not be loaded').action((options: VerbOptions) =>
    perform('dags.list', {}, options),
  );
  verb(dags, 'show <dag>', 'draw the graph of a DAG').action((dag: string, options: VerbOptions) =>
    perform('dags.show', { dag }, options),
  );
  verb(dags, 'details <dag>', 'show every argument of a DAG').action((dag: string, options: VerbOptions) =>
    perform('dags.details', { dag }, options),
  );
  verb(dags, 'next-execution <dag>', 'say when a DAG runs next by itself, and what those runs cover')
    .option('-n, --num-executions <n>', 'how many runs', wholeNumber(1, 1000), 1)
    .action((dag: string, options: VerbOptions & { numExecutions: number }) =>
      perform('dags.next-execution', { dag, count: options.numExecutions }, options),
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
