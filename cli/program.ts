import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import type { OutputConfiguration } from 'commander';
import { commandGroups } from './command-groups.ts';
import { packageRoot } from './config.ts';

/** The command tree. Of a group that is not wanted there is the name alone: most commands need one, `--help` none. */
export async function createProgram(
  output: OutputConfiguration = {},
  isWanted: (group: string) => boolean = () => true,
): Promise<Command> {
  const program = new Command('shopwave')
    .configureOutput(output)
    .description(
      'From a shop’s database to governed metrics: change capture, an audited star, a semantic layer.',
    )
    .version(packageVersion())
    .exitOverride()
    // An option belongs to the verb it follows: `backfill list -o json`.
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .showHelpAfterError('(see --help for the verbs and options)')
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false });
  for (const { name, about, load } of commandGroups) {
    if (isWanted(name)) (await load())(program);
    else program.command(name).description(about);
  }
  return program;
}

function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(path.join(packageRoot, 'package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '';
}
