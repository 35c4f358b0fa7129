import type { Command } from 'commander';
import { perform, verb, wholeNumber } from './verb.ts';
import type { VerbOptions } from './verb.ts';

/** `shopwave runs ...` */
export function addRuns(program: Command): void {
  const runs = program.command('runs').description('runs of DAGs');
  verb(runs, 'list', 'list runs, the latest first')
    .option('--dag <dag>', 'only of this DAG')
    .option('--limit <n>', 'at most so many', wholeNumber(1, 10_000), 20)
    .action((options: VerbOptions & { dag?: string; limit: number }) =>
      perform('runs.list', { dag: options.dag, limit: options.limit }, options),
    );
}
