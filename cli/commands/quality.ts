import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { Option } from 'commander';
import type { Command } from 'commander';
import { cliErrors } from '../errors.ts';
import { messageOf } from '../../lib/errors.ts';
import { exampleVerb, selectionInput, withSelection } from './transform-options.ts';
import type { SelectOptions } from './transform-options.ts';
import { ask, durationMs, perform } from './verb.ts';
import type { VerbOptions } from './verb.ts';

interface ReportOptions extends VerbOptions {
  readonly since: number;
  readonly html?: string;
  readonly notPassed?: boolean;
}

/** `shopwave quality ...` */
export function addQuality(program: Command): void {
  const quality = program
    .command('quality')
    .description(
      'how far the published numbers are to be trusted: checks over time, and the rows behind failures',
    );
  addLooking(quality);
  withSelection(
    exampleVerb(
      quality,
      'drift',
      'rebuild marts aside from staging and compare them with what builds have made of them; exits 1 on a difference',
      'quality drift --select fct_orders',
    ),
  ).action((options: SelectOptions) => perform('quality.drift', selectionInput(options), options));
  exampleVerb(
    quality,
    'check',
    'run the checks that have a time of their own instead of a place in every build',
    'quality check --cadence hourly',
  )
    .addOption(
      new Option('--cadence <cadence>', 'which of them').choices(['hourly', 'weekly']).default('hourly'),
    )
    .action(({ cadence, ...options }: VerbOptions & { cadence: string }) =>
      perform('quality.check', { cadence }, options),
    );
  exampleVerb(
    quality,
    'metrics',
    'ask the semantic layer for every governed metric and compare what it serves with the marts',
    'quality metrics',
  ).action((options: VerbOptions) => perform('quality.metrics', {}, options));
  exampleVerb(
    quality,
    'restate <model>',
    'record that closed days of a mart were changed on purpose, so that their sums are kept anew',
    'quality restate fct_order_events --from 2026-01-01 --to 2026-02-01 --reason "duties of January"',
  )
    .requiredOption('--from <date>', 'first day')
    .requiredOption('--to <date>', 'end, not included')
    .requiredOption('--reason <text>', 'why, for whoever finds the difference')
    .action((model: string, options: VerbOptions & { from: string; to: string; reason: string }) => {
      const { from, to, reason } = options;
      return perform('quality.restate', { model, from, to, reason }, options);
    });
}

function addLooking(quality: Command): void {
  exampleVerb(
    quality,
    'report',
    'every check over time, what is held back and since when, how fresh sources and marts are',
    'quality report --html quality.html --since 30d',
  )
    .addOption(sinceOption())
    .option('--html <file>', 'write it as one page that opens by itself')
    .addOption(new Option('--not-passed', 'only what is not right').conflicts('html'))
    .action(({ html, since, notPassed, ...options }: ReportOptions) => {
      if (html === undefined) return perform('quality.report', { sinceMs: since, notPassed }, options);
      return writePage(html, since, options);
    });
  exampleVerb(
    quality,
    'show <check>',
    'show one check over time and the rows behind its last failure, by its name, its id or as model.name',
    'quality show fct_orders.unique_order_key',
  )
    .addOption(sinceOption())
    .action((check: string, { since, ...options }: ReportOptions) =>
      perform('quality.show', { check, sinceMs: since }, options),
    );
}

function sinceOption(): Option {
  return new Option('--since <duration>', 'how far back')
    .argParser(durationMs)
    .default(30 * 86_400_000, '30d');
}

async function writePage(file: string, sinceMs: number, options: VerbOptions): Promise<void> {
  const result = await ask('quality.report', { sinceMs, html: true }, options);
  const text = result.kind === 'documents' ? (result.documents[0]?.text ?? '') : '';
  const where = path.resolve(file);
  await writeFile(where, text).catch((error: unknown) => {
    throw cliErrors.error('CLI_FILE_UNWRITABLE', { message: messageOf(error), where });
  });
  process.stderr.write(`  wrote ${where}\n`);
}
