import process from 'node:process';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
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

/** In a terminal people see what will happen and are asked; a script is taken at its word. */
export async function performConfirmed(
  name: string,
  input: Readonly<Record<string, unknown>>,
  options: ConfirmOptions,
): Promise<void> {
  const { yes = false, dryRun = false } = options;
  const mustAsk = !yes && !dryRun && process.stdin.isTTY && process.stdout.isTTY;
  if (!mustAsk) return await perform(name, { ...input, dryRun }, options);
  const preview = await ask(name, { ...input, dryRun: true }, options);
  print(preview, options.output);
  if (preview.kind === 'rows' && preview.rows.length === 0) return;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question('Do it? [y/N] ').finally(() => terminal.close());
  if (/^y(es)?$/i.test(answer.trim())) await perform(name, { ...input, dryRun: false }, options);
}
