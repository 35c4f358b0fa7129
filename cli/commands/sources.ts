import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { addApiSources } from './api-sources.ts';
import { performConfirmed, withConfirmation } from './confirm.ts';
import type { ConfirmOptions } from './confirm.ts';
import { exampleVerb } from './transform-options.ts';
import { perform, print } from './verb.ts';
import type { VerbOptions } from './verb.ts';

interface SourceOptions extends VerbOptions {
  readonly canary?: boolean;
  readonly dryRun?: boolean;
  readonly sourceUrl?: string;
  readonly table?: string[];
}

/** `shopwave sources postgres ...` */
export function addSources(program: Command): void {
  const sources = program.command('sources').description('where data comes from').enablePositionalOptions();
  addApiSources(sources);
  const postgres = sources.command('postgres').description("the shop's PostgreSQL: change data capture");
  withCanary(
    example(postgres, 'check', 'what stands in the way and what would change for the shop; changes nothing'),
  )
    .option('--source-url <url>', 'a database that no platform follows yet')
    .action(check);
  withCanary(
    exampleVerb(
      postgres,
      'setup',
      'make publication and slot, and read the snapshot; goes on where an earlier one stopped',
      'sources postgres setup --dry-run',
    ),
  )
    .option('--dry-run', 'only say what would be run')
    .action(({ canary, dryRun = false, ...options }: SourceOptions) =>
      perform('sources.postgres.setup', { canary, dryRun }, options),
    );
  example(postgres, 'snapshot', 'read what is left of the snapshots').action((options: VerbOptions) =>
    perform('sources.postgres.snapshot', {}, options),
  );
  example(postgres, 'status', 'slot, lag, log budget, snapshots and gaps').action((options: VerbOptions) =>
    perform('sources.postgres.status', {}, options),
  );
  withCanary(
    exampleVerb(
      postgres,
      'resync',
      'mend a broken stream, follow a changed allow-list, or read tables anew, beside the running shop',
      'sources postgres resync --table orders --dry-run',
    ),
  )
    .option('--table <table...>', 'read these tables anew although nothing is wrong with them')
    .option('--dry-run', 'only say what would be done')
    .action(({ table: tables, canary, dryRun = false, ...options }: SourceOptions) =>
      perform('sources.postgres.resync', { tables, canary, dryRun }, options),
    );
  withConfirmation(
    exampleVerb(
      postgres,
      'teardown',
      'drop at the source what capture made there; landed files and loaded rows stay',
      'sources postgres teardown --dry-run',
    ),
  ).action((options: ConfirmOptions) => performConfirmed('sources.postgres.teardown', {}, options));
}

function example(group: Command, name: string, description: string): Command {
  return exampleVerb(group, name, description, `sources postgres ${name}`);
}

function withCanary(command: Command): Command {
  return command.option(
    '--canary <on|off>',
    'whether each tick proves the stream by a row in a table of ours, public.shopwave_heartbeat',
    onOrOff,
  );
}

function onOrOff(text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on';
  throw new InvalidArgumentError('Expected on or off.');
}

async function check({ sourceUrl, canary, ...options }: SourceOptions): Promise<void> {
  if (sourceUrl === undefined) return await perform('sources.postgres.check', { canary }, options);
  const { checkSourceUrl } = await import('../operations/sources-check-url.ts');
  print(await checkSourceUrl(sourceUrl, canary ?? true), options.output);
}
