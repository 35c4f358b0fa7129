import process from 'node:process';
import { CommanderError } from 'commander';
import { ShopwaveError, describeError } from '../lib/errors.ts';
import { exitCodes } from './exit-codes.ts';
import { createProgram } from './program.ts';

/** Runs one command line; resolves to the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  // `shopwave ... | head` closes our output early: that is no error.
  process.stdout.on('error', (error) => {
    if ('code' in error && error.code === 'EPIPE') process.exit(exitCodes.ok);
    throw error;
  });
  try {
    // The script of `completion` holds every verb.
    const isWanted = (group: string): boolean => args.includes(group) || args.includes('completion');
    const program = await createProgram({}, isWanted);
    await program.parseAsync([...args], { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    // Commander has already said what is wrong, and which right word is the nearest.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    process.stderr.write(`${describeError(error)}\n`);
    return isInterruption(error) ? exitCodes.interrupted : exitCodes.failed;
  }
}

function isInterruption(error: unknown): boolean {
  return error instanceof ShopwaveError && error.code === 'CLI_INTERRUPTED';
}
