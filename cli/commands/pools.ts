import process from 'node:process';
import type { Command } from 'commander';
import { performConfirmed, withConfirmation } from './confirm.ts';
import type { ConfirmOptions } from './confirm.ts';
import { readNamedValues, writeNamedValues } from './secrets-file.ts';
import { ask, perform, verb, wholeNumber } from './verb.ts';
import type { VerbOptions } from './verb.ts';

/** `shopwave pools ...` */
export function addPools(program: Command): void {
  const pools = program.command('pools').description('slots that tasks of all DAGs share');
  verb(pools, 'list', 'list the pools').action((options: VerbOptions) => perform('pools.list', {}, options));
  verb(pools, 'get <pool>', 'show a pool').action((pool: string, options: VerbOptions) =>
    perform('pools.get', { pool }, options),
  );
  verb(pools, 'set', 'create a pool, or change it')
    .argument('<pool>', 'its name')
    .argument('<slots>', 'how many tasks may run at once', wholeNumber(0, 1_000_000))
    .argument('[description]', 'what it is for')
    .action((pool: string, slots: number, description: string | undefined, options: VerbOptions) =>
      perform('pools.set', { pool, slots, description }, options),
    );
  withConfirmation(verb(pools, 'delete <pool>', 'remove a pool; tasks that name it wait')).action(
    (pool: string, options: ConfirmOptions) => performConfirmed('pools.delete', { pool }, options),
  );
  verb(pools, 'import <file>', 'create or change the pools of a JSON or YAML file').action(
    async (file: string, options: VerbOptions) =>
      await perform('pools.import', { pools: await readNamedValues(file) }, options),
  );
  verb(pools, 'export <file>', 'write all pools into a file').action(
    async (file: string, options: VerbOptions) => {
      const exported = await ask('pools.export', {}, options);
      const count = await writeNamedValues(file, exported, (text) => JSON.parse(text) as unknown);
      process.stderr.write(`  ${count} pools in ${file}\n`);
    },
  );
}
