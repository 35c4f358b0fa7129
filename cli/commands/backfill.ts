import { Option } from 'commander';
import type { Command } from 'commander';
import { jsonObject, perform, verb, wholeNumber } from './verb.ts';
import type { VerbOptions } from './verb.ts';

interface CreateOptions extends VerbOptions {
  readonly fromDate: string;
  readonly toDate: string;
  readonly dagRunConf?: Record<string, unknown>;
  readonly runBackwards?: boolean;
  readonly reprocessBehavior: string;
  readonly maxActiveRuns: number;
  readonly dryRun?: boolean;
}

/** `shopwave backfill ...`: runs of a DAG in the past. Rows of marts: `shopwave transform backfill`. */
export function addBackfill(program: Command): void {
  const backfill = program.command('backfill').description('runs of a DAG for intervals of the past');
  verb(backfill, 'create <dag>', 'run a DAG for every interval of its schedule between two dates')
    .requiredOption('--from, --from-date <time>', 'first logical date, UTC')
    .requiredOption('--to, --to-date <time>', 'last logical date, UTC')
    .option('-c, --dag-run-conf <json>', 'a JSON object that the tasks can read', jsonObject)
    .option('--desc, --run-backwards', 'the newest interval first')
    .addOption(
      new Option('--rerun, --reprocess-behavior <which>', 'which runs that are there run again')
        .choices(['none', 'failed', 'completed'])
        .default('none'),
    )
    .option('--max-active, --max-active-runs <n>', 'so many of them at a time', wholeNumber(1, 1000), 10)
    .option('--dry-run', 'list the intervals and what would happen to each, and create nothing')
    .action((dag: string, options: CreateOptions) => {
      const { fromDate: from, toDate: to, dagRunConf: conf, reprocessBehavior: reprocess } = options;
      const { maxActiveRuns, runBackwards = false, dryRun = false } = options;
      const asked = { dag, from, to, conf, reprocess, maxActiveRuns, runBackwards, dryRun };
      return perform('backfill.create', asked, options);
    });
  verb(backfill, 'list', 'list backfills, the newest first')
    .option('--dag <dag>', 'only of this DAG')
    .action((options: VerbOptions & { dag?: string }) =>
      perform('backfill.list', { dag: options.dag }, options),
    );
  for (const [name, description] of [
    ['pause', 'begin no more runs of it; what runs goes on'],
    ['unpause', 'let it go on'],
    ['cancel', 'end it: what has not begun fails, what runs goes on'],
  ] as const) {
    verb(backfill, name, description)
      .argument('<id>', 'its number', wholeNumber(1, 2 ** 31 - 1))
      .action((id: number, options: VerbOptions) => perform(`backfill.${name}`, { id }, options));
  }
}
