import path from 'node:path';
import process from 'node:process';
import { Option } from 'commander';
import type { Command } from 'commander';
import { exampleVerb } from './transform-options.ts';
import { print } from './verb.ts';
import type { VerbOptions } from './verb.ts';

export interface ModelOptions extends VerbOptions {
  readonly model?: string;
}

export const onWarning = (message: string): void => void process.stderr.write(`  note: ${message}\n`);

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
    const { validateMetrics } = await import('../metrics/validate.ts');
    print(await validateMetrics({ modelFolder: await folderOf(options), onWarning }), options.output);
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
    print(await lockMetrics({ modelFolder: await folderOf(options), onWarning }), options.output);
  });
  withModel(
    exampleVerb(
      metrics,
      'test [metric...]',
      'ask the golden queries of the metric model on a seeded shop, and tell where an answer is not the expected one',
      'metrics test gmv net_revenue',
    ),
  )
    .option('--golden <folder>', 'the folder of the golden files, unless `golden` beside the model')
    .action(async (names: string[], options: ModelOptions & { readonly golden?: string }) => {
      const { testMetrics } = await import('../metrics/test.ts');
      const goldenFolder = options.golden === undefined ? undefined : path.resolve(options.golden);
      print(
        await testMetrics({ modelFolder: await folderOf(options), goldenFolder, metrics: names }),
        options.output,
      );
    });
  withModel(
    exampleVerb(
      metrics,
      'docs',
      'write metrics.html, one page about every metric that opens by itself: meaning, owner, SQL, lineage, tests',
      'metrics docs --out /tmp/metrics',
    ),
  )
    .option('--out <folder>', 'where to, unless target of the data folder')
    .action(async (options: ModelOptions & { readonly out?: string }) => {
      const { writeCatalogue } = await import('../metrics/docs.ts');
      const { dataPaths, makeTarget } = await import('../data-dir.ts');
      const modelFolder = await folderOf(options);
      const { out } = options;
      const folder = out === undefined ? await makeTarget(dataPaths(options.dataDir)) : path.resolve(out);
      print(await writeCatalogue({ modelFolder, out: folder, onWarning }), options.output);
    });
}

/** `--model`, alike on every verb that reads the files of a model. */
export function withModel(command: Command): Command {
  return command.addOption(
    new Option('--model <folder>', 'the folder with cubes/ and views/, unless the configured one'),
  );
}

/** The folder that a command speaks of, absolute: its own, or the one that is served. */
export async function folderOf({ model }: ModelOptions): Promise<string> {
  if (model !== undefined) return path.resolve(model);
  const { readSemanticSettings } = await import('../semantic-settings.ts');
  return (await readSemanticSettings(process.env)).model;
}
