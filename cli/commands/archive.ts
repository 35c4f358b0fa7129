import type { Command } from 'commander';
import { hotDays } from '../../ingest/archive/retention-rules.ts';
import { performConfirmed, withConfirmation } from './confirm.ts';
import type { ConfirmOptions } from './confirm.ts';
import { exampleVerb } from './transform-options.ts';
import { perform, wholeNumber } from './verb.ts';
import type { VerbOptions } from './verb.ts';

interface RangeOptions extends VerbOptions {
  readonly from?: string;
  readonly to?: string;
}

interface VerifyOptions extends RangeOptions {
  readonly source?: string;
}

interface CompactOptions extends VerbOptions {
  readonly day?: string;
  readonly source?: string;
  readonly removeAfter?: number;
  readonly dryRun?: boolean;
}

interface RestoreOptions extends RangeOptions {
  readonly entity: string;
  readonly into?: string;
  readonly dryRun?: boolean;
}

interface RetentionOptions extends ConfirmOptions {
  readonly keepDays: number;
}

/** `shopwave archive ...` */
export function addArchive(program: Command): void {
  const archive = program
    .command('archive')
    .description('everything that was ever landed: seven years of files');
  exampleVerb(
    archive,
    'status',
    'what is archived of every table, by its manifests',
    'archive status',
  ).action((options: VerbOptions) => perform('archive.status', {}, options));
  withRange(
    exampleVerb(
      archive,
      'verify',
      'read everything that the manifests name, and compare: sizes, checksums, rows, gaps',
      'archive verify --source shop --from 2026-01-01 --to 2026-02-01',
    ),
  )
    .option('--source <name>', 'only what came from this source')
    .action(({ source, from, to, ...options }: VerifyOptions) =>
      perform('archive.verify', { source, from, to }, options),
    );
  addWriting(archive);
}

function addWriting(archive: Command): void {
  exampleVerb(
    archive,
    'compact',
    'make Parquet of closed days; originals stay until they are removed on purpose',
    'archive compact --day 2026-01-31 --remove-after 30',
  )
    .option('--day <date>', 'only this day (UTC) of commits; every closed day unless said')
    .option('--source <name>', 'only what came from this source')
    .option(
      '--remove-after <days>',
      'and remove originals that were compacted so many days ago, read back once more, and loaded',
      wholeNumber(0, 36_500),
    )
    .option('--dry-run', 'say what would be done')
    .action(({ day, source, removeAfter, dryRun = false, ...options }: CompactOptions) =>
      perform('archive.compact', { day, source, removeAfterDays: removeAfter, dryRun }, options),
    );
  withRange(
    exampleVerb(
      archive,
      'restore',
      'bring rows of a table back into raw, each once; goes on where it stopped',
      'archive restore --entity shop.orders --from 2022-01-01 --to 2023-01-01 --into orders_2022',
    ),
  )
    .requiredOption('--entity <source.table>', 'what to restore, as `archive status` names it')
    .option('--into <table>', 'into a table of its own in raw, instead of where it was')
    .option('--dry-run', 'say what would be restored')
    .action(({ entity, from, to, into, dryRun = false, ...options }: RestoreOptions) =>
      perform('archive.restore', { entity, from, to, into, dryRun }, options),
    );
  exampleVerb(
    archive,
    'rebuild',
    'make raw and the control store’s chains and cursors anew from the archive alone',
    'archive rebuild --dry-run',
  )
    .option('--dry-run', 'check the archive’s chains and say what would be recorded and loaded')
    .action(({ dryRun = false, ...options }: VerbOptions & { readonly dryRun?: boolean }) =>
      perform('archive.rebuild', { dryRun }, options),
    );
}

/** `shopwave retention ...` */
export function addRetention(program: Command): void {
  const retention = program
    .command('retention')
    .description('business keys that nothing has changed for years: out of raw, kept in the archive');
  withKeep(exampleVerb(retention, 'plan', 'what would leave raw', 'retention plan --keep-days 1096')).action(
    ({ keepDays, ...options }: RetentionOptions) => perform('retention.plan', { keepDays }, options),
  );
  withConfirmation(
    withKeep(
      exampleVerb(
        retention,
        'apply',
        'remove them, once the archive is shown to hold them; whatever touches one later brings it back',
        'retention apply --dry-run',
      ),
    ),
  ).action(({ keepDays, ...options }: RetentionOptions) =>
    performConfirmed('retention.apply', { keepDays }, options),
  );
}

function withRange(command: Command): Command {
  return command
    .option('--from <date>', 'first day (UTC) of the batches’ commits')
    .option('--to <date>', 'end, not included');
}

function withKeep(command: Command): Command {
  return command.option(
    '--keep-days <n>',
    'days that a key stays after its last change',
    wholeNumber(1, 36_500),
    hotDays,
  );
}
