import type { Command } from 'commander';
import { wholeNumber } from './verb.ts';

/** `--map-index`, alike on every verb about instances of tasks. */
export function withMapIndex(command: Command): Command {
  return command.option('--map-index <n>', 'which instance of a mapped task', wholeNumber(0, 1_000_000));
}
