import type { Command } from 'commander';
import { performConfirmed, withConfirmation } from './confirm.ts';
import type { ConfirmOptions } from './confirm.ts';
import { exampleVerb } from './transform-options.ts';
import { perform, wholeNumber } from './verb.ts';
import type { VerbOptions } from './verb.ts';

/** `shopwave quarantine ...` */
export function addQuarantine(program: Command): void {
  const group = program
    .command('quarantine')
    .description(
      'rows that could not go on: where they stand in the log, why, and what is to become of them',
    );
  exampleVerb(
    group,
    'list',
    'list the rows that staging and landing have set aside, and the keys that are stale for it',
    'quarantine list',
  )
    .option('--all', 'also those that were staged since or given up')
    .option('--limit <n>', 'at most so many rows of each, the newest', wholeNumber(1, 100_000), 100)
    .action((options: VerbOptions & { all?: boolean; limit: number }) =>
      perform('quarantine.list', { all: options.all ?? false, limit: options.limit }, options),
    );
  exampleVerb(
    group,
    'show <id>',
    'show one row: its place in the log and what was wrong with it, never its values',
    'quarantine show 6f522c9a08456854884cd24b82938e16',
  ).action((id: string, options: VerbOptions) => perform('quarantine.show', { id }, options));
  exampleVerb(
    group,
    'replay [id...]',
    'stage rows once more, by the models as they are now; all that stand open unless some are named',
    'quarantine replay',
  ).action((ids: string[], options: VerbOptions) => perform('quarantine.replay', { ids }, options));
  withConfirmation(
    exampleVerb(
      group,
      'discard <id...>',
      'give rows up: staging stays without them, and nothing tries them again',
      'quarantine discard 6f522c9a08456854884cd24b82938e16 --dry-run',
    ),
  ).action((ids: string[], options: ConfirmOptions) =>
    performConfirmed('quarantine.discard', { ids }, options),
  );
}
