import { Option } from 'commander';
import type { Command } from 'commander';
import { addMetricFiles } from './metric-files.ts';
import { perform, verb } from './verb.ts';
import type { VerbOptions } from './verb.ts';

interface MetricsOptions extends VerbOptions {
  readonly by?: string[];
  readonly grain?: string;
  readonly where?: string[];
  readonly segment?: string[];
  readonly from?: string;
  readonly to?: string;
}

/** `shopwave metrics ...` */
export function addMetrics(program: Command): void {
  const metrics = program.command('metrics').description('governed metrics over what is published');
  verb(metrics, 'list', 'list the metrics and what they mean').action((options: VerbOptions) =>
    perform('metrics.list', {}, options),
  );
  verb(metrics, 'query <metric...>', 'ask for metrics, for example: gmv net_revenue --grain month')
    .option('--by <dimension...>', 'split by dimensions, for example channel country')
    .addOption(
      new Option('--grain <grain>', 'split by business date').choices([
        'day',
        'week',
        'month',
        'quarter',
        'year',
      ]),
    )
    .option('--where <filter...>', 'channel=web, country=DE,FR or currency!=USD; all must hold')
    .option('--segment <name...>', 'conditions with a name, for example cancelled; all must hold')
    .option('--from <date>', 'first business date, YYYY-MM-DD')
    .option('--to <date>', 'last business date, included')
    .action((names: string[], options: MetricsOptions) => {
      const { by, grain, where, segment: segments, from, to } = options;
      return perform('metrics.query', { metrics: names, by, grain, where, segments, from, to }, options);
    });
  addMetricFiles(metrics);
}
