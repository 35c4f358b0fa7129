import type { Command } from 'commander';
import { perform, verb } from './verb.ts';
import type { VerbOptions } from './verb.ts';

/** `shopwave status` */
export function addStatus(program: Command): void {
  verb(program, 'status', 'what runs, what is published, and how fresh it is').action(
    (options: VerbOptions) => perform('status', {}, options),
  );
}
