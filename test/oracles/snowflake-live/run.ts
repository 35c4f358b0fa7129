import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { systemClock } from '../../../lib/clock.ts';
import { messageOf } from '../../../lib/errors.ts';
import type { SnowflakeSettings } from '../../../warehouse/snowflake/settings.ts';
import { shopPlay } from '../../support/snowflake-plays.ts';
import { openDriver } from '../snowflake/driver.ts';
import type { Driver } from '../snowflake/driver.ts';
import type { Finding } from '../snowflake/findings.ts';
import { judge } from '../snowflake/judged.ts';
import { playDatabase, playFindings } from '../snowflake/played.ts';
import { truthFindings } from '../snowflake/truth.ts';
import { driverOptions, readAccount } from './account.ts';
import { CostCap } from './cost-cap.ts';
import { explainFindings } from './explained.ts';
import { makeOwnPlace } from './own-place.ts';
import type { OwnPlace } from './own-place.ts';

// The same on a real account: truth tables, all that the engine sends, EXPLAIN of every model, the warehouse suite.
//   npm run test:snowflake:live -- [--max-credits 1]

const creditsPerHour = 1;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { 'max-credits': { type: 'string', default: '1' } } });
  const maxCredits = Number(values['max-credits']);
  if (!(maxCredits > 0)) throw new Error('--max-credits: a number above 0');
  const name = `SHOPWAVE_TEST_${randomBytes(4).toString('hex').toUpperCase()}`;
  const account = await readAccount(process.env, name);
  if (account === undefined) {
    say(
      'SKIPPED: no account is named (SHOPWAVE_SNOWFLAKE_ACCOUNT and _USER, and how to log in; docs/snowflake.md).',
    );
    say('NOTHING WAS RUN AGAINST SNOWFLAKE.');
    return 0;
  }
  const cap = new CostCap({ maxCredits, creditsPerHour }, systemClock);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => cap.stop(`stopped by ${signal}`));
  await using admin = await openDriver(await driverOptions(account));
  await using place = await makeOwnPlace(admin, name, maxCredits);
  for (const note of place.notes) say(`note: ${note}`);
  const isRight = await runAll(account, place, cap, name);
  say(`at most ${cap.spent.toFixed(2)} of ${maxCredits} credits were spent`);
  if (cap.reached !== undefined) say(`STOPPED: ${cap.reached}. WHAT CAME AFTER IT WAS NOT TESTED.`);
  return isRight && cap.reached === undefined ? 0 : 1;
}

/** A session whose every statement asks the cap first. */
async function capped(account: SnowflakeSettings, database: string, cap: CostCap): Promise<Driver> {
  const driver = await openDriver({ ...(await driverOptions(account)), database, schema: 'PUBLIC' });
  return {
    [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
    ask: async (...statement) => {
      cap.mustHold();
      return await driver.ask(...statement);
    },
  };
}

async function runAll(
  account: SnowflakeSettings,
  place: OwnPlace,
  cap: CostCap,
  name: string,
): Promise<boolean> {
  const open = async (suffix: string): Promise<Driver> =>
    await capped(account, await place.database(suffix), cap);
  const truths = async (): Promise<Finding[]> => {
    await using driver = await open('TRUTH');
    return await truthFindings(driver);
  };
  const explained = async (): Promise<Finding[]> => {
    await using driver = await capped(account, `${name}_${playDatabase(shopPlay)}`, cap);
    return await explainFindings(driver);
  };
  const parts: ReadonlyArray<readonly [string, () => Promise<Finding[]>]> = [
    ['lines of the truth tables', truths],
    ['statements of the engine and the loader', () => playFindings(open, [])],
    ['models explained', explained],
  ];
  let isRight = true;
  for (const [what, find] of parts) {
    if (cap.reached === undefined) isRight = (await reported(what, find, cap)) && isRight;
  }
  return cap.reached === undefined ? (await runConformance(name, cap)) && isRight : false;
}

/** Real is real: there is no list of exceptions. */
async function reported(what: string, find: () => Promise<Finding[]>, cap: CostCap): Promise<boolean> {
  try {
    const findings = await find();
    if (cap.reached !== undefined) return false;
    const { right, complaints } = judge(findings, []);
    say(`Snowflake: ${findings.length} ${what}: ${right} right, ${complaints.length} complaints`);
    for (const complaint of complaints) say(complaint);
    return complaints.length === 0;
  } catch (error) {
    say(`Snowflake: ${what}: ${messageOf(error)}`);
    return false;
  }
}

async function runConformance(name: string, cap: CostCap): Promise<boolean> {
  const args = ['run', '--config', 'test/oracles/snowflake-live/vitest.config.ts', '--reporter=verbose'];
  const child = spawn('node_modules/.bin/vitest', args, {
    stdio: 'inherit',
    env: { ...process.env, SHOPWAVE_TEST_SNOWFLAKE_NAME: name },
  });
  const watch = setInterval(() => {
    if (cap.reached !== undefined) child.kill('SIGTERM');
  }, 1_000);
  try {
    return await new Promise<boolean>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code === 0));
    });
  } finally {
    clearInterval(watch);
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main();
