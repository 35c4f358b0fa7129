import process from 'node:process';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { cliErrors } from '../errors.ts';
import { ask, perform, print } from './verb.ts';
import type { VerbOptions } from './verb.ts';

export interface ConfirmOptions extends VerbOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** `--dry-run` and `--yes`, alike on every verb that changes what people may want to keep. */
export function withConfirmation(command: Command): Command {
  return command
    .option('--dry-run', 'list what would change and why, and change nothing')
    .option('-y, --yes', 'do not ask');
}

/** In a terminal people see what will happen and are asked; where nobody can be asked it takes `--yes`. */
export async function performConfirmed(
  name: string,
  input: Readonly<Record<string, unknown>>,
  options: ConfirmOptions,
): Promise<void> {
  const { yes = false, dryRun = false } = options;
  if (yes || dryRun) return await perform(name, { ...input, dryRun }, options);
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    const message = `${name} was not confirmed, and without a terminal nobody can be asked; nothing was done`;
    throw cliErrors.error('CLI_UNCONFIRMED', { message });
  }
  const preview = await ask(name, { ...input, dryRun: true }, options);
  print(preview, options.output);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question('Do it? [y/N] ').finally(() => terminal.close());
  if (/^y(es)?$/i.test(answer.trim())) await perform(name, { ...input, dryRun: false }, options);
}
