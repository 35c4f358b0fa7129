import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { Option } from 'commander';
import type { Command } from 'commander';
import { messageOf } from '../../lib/errors.ts';
import { cliErrors } from '../errors.ts';
import { perform, verb, wholeNumber } from './verb.ts';
import type { VerbOptions } from './verb.ts';
import { addWarehouseSetup } from './warehouse-setup.ts';

type QueryOptions = VerbOptions & { readonly limit: number; readonly file?: string };

/** `shopwave warehouse ...` */
export function addWarehouse(program: Command): void {
  const warehouse = program
    .command('warehouse')
    .description('the warehouse: ad-hoc reads, and the set-up of Snowflake');
  const query = verb(
    warehouse,
    'query [sql]',
    'run one SELECT, for example "select * from marts.fct_orders limit 5"',
  )
    .addOption(new Option('--file <file>', 'read the SELECT from a file; - is standard input'))
    .option('--limit <n>', 'at most so many rows', wholeNumber(1, 1_000_000), 1_000)
    .action(async (sql: string | undefined, { file, limit, ...options }: QueryOptions) => {
      if ((sql === undefined) === (file === undefined))
        query.error("error: expected either the argument 'sql' or the option '--file <file>'");
      await perform('warehouse.query', { sql: sql ?? (await readSql(file ?? '-')), limit }, options);
    });
  takeCommentsAsSql(query);
  addWarehouseSetup(warehouse);
}

/** SQL that begins with a comment looks like an option; behind a line break it does not. */
function takeCommentsAsSql(query: Command): void {
  const parse = query.parseOptions.bind(query);
  query.parseOptions = (args) => parse(args.map((each) => (/^--\s/.test(each) ? `\n${each}` : each)));
}

async function readSql(file: string): Promise<string> {
  if (file === '-') return await text(process.stdin);
  return await readFile(file, 'utf8').catch((error: unknown) => {
    throw cliErrors.error('CLI_FILE_UNREADABLE', { message: messageOf(error), where: file });
  });
}
