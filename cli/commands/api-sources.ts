import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { apiSources } from '../api-source-names.ts';
import { perform, verb } from './verb.ts';
import type { VerbOptions } from './verb.ts';

interface ReadOptions extends VerbOptions {
  readonly streams?: string[];
}

interface BackfillOptions extends ReadOptions {
  readonly from: string;
  readonly to: string;
  readonly dryRun?: boolean;
}

/** `shopwave sources stripe ...` and its siblings, alike for every source that is read through an API. */
export function addApiSources(sources: Command): void {
  for (const source of apiSources) {
    const group = sources.command(source).description(`${source}: read through its API`);
    verb(group, 'check', 'credentials, rights and version; reads nothing into the archive').action(
      (options: VerbOptions) => perform('sources.api.check', { source }, options),
    );
    verb(group, 'status', 'per stream: complete up to when, by which batch').action((options: VerbOptions) =>
      perform('sources.api.status', { source }, options),
    );
    verb(group, 'extract', 'read what changed since the last run, and load it')
      .option('--streams <stream...>', 'only these')
      .addOption(
        new Option('--mode <mode>', 'reconcile: also what changes without a trace')
          .choices(['incremental', 'reconcile'])
          .default('incremental'),
      )
      .action(({ streams, mode, ...options }: ReadOptions & { mode: string }) =>
        perform('sources.api.extract', { source, streams, mode }, options),
      );
    verb(group, 'backfill', 'read a past window again, whole or not at all, and load it')
      .requiredOption('--from <time>', 'such as 2026-01-01', isoTime)
      .requiredOption('--to <time>', 'not in the window any more', isoTime)
      .option('--streams <stream...>', 'only these')
      .option('--dry-run', 'only say what would be read')
      .action(({ streams, from, to, dryRun = false, ...options }: BackfillOptions) =>
        perform('sources.api.backfill', { source, streams, from, to, dryRun }, options),
      );
  }
}

function isoTime(text: string): string {
  const ms = Date.parse(text);
  if (!Number.isNaN(ms)) return new Date(ms).toISOString();
  throw new InvalidArgumentError('Write a date or an ISO 8601 time: 2026-01-01, 2026-01-01T06:00:00Z.');
}
