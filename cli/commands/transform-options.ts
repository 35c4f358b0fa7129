import { createRequire } from 'node:module';
import path from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { messageOf } from '../../lib/errors.ts';
import { indirectModes } from '../../transforms/engine/select/selection.ts';
import type { SelectionInput } from '../transform/selection.ts';
import { verb, wholeNumber } from './verb.ts';
import type { VerbOptions } from './verb.ts';

/** dbt's options that say how the project is read. */
export interface ReadingOptions extends VerbOptions {
  readonly vars?: Record<string, unknown>;
  readonly target?: string;
}

/** dbt's options that say which nodes a verb is about. */
export interface SelectOptions extends ReadingOptions {
  readonly select?: string[];
  readonly exclude?: string[];
  readonly selector?: string;
  readonly indirectSelection?: SelectionInput['indirectSelection'];
  readonly state?: string;
}

/** Options of verbs that compute. */
export interface WorkOptions extends SelectOptions {
  readonly fullRefresh?: boolean;
  readonly threads?: number;
  readonly dryRun?: boolean;
}

/** A verb with an example in its help. */
export function exampleVerb(
  group: Command,
  signature: string,
  description: string,
  example: string,
): Command {
  return verb(group, signature, description).addHelpText('after', `\nExample:\n  $ shopwave ${example}`);
}

/** `--vars` and `--target`. */
export function withReading(command: Command): Command {
  return command
    .option('--vars <yaml>', "values over the project's vars, such as '{business_timezone: UTC}'", yamlObject)
    .option('--target <name>', 'an output of profiles.yml; decides the engine that SQL is rendered for');
}

/** `--select` and its like, alike on every verb that has them. */
export function withSelection(command: Command): Command {
  return withReading(
    command
      .option(
        '-s, --select <selector...>',
        'only these nodes: name, +name, name+, tag:x, state:modified+, ... as in dbt',
      )
      .option('--exclude <selector...>', 'leave these nodes out')
      .option('--selector <name>', 'a named selection of selectors.yml')
      .addOption(
        new Option('--indirect-selection <mode>', 'which tests come with selected models').choices(
          indirectModes,
        ),
      )
      .option('--state <folder>', 'artifacts of an earlier run, for state: and result:'),
  );
}

export function withThreads(command: Command): Command {
  return command.option('--threads <n>', 'models or statements side by side', wholeNumber(1, 64));
}

export function withDryRun(command: Command): Command {
  return command.option('--dry-run', 'compute and check everything, publish nothing');
}

/** What travels of a verb's selection; paths are made absolute, for whoever carries it out stands elsewhere. */
export function selectionInput(options: SelectOptions): SelectionInput {
  const { select, exclude, selector, indirectSelection, state, vars, target } = options;
  return {
    select,
    exclude,
    selector,
    indirectSelection,
    state: state === undefined ? undefined : path.resolve(state),
    vars,
    target,
  };
}

/** What travels of a verb that computes. */
export function workInput(options: WorkOptions): object {
  const { fullRefresh = false, threads, dryRun = false } = options;
  return { ...selectionInput(options), fullRefresh, threads, dryRun };
}

/** Reads an option that holds a YAML mapping. */
export function yamlObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    // Loaded only for who writes YAML: every command would start later.
    const { parse }: typeof import('yaml') = createRequire(import.meta.url)('yaml');
    value = parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`It is no YAML: ${messageOf(error)}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new InvalidArgumentError("Expected a YAML mapping, for example '{business_timezone: UTC}'.");
}
