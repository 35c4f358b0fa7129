import process from 'node:process';
import { Option } from 'commander';
import type { Command } from 'commander';
import { performConfirmed, withConfirmation } from './confirm.ts';
import type { ConfirmOptions } from './confirm.ts';
import { readNamedValues, writeNamedValues } from './secrets-file.ts';
import { ask, perform, verb } from './verb.ts';
import type { VerbOptions } from './verb.ts';

interface GetOptions extends VerbOptions {
  readonly default?: string;
}

interface SetOptions extends VerbOptions {
  readonly description?: string;
  readonly json?: boolean;
}

interface ImportOptions extends VerbOptions {
  readonly actionOnExistingKey: string;
}

/** `shopwave variables ...` */
export function addVariables(program: Command): void {
  const variables = program.command('variables').description('values that tasks ask for by name');
  verb(variables, 'list', 'list the variables of the control store').action((options: VerbOptions) =>
    perform('variables.list', {}, options),
  );
  verb(variables, 'get <key>', 'print a variable, from wherever tasks would get it')
    .option('-d, --default <value>', 'what to print where there is none')
    .action((key: string, options: GetOptions) =>
      perform('variables.get', { key, default: options.default }, options),
    );
  verb(variables, 'set <key> <value>', 'keep a variable in the control store')
    .option('--description <text>', 'what it is for')
    .option('-j, --json', 'refuse a value that is no JSON')
    .action((key: string, value: string, { description, json, ...options }: SetOptions) =>
      perform('variables.set', { key, value, description, json }, options),
    );
  withConfirmation(verb(variables, 'delete <key>', 'remove a variable from the control store')).action(
    (key: string, options: ConfirmOptions) => performConfirmed('variables.delete', { key }, options),
  );
  verb(variables, 'import <file>', 'keep the variables of a JSON or YAML file')
    .addOption(
      new Option('-a, --action-on-existing-key <action>', 'what to do with those that are there')
        .choices(['overwrite', 'fail', 'skip'])
        .default('overwrite'),
    )
    .action(async (file: string, options: ImportOptions) => {
      const input = { variables: await readNamedValues(file), existing: options.actionOnExistingKey };
      await perform('variables.import', input, options);
    });
  verb(
    variables,
    'export <file>',
    'write the variables, secrets included, into a file that only you can read',
  ).action(async (file: string, options: VerbOptions) => {
    const count = await writeNamedValues(file, await ask('variables.export', {}, options), (text) => text);
    process.stderr.write(`  ${count} variables in ${file}\n`);
  });
}
