import type { Command } from 'commander';
import { perform, verb, wholeNumber } from './verb.ts';
import type { VerbOptions } from './verb.ts';

/** `shopwave warehouse ...` */
export function addWarehouse(program: Command): void {
  const warehouse = program.command('warehouse').description('the warehouse, read-only');
  verb(warehouse, 'query <sql>', 'run one SELECT, for example "select * from marts.fct_orders limit 5"')
    .option('--limit <n>', 'at most so many rows', wholeNumber(1, 1_000_000), 1_000)
    .action((sql: string, options: VerbOptions & { limit: number }) =>
      perform('warehouse.query', { sql, limit: options.limit }, options),
    );
}
