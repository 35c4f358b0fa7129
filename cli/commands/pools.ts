import type { Command } from 'commander';
import { perform, verb, wholeNumber } from './verb.ts';
import type { VerbOptions } from './verb.ts';

/** `shopwave pools ...` */
export function addPools(program: Command): void {
  const pools = program.command('pools').description('slots that tasks of all DAGs share');
  verb(pools, 'list', 'list the pools').action((options: VerbOptions) => perform('pools.list', {}, options));
  const set = verb(
    pools,
    'set <pool> <slots> [description]',
    'create a pool, or change it',
  ).allowExcessArguments(false);
  set.action((pool: string, slots: string, description: string | undefined, options: VerbOptions) =>
    perform('pools.set', { pool, slots: wholeNumber(0, 1_000_000)(slots), description }, options),
  );
  verb(pools, 'delete <pool>', 'remove a pool; tasks that name it wait').action(
    (pool: string, options: VerbOptions) => perform('pools.delete', { pool }, options),
  );
}
