import type { Command } from 'commander';
import { perform, verb, wholeNumber } from './verb.ts';
import type { VerbOptions } from './verb.ts';
import { addWarehouseSetup } from './warehouse-setup.ts';

/** `shopwave warehouse ...` */
export function addWarehouse(program: Command): void {
  const warehouse = program
    .command('warehouse')
    .description('the warehouse: ad-hoc reads, and the set-up of Snowflake');
  verb(warehouse, 'query <sql>', 'run one SELECT, for example "select * from marts.fct_orders limit 5"')
    .option('--limit <n>', 'at most so many rows', wholeNumber(1, 1_000_000), 1_000)
    .action((sql: string, options: VerbOptions & { limit: number }) =>
      perform('warehouse.query', { sql, limit: options.limit }, options),
    );
  addWarehouseSetup(warehouse);
}
