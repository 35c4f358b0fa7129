import type { Command } from 'commander';
import {
  exampleVerb,
  selectionInput,
  withDryRun,
  withReading,
  withSelection,
  withThreads,
  workInput,
} from './transform-options.ts';
import type { SelectOptions, WorkOptions } from './transform-options.ts';
import { perform } from './verb.ts';

/** Verbs that compute and publish. */
export function addTransformWork(transform: Command): void {
  const run = exampleVerb(
    transform,
    'run',
    'stage what was loaded, build, audit and publish',
    'transform run --select fct_orders+ --full-refresh',
  );
  const build = exampleVerb(
    transform,
    'build',
    'run with unit tests first: one that fails refuses everything before anything is computed',
    'transform build --select state:modified+ --state ./main-artifacts',
  );
  for (const [name, command] of Object.entries({ run, build })) {
    withWork(command).action((options: WorkOptions) =>
      perform(`transform.${name}`, workInput(options), options),
    );
  }
  const seed = exampleVerb(
    transform,
    'seed',
    'load the CSV files of seeds/',
    'transform seed --full-refresh',
  );
  withWork(seed).action((options: WorkOptions) => perform('transform.seed', workInput(options), options));
  const retry = exampleVerb(
    transform,
    'retry',
    'run again what the last run, build, seed or test left undone',
    'transform retry',
  );
  withThreads(withReading(retry)).action(({ vars, target, threads, ...options }: WorkOptions) =>
    perform('transform.retry', { vars, target, threads }, options),
  );
  const rerun = exampleVerb(
    transform,
    'rerun <run-or-version>',
    'compute again what one run or version consumed, from the inputs as they are now',
    'transform rerun 17 --select fct_orders --dry-run',
  );
  withDryRun(withThreads(withSelection(rerun))).action((runOrVersion: string, options: WorkOptions) => {
    const { threads, dryRun = false } = options;
    return perform('transform.rerun', { ...selectionInput(options), runOrVersion, threads, dryRun }, options);
  });
  const test = exampleVerb(
    transform,
    'test',
    'run the checks on what is published, and the unit tests',
    'transform test --select test_type:unit',
  );
  withThreads(withSelection(test)).action((options: SelectOptions & { threads?: number }) =>
    perform('transform.test', { ...selectionInput(options), threads: options.threads }, options),
  );
}

function withWork(command: Command): Command {
  return withDryRun(
    withThreads(
      withSelection(command).option('--full-refresh', 'compute the models anew from everything there is'),
    ),
  );
}
