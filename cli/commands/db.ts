import type { Command } from 'commander';
import { performConfirmed, withConfirmation } from './confirm.ts';
import type { ConfirmOptions } from './confirm.ts';
import { perform, verb } from './verb.ts';
import type { VerbOptions } from './verb.ts';

interface CleanOptions extends ConfirmOptions {
  readonly cleanBeforeTimestamp: string;
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
  withConfirmation(verb(db, 'clean', 'remove finished runs with their tasks and logs'))
    .requiredOption('--clean-before-timestamp <time>', 'what ended before then goes')
    .action((options: CleanOptions) =>
      performConfirmed('db.clean', { before: options.cleanBeforeTimestamp }, options),
    );
}
