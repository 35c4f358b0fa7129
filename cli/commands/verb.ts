import process from 'node:process';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { systemClock } from '../../lib/clock.ts';
import { parseDurationMs } from '../../lib/duration.ts';
import { messageOf, ShopwaveError } from '../../lib/errors.ts';
import { defaultDataDir } from '../config.ts';
import { cliErrors } from '../errors.ts';
import { revive } from '../operations/failure.ts';
import type { OperationResult } from '../operations/operation.ts';
import { createProgressDisplay } from '../output/progress.ts';
import { outputFormats, renderResult } from '../output/render.ts';
import type { OutputFormat } from '../output/render.ts';

/** The options that every verb with a result has. */
export interface VerbOptions {
  readonly dataDir: string;
  readonly output: OutputFormat;
}

/** Adds a verb to a group, with the options that all of them share. */
export function verb(group: Command, signature: string, description: string): Command {
  return group
    .command(signature)
    .description(description)
    .addOption(new Option('-o, --output <format>', 'how to print').choices(outputFormats).default('table'))
    .addOption(dataDirOption());
}

/** `--data-dir`, alike on every verb. */
export function dataDirOption(): Option {
  return new Option('--data-dir <folder>', 'where all state is kept').default(defaultDataDir());
}

/** Sends one operation to the platform and prints the answer. */
export async function perform(name: string, input: unknown, options: VerbOptions): Promise<void> {
  print(await ask(name, input, options), options.output);
}

/** Sends one operation to the platform, its progress shown. */
export async function ask(name: string, input: unknown, options: VerbOptions): Promise<OperationResult> {
  const display = createProgressDisplay(process.stderr, systemClock);
  const interrupted = new AbortController();
  const onInterrupt = (): void => interrupted.abort(new Error('interrupted'));
  process.once('SIGINT', onInterrupt);
  try {
    const { dataDir } = options;
    const { signal } = interrupted;
    // Not before it is needed: with it come the schemas of everything that crosses the wire.
    const { runOperation } = await import('../run-operation.ts');
    return await runOperation({ name, input, dataDir, onProgress: display.onProgress, signal });
  } catch (error) {
    throw interrupted.signal.aborted ? asInterruption(error, name) : error;
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

/** Ctrl-C ended it: the same words, under the code that scripts tell an interruption by. */
export function asInterruption(error: unknown, name: string): ShopwaveError {
  const isTyped = error instanceof ShopwaveError;
  // Whoever hangs up on the supervisor has not heard what it did before it stopped.
  const isUnheard = !isTyped || error.code === 'CLI_SUPERVISOR_UNREACHABLE';
  return cliErrors.error('CLI_INTERRUPTED', {
    message: isUnheard ? `${name} was interrupted` : error.message,
    ...(isUnheard ? {} : { where: error.where, remedy: error.remedy }),
    cause: error,
  });
}

/** Prints a result on standard output; work that did not succeed becomes an error after its rows. */
export function print(result: OperationResult, format: OutputFormat): void {
  for (const line of result.kind === 'rows' ? (result.preface ?? []) : [])
    process.stderr.write(`  ${line}\n`);
  const text = renderResult(result, format);
  if (text !== '') process.stdout.write(`${text}\n`);
  for (const note of result.kind === 'rows' ? (result.notes ?? []) : [])
    process.stderr.write(`  note: ${note}\n`);
  if (result.kind === 'rows' && result.failure !== undefined) {
    throw revive(result.failure);
  }
}

/** Reads an option's whole number within bounds. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };
}

/** Reads an option's duration, in milliseconds. */
export function durationMs(text: string): number {
  try {
    return parseDurationMs(text);
  } catch (error) {
    throw new InvalidArgumentError(`${messageOf(error)}. Write a number and a unit: 10s, 5m, 2h.`);
  }
}

/** Reads an option that holds a JSON object. */
export function jsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Told below, like any other value that is not an object.
  }
  throw new InvalidArgumentError('Expected a JSON object, for example \'{"day":"2026-01-31"}\'.');
}
