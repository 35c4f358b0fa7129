import type { Command } from 'commander';
import { addMetricAdvice } from './metric-advice.ts';
import { addMetricFiles } from './metric-files.ts';
import { queryInput, withQuery } from './metric-options.ts';
import type { QueryOptions } from './metric-options.ts';
import { addMetricTrials } from './metric-trials.ts';
import { perform, verb } from './verb.ts';
import type { VerbOptions } from './verb.ts';

/** `shopwave metrics ...` */
export function addMetrics(program: Command): void {
  const metrics = program.command('metrics').description('governed metrics over what is published');
  verb(metrics, 'list', 'list the metrics and what they mean').action((options: VerbOptions) =>
    perform('metrics.list', {}, options),
  );
  withQuery(
    verb(metrics, 'query <metric...>', 'ask for metrics, for example: gmv net_revenue --grain month'),
  ).action((names: string[], options: QueryOptions) =>
    perform('metrics.query', { metrics: names, ...queryInput(options) }, options),
  );
  addMetricFiles(metrics);
  addMetricTrials(metrics);
  addMetricAdvice(metrics);
}
