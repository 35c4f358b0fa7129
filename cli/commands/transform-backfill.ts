import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { messageOf } from '../../lib/errors.ts';
import { cliErrors } from '../errors.ts';
import { exampleVerb, selectionInput, withDryRun, withReading, withThreads } from './transform-options.ts';
import type { SelectOptions } from './transform-options.ts';
import { perform, wholeNumber } from './verb.ts';
import type { VerbOptions } from './verb.ts';

interface BackfillOptions extends SelectOptions {
  readonly from?: string;
  readonly to?: string;
  readonly chunk?: string;
  readonly maxActive?: number;
  readonly keys?: string;
  readonly fullRebuild?: boolean;
  readonly threads?: number;
  readonly dryRun?: boolean;
}

/** `shopwave transform backfill ...` */
export function addTransformBackfill(transform: Command): void {
  const group = exampleVerb(
    transform,
    'backfill',
    'compute rows of marts again, by date, by key or whole; the same arguments go on where it stopped',
    'transform backfill --select fct_orders+ --from 2026-01-01 --to 2026-02-01 --chunk 1d',
  )
    .enablePositionalOptions()
    .option(
      '-s, --select <selector...>',
      'models to compute again; what is made from them, and what else has something new to read, comes along',
    )
    .option('--exclude <selector...>', 'leave these models out')
    .option('--state <folder>', 'artifacts of an earlier run, for state: and result:')
    .option('--from <date>', 'first date or time, UTC')
    .option('--to <date>', 'end, not included; now unless said')
    .option('--chunk <length>', 'length of a chunk: 1d, 12h, month; 7d unless said')
    .option('--max-active <n>', 'chunks computed and published together', wholeNumber(1, 1_000))
    .option('--keys <file>', 'a file with one touch key a line, instead of dates')
    .option('--full-rebuild', 'everything, instead of dates or keys');
  withDryRun(withThreads(withReading(group))).action(async (options: BackfillOptions) => {
    if (options.select === undefined)
      group.error("error: required option '-s, --select <selector...>' not specified");
    const { from, to, chunk, maxActive, fullRebuild = false, threads, dryRun = false } = options;
    const keys = options.keys === undefined ? undefined : await readKeys(options.keys);
    const { select, exclude, state, vars, target } = selectionInput(options);
    const asked = { from, to, chunk, maxActive, keys, fullRebuild, threads, dryRun };
    return await perform('transform.backfill', { select, exclude, state, vars, target, ...asked }, options);
  });
  exampleVerb(group, 'list', 'list backfills, the newest first', 'transform backfill list').action(
    (options: VerbOptions) => perform('transform.backfill-list', {}, options),
  );
  exampleVerb(
    group,
    'cancel <id>',
    'end a backfill before its next chunk; what it has published stays',
    'transform backfill cancel b1a2b3c',
  ).action((id: string, options: VerbOptions) => perform('transform.backfill-cancel', { id }, options));
}

async function readKeys(file: string): Promise<string[]> {
  try {
    const lines = (await readFile(file, 'utf8')).split(/\r?\n/);
    return lines.map((line) => line.trim()).filter((line) => line !== '');
  } catch (error) {
    throw cliErrors.error('CLI_NOT_FOUND', {
      message: `the file of keys cannot be read: ${messageOf(error)}`,
      where: file,
      remedy: 'Name a text file with one touch key a line.',
    });
  }
}
