import { Option } from 'commander';
import type { Command } from 'commander';
import { dagRunStates } from '../../scheduler/core/states.ts';
import { jsonObject, perform, verb, wholeNumber } from './verb.ts';
import type { VerbOptions } from './verb.ts';

/** `shopwave dags ...` */
export function addDags(program: Command): void {
  const dags = program.command('dags').description('what runs when: the *.dag.ts files');
  verb(dags, 'list', 'list the DAGs, and the files that could not be loaded').action((options: VerbOptions) =>
    perform('dags.list', {}, options),
  );
  verb(dags, 'show <dag>', 'draw the graph of a DAG')
    .option('-s, --save <file>', 'draw it as an SVG, into this file')
    .action((dag: string, options: VerbOptions & { save?: string }) =>
      perform('dags.show', { dag, save: options.save }, options),
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
    .option('-c, --conf <json>', 'a JSON object that the tasks can read', jsonObject)
    .option('-r, --run-id <id>', 'how the run is called; manual__ and the time unless said')
    .option('-l, --logical-date <time>', 'the date that it is for, UTC; it has none unless said')
    .action((dag: string, options: TriggerOptions) => {
      const { conf = {}, runId: run, logicalDate } = options;
      return perform('dags.trigger', { dag, conf, run, logicalDate }, options);
    });
  for (const [name, description] of [
    ['pause', 'start nothing new of a DAG; what runs goes on'],
    ['unpause', 'let a DAG go on'],
  ] as const) {
    verb(dags, `${name} <dag>`, description).action((dag: string, options: VerbOptions) =>
      perform(`dags.${name}`, { dag }, options),
    );
  }
  addReads(dags);
  verb(
    dags,
    'test <dag> [date]',
    'run a DAG from end to end here and now, for a date if told, and wait for it',
  )
    .option('-c, --conf <json>', 'a JSON object that the tasks can read', jsonObject)
    .action((dag: string, logicalDate: string | undefined, options: TestOptions) =>
      perform('dags.test', { dag, conf: options.conf ?? {}, logicalDate }, options),
    );
}

function addReads(dags: Command): void {
  verb(dags, 'list-runs <dag>', 'list the runs of a DAG, the latest first')
    .addOption(new Option('--state <state>', 'only runs in this state').choices(dagRunStates))
    .option('-s, --start-date <time>', 'only runs from then on, by logical date')
    .option('-e, --end-date <time>', 'only runs until then')
    .option('--no-backfill', 'leave out what a backfill runs')
    .option('--limit <n>', 'at most so many', wholeNumber(1, 10_000), 100)
    .action((dag: string, options: ListRunsOptions) => {
      const { state, startDate: from, endDate: to, backfill, limit } = options;
      return perform('runs.list', { dag, state, from, to, backfill, limit }, options);
    });
  verb(
    dags,
    'list-import-errors',
    'list the DAG files at fault, with line and remedy; exit status 1 if there are any',
  ).action((options: VerbOptions) => perform('dags.list-import-errors', {}, options));
  verb(dags, 'report', 'list the DAG files with how long each takes to load').action((options: VerbOptions) =>
    perform('dags.report', {}, options),
  );
}

interface TestOptions extends VerbOptions {
  readonly conf?: Record<string, unknown>;
}

interface TriggerOptions extends TestOptions {
  readonly runId?: string;
  readonly logicalDate?: string;
}

interface ListRunsOptions extends VerbOptions {
  readonly state?: string;
  readonly startDate?: string;
  readonly endDate?: string;
  readonly backfill: boolean;
  readonly limit: number;
}
