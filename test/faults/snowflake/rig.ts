import { expect } from 'vitest';
import type { FailpointName } from '../../../lib/failpoint.ts';
import { createDataFolder, launch, parseSummary, run } from '../../support/command.ts';
import type { DataFolder, Finished } from '../../support/command.ts';
import { startSnowflakeDouble } from '../../support/snowflake-double/start.ts';
import type { SnowflakeDouble } from '../../support/snowflake-double/start.ts';
import { connectionTo } from '../../support/snowflake-double/environment.ts';
import { brokenChains, doubledNames, miscountedFiles, misplacedHead } from './sound.ts';

/** The whole platform in one folder, with its star in an account of its own. */
export interface SnowflakeRig extends AsyncDisposable {
  readonly double: SnowflakeDouble;
  readonly folder: DataFolder;
  /** The real command on this folder. */
  readonly command: (...args: readonly string[]) => Promise<Finished>;
  /** `start --once`, however it ends. */
  readonly start: () => Promise<Finished>;
  /** Runs the platform until the failpoint kills it. Its sessions stay open in the account, as on Snowflake. */
  readonly crash: (failpoint: FailpointName) => Promise<void>;
  /** A start that must succeed, with metrics equal to the simulator's truth and nothing lost or doubled. */
  readonly mustStartWhole: () => Promise<void>;
}

/** After so long without a word Snowflake rolls a transaction back, once it is in somebody's way. */
export const idleTransactionMs = 5 * 60_000;

const small = ['--backlog', '400', '--port', '0', '--warehouse', 'snowflake'];

export async function openSnowflakeRig(): Promise<SnowflakeRig> {
  const double = await startSnowflakeDouble();
  const folder = await createDataFolder();
  const env = connectionTo(double);
  const command = (...args: readonly string[]): Promise<Finished> =>
    run([...args, '--data-dir', folder.path], { env });
  const start = (): Promise<Finished> => command('start', '--once', '--json', ...small);
  return {
    double,
    folder,
    command,
    start,
    crash: async (failpoint) => {
      const running = launch(['start', '--tick', '1s', ...small, '--data-dir', folder.path], {
        env: { ...env, SHOPWAVE_CRASH_AT: failpoint },
      });
      const { stderr } = await running.finished;
      expect(running.child.signalCode, `${failpoint}:\n${stderr}`).toBe('SIGKILL');
    },
    mustStartWhole: async () => {
      mustBeTrue(await start());
      await mustBeSound(double);
    },
    [Symbol.asyncDispose]: async () => {
      await folder[Symbol.asyncDispose]();
      await double[Symbol.asyncDispose]();
    },
  };
}

/** It ended well, and its metrics equal the simulator's truth. */
export function mustBeTrue(finished: Finished): void {
  expect(finished.code, finished.stderr).toBe(0);
  const { metrics, rows } = parseSummary(finished);
  expect(Object.keys(metrics)).toEqual(['gmv', 'net_revenue', 'fulfilled_orders', 'refunds']);
  for (const [name, { value, truth }] of Object.entries(metrics)) {
    expect(value, name).toEqual(truth);
    expect(Number(value), name).toBeGreaterThan(0);
  }
  for (const [layer, count] of Object.entries(rows)) expect(count, layer).toBeGreaterThan(0);
}

/** Nothing is in the account twice, nothing is missing, and the double has understood everything. */
export async function mustBeSound(double: SnowflakeDouble): Promise<void> {
  expect(await miscountedFiles(double)).toEqual([]);
  expect(await doubledNames(double)).toEqual([]);
  expect(await brokenChains(double)).toEqual([]);
  expect(await misplacedHead(double)).toEqual([]);
  expect(double.strange).toEqual([]);
  expect(double.internalErrors).toEqual([]);
}
