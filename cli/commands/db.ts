import type { Command } from 'commander';
import { perform, verb } from './verb.ts';
import type { VerbOptions } from './verb.ts';

interface CleanOptions extends VerbOptions {
  readonly cleanBeforeTimestamp: string;
  readonly dryRun?: boolean;
}

/** `shopwave db ...` */
export function addDb(program: Command): void {
  const db = program.command('db').description('the control store: runs, tasks, cursors');
  verb(db, 'check', 'say whether it answers and is up to date; exit status 1 if not').action(
    (options: VerbOptions) => perform('db.check', {}, options),
  );
  verb(db, 'migrate', 'bring it up to date').action((options: VerbOptions) =>
    perform('db.migrate', {}, options),
  );
  verb(db, 'clean', 'remove finished runs with their tasks and logs')
    .requiredOption('--clean-before-timestamp <time>', 'what ended before then goes')
    .option('--dry-run', 'say what would go, and remove nothing')
    .action(({ cleanBeforeTimestamp: before, dryRun, ...options }: CleanOptions) =>
      perform('db.clean', { before, dryRun: dryRun ?? false }, options),
    );
}
