import path from 'node:path';
import process from 'node:process';
import { Option } from 'commander';
import type { Command } from 'commander';
import { exampleVerb } from './transform-options.ts';
import { print } from './verb.ts';
import type { VerbOptions } from './verb.ts';

interface ModelOptions extends VerbOptions {
  readonly model?: string;
}

const onWarning = (message: string): void => void process.stderr.write(`  note: ${message}\n`);

/** Verbs of the metric model that need nothing but its files: they run in place, whether or not anything is up. */
export function addMetricFiles(metrics: Command): void {
  withModel(
    exampleVerb(
      metrics,
      'validate',
      'check the files of the metric model: schema, names, metadata, columns of the marts, joins, what was published',
      'metrics validate',
    ),
  ).action(async (options: ModelOptions) => {
    const { modelFolder, validateMetrics } = await import('../metrics/validate.ts');
    print(await validateMetrics({ modelFolder: folderOf(options, modelFolder), onWarning }), options.output);
  });
  withModel(
    exampleVerb(
      metrics,
      'lock',
      'write down what every metric means now; refused where a certified one changed without a new version',
      'metrics lock',
    ),
  ).action(async (options: ModelOptions) => {
    const { lockMetrics } = await import('../metrics/lock.ts');
    const { modelFolder } = await import('../metrics/validate.ts');
    print(await lockMetrics({ modelFolder: folderOf(options, modelFolder), onWarning }), options.output);
  });
}

function withModel(command: Command): Command {
  return command.addOption(
    new Option('--model <folder>', 'the folder with cubes/ and views/, unless the platform’s'),
  );
}

function folderOf({ model }: ModelOptions, own: string): string {
  return model === undefined ? own : path.resolve(model);
}
