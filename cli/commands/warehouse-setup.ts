import process from 'node:process';
import { Option } from 'commander';
import type { Command } from 'commander';
import type { AccountFlags } from '../operations/warehouse-account.ts';
import type { SetupFlags } from '../operations/warehouse-setup.ts';
import { inPlace } from './in-place.ts';
import { print, verb, wholeNumber } from './verb.ts';
import type { VerbOptions } from './verb.ts';

type SetupOptions = VerbOptions & SetupFlags & AccountFlags;

/** `shopwave warehouse setup` and `check`: of a Snowflake account, whatever platform is up. */
export function addWarehouseSetup(warehouse: Command): void {
  const setup = verb(
    warehouse,
    'setup',
    'what a Snowflake account needs: shows the SQL, or runs it; see docs/snowflake.md',
  );
  withPlanOptions(setup)
    .addOption(new Option('--plan', 'print the SQL and connect to nothing; the default').conflicts('apply'))
    .option(
      '--apply',
      'run it, statement by statement; takes nothing away, and may be run any number of times',
    )
    .action(async (options: SetupOptions & { apply?: boolean }) => {
      const { runSetup, showSetup } = await import('../operations/warehouse-setup.ts');
      if (options.apply !== true) return print(await showSetup(options), options.output);
      const open = await opener(options);
      const result = await inPlace('warehouse setup', (how) => runSetup(options, { open, ...how }));
      print(result, options.output);
    });
  const check = verb(
    warehouse,
    'check',
    'in what a Snowflake account differs from the plan, and the SQL that mends it; exits 1 if in anything',
  );
  withPlanOptions(check)
    .option('--sql', 'print the mending SQL alone, as a script for review')
    .action(async (options: SetupOptions & { sql?: boolean }) => {
      const { checkAccount } = await import('../operations/warehouse-setup.ts');
      const open = await opener(options);
      const found = await inPlace('warehouse check', (how) => checkAccount(options, { open, ...how }));
      print(options.sql === true ? found.sql : found.rows, options.output);
      if (found.failure !== undefined) throw found.failure;
    });
}

async function opener(
  flags: AccountFlags,
): Promise<ReturnType<typeof import('../operations/warehouse-account.ts').accountOpener>> {
  const { accountOpener } = await import('../operations/warehouse-account.ts');
  return accountOpener(flags, process.env);
}

type Parse = (text: string) => unknown;

const addresses: Parse = (text) => text.split(',').map((each) => each.trim());

/** What the plan is made from; the environment has each as SHOPWAVE_SETUP_DATABASE and so on, for set-up and check alike. */
const planOptions: ReadonlyArray<readonly [flags: string, description: string, parse?: Parse]> = [
  ['--database <name>', 'name of the database; SHOPWAVE unless given'],
  ['--prefix <name>', 'before the names of roles and warehouses; SHOPWAVE unless given'],
  ['--edition <edition>', 'enterprise unless given; standard has no tags and no masking'],
  ['--monthly-credits <n>', 'shared out among the resource monitors', wholeNumber(10, 1_000_000)],
  ['--archive-role <arn>', 'role of AWS that may read the archive'],
  ['--archive-url <url>', 's3://bucket/prefix; with a role, SHOPWAVE_ARCHIVE unless given'],
  ['--pipeline-key <file>', 'public key (PEM) of the user that loads and transforms'],
  ['--pipeline-arn <arn>', 'role of AWS that this user is, instead of a key'],
  ['--semantic-key <file>', 'public key (PEM) of the semantic layer’s user'],
  ['--semantic-arn <arn>', 'role of AWS that this user is, instead of a key'],
  ['--allow-ip <cidrs>', 'where the two may log in from, with commas; anywhere unless given', addresses],
];

/** The plan's options, and who connects; alike for both verbs. */
function withPlanOptions(command: Command): Command {
  for (const [flags, description, parse] of planOptions) {
    const option = new Option(flags, description);
    const name = option.name().toUpperCase().replaceAll('-', '_');
    if (parse !== undefined) option.argParser(parse);
    command.addOption(option.env(`SHOPWAVE_SETUP_${name}`));
  }
  return command
    .option('--user <name>', 'who connects; SHOPWAVE_SNOWFLAKE_USER unless given')
    .option('--role <name>', 'as which role; ACCOUNTADMIN unless given')
    .option('--warehouse <name>', 'for what SHOW cannot tell; PREFIX_ADHOC unless given')
    .option('--private-key <file>', 'of who connects; SHOPWAVE_SNOWFLAKE_PRIVATE_KEY_PATH unless given');
}
