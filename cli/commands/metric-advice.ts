import type { Command } from 'commander';
import { folderOf, onWarning, withModel } from './metric-files.ts';
import type { ModelOptions } from './metric-files.ts';
import { exampleVerb } from './transform-options.ts';
import { print } from './verb.ts';

/** `shopwave metrics advise`: from what a platform has written down, whether or not it is up. */
export function addMetricAdvice(metrics: Command): void {
  withModel(
    exampleVerb(
      metrics,
      'advise',
      'which rollups would spare the warehouse what people ask it most, and what they would save',
      'metrics advise -o yaml',
    ),
  ).action(async (options: ModelOptions) => {
    const { dataDir, output } = options;
    const [{ adviseMetrics }, { dataPaths }] = await Promise.all([
      import('../metrics/advise.ts'),
      import('../data-dir.ts'),
    ]);
    const semanticFolder = dataPaths(dataDir).semantic;
    const modelFolder = await folderOf(options);
    print(await adviseMetrics({ modelFolder, onWarning, semanticFolder }), output);
  });
}
