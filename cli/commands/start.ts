import path from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { parseDurationMs } from '../../lib/duration.ts';
import { defaults } from '../config.ts';
import { warehouseKinds } from '../warehouse-kinds.ts';
import type { WarehouseKind } from '../warehouse-kinds.ts';
import { dataDirOption, durationMs, wholeNumber } from './verb.ts';

interface StartOptions {
  readonly dataDir: string;
  readonly once?: boolean;
  readonly fresh?: boolean;
  readonly json?: boolean;
  readonly port: number;
  readonly tick: number;
  readonly backlog: number;
  readonly seed: number;
  readonly simulator?: 'on' | 'off';
  readonly sourceUrl?: string;
  readonly warehouse?: WarehouseKind;
}

/** `shopwave start`: the whole platform in one process. */
export function addStart(program: Command): void {
  program
    .command('start')
    .description('run the whole platform: shop, capture, warehouse, scheduler and metrics')
    .option('--once', 'end after the first publication and metric answer')
    .option('--fresh', 'start from nothing: delete what the platform keeps in the data folder')
    .addOption(dataDirOption())
    .option('--port <n>', 'HTTP port on 127.0.0.1; 0 takes any', wholeNumber(0, 65_535), defaults.port)
    .addOption(
      new Option('--tick <duration>', 'how often changes are captured')
        .argParser(tickMs)
        .default(parseDurationMs(defaults.tick), defaults.tick),
    )
    .option(
      '--backlog <lines>',
      'order lines of history, 0 for none',
      wholeNumber(0, 20_000_000),
      defaults.backlogLines,
    )
    .option('--seed <n>', 'which simulated world', wholeNumber(0, 2_147_483_647), defaults.seed)
    .addOption(
      new Option(
        '--simulator <state>',
        'history and live traffic in the shop (on; off with --source-url)',
      ).choices(['on', 'off']),
    )
    .option('--source-url <url>', "your own PostgreSQL as the shop's database", postgresUrl)
    .addOption(
      new Option(
        '--warehouse <kind>',
        'where the star lives; how to reach Snowflake is in shopwave.yml or SHOPWAVE_SNOWFLAKE_* (docs/snowflake.md)',
      ).choices([...warehouseKinds]),
    )
    .option('--json', 'one JSON object as the last line of standard output')
    .action(async (options: StartOptions) => {
      const { runStart } = await import('../supervisor/run.ts');
      await runStart({
        dataDir: path.resolve(options.dataDir),
        once: options.once ?? false,
        fresh: options.fresh ?? false,
        json: options.json ?? false,
        port: options.port,
        tickMs: options.tick,
        sourceUrl: options.sourceUrl,
        warehouse: options.warehouse,
        simulator: {
          enabled:
            options.simulator === undefined ? options.sourceUrl === undefined : options.simulator === 'on',
          seed: options.seed,
          backlogLines: options.backlog,
        },
      });
    });
}

function tickMs(text: string): number {
  const ms = durationMs(text);
  if (ms >= 1_000) return ms;
  throw new InvalidArgumentError('A tick is at least 1s.');
}

function postgresUrl(text: string): string {
  if (/^postgres(ql)?:\/\/./.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('Expected postgres://user:password@host:port/database.');
}
