import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import type { OutputConfiguration } from 'commander';
import { addAssets } from './commands/assets.ts';
import { addBackfill } from './commands/backfill.ts';
import { addDb } from './commands/db.ts';
import { addCompletion } from './commands/completion.ts';
import { addDags } from './commands/dags.ts';
import { addDoctor } from './commands/doctor.ts';
import { addMetrics } from './commands/metrics.ts';
import { addArchive, addRetention } from './commands/archive.ts';
import { addPrivacy } from './commands/privacy.ts';
import { addQuarantine } from './commands/quarantine.ts';
import { addQuality } from './commands/quality.ts';
import { addRuns } from './commands/runs.ts';
import { addSchema } from './commands/schema.ts';
import { addSimulator } from './commands/simulator.ts';
import { addSources } from './commands/sources.ts';
import { addStart } from './commands/start.ts';
import { addStatus } from './commands/status.ts';
import { addPools } from './commands/pools.ts';
import { addTasks } from './commands/tasks.ts';
import { addTransform } from './commands/transform.ts';
import { addWarehouse } from './commands/warehouse.ts';
import { packageRoot } from './config.ts';

/** The whole command tree. Heavy modules are imported by the action that needs them: `--help` stays quick. */
export function createProgram(output: OutputConfiguration = {}): Command {
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
  for (const add of [
    addStart,
    addStatus,
    addDoctor,
    addDags,
    addRuns,
    addTasks,
    addBackfill,
    addPools,
    addAssets,
    addSources,
    addSchema,
    addQuarantine,
    addArchive,
    addRetention,
    addPrivacy,
    addTransform,
    addQuality,
    addMetrics,
    addWarehouse,
    addSimulator,
    addDb,
    addCompletion,
  ]) {
    add(program);
  }
  return program;
}

function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(path.join(packageRoot, 'package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '';
}
