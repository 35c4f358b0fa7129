import type { Command } from 'commander';
import { perform, verb } from './verb.ts';
import type { VerbOptions } from './verb.ts';

/** `shopwave schema ...` */
export function addSchema(program: Command): void {
  const schema = program.command('schema').description('shapes of the sources, and how they drift');
  verb(schema, 'diff', 'what changed at the sources that nobody has decided on')
    .option('--source <source>', 'only this source')
    .option('--all', 'also the columns that are left out on purpose')
    .action((options: VerbOptions & { source?: string; all?: boolean }) =>
      perform('schema.diff', { source: options.source, all: options.all ?? false }, options),
    );
  verb(schema, 'history', 'every shape that was seen, and every change with its decision')
    .option('--source <source>', 'of this source', 'shop')
    .option('--table <table>', 'only of this table')
    .action((options: VerbOptions & { source: string; table?: string }) =>
      perform('schema.history', { source: options.source, table: options.table }, options),
    );
  verb(schema, 'allow <column>', 'take a new column over: SOURCE.TABLE.COLUMN')
    .option('--as <rule>', 'allow, scrub, subject, token:<purpose> or mask:<kind>', 'scrub')
    .option('--dry-run', 'show what would change, and what would be run at the source')
    .action((target: string, options: VerbOptions & { as: string; dryRun?: boolean }) =>
      perform('schema.allow', { target, rule: options.as, dryRun: options.dryRun ?? false }, options),
    );
  verb(
    schema,
    'deny <column>',
    'take a column or table off, such as before the shop drops it: SOURCE.TABLE[.COLUMN]',
  )
    .option('--dry-run', 'show what would change, and what would be run at the source')
    .action((target: string, options: VerbOptions & { dryRun?: boolean }) =>
      perform('schema.deny', { target, dryRun: options.dryRun ?? false }, options),
    );
  verb(schema, 'resolve <id>', 'say that a change needs nothing more; marts that it held go on')
    .requiredOption('--reason <text>', 'why, for those who look later')
    .action((id: string, options: VerbOptions & { reason: string }) =>
      perform('schema.resolve', { id: Number(id), reason: options.reason }, options),
    );
}
