import { Option } from 'commander';
import type { Command } from 'commander';
import type { VerbOptions } from './verb.ts';

/** What a metric is split and filtered by, alike on every verb that asks for numbers. */
export interface QueryOptions extends VerbOptions {
  readonly by?: string[];
  readonly grain?: string;
  readonly where?: string[];
  readonly segment?: string[];
  readonly from?: string;
  readonly to?: string;
}

export function withQuery(command: Command): Command {
  return command
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
    .option('--to <date>', 'last business date, included');
}

/** What travels of it. */
export function queryInput({ by, grain, where, segment, from, to }: QueryOptions): object {
  return { by, grain, where, segments: segment, from, to };
}
