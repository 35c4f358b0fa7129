import { expect, test } from 'vitest';
import { createDataFolder, parseSummary, run } from '../support/command.ts';
import type { StartSummary } from '../support/command.ts';
import { startSnowflakeDouble } from '../support/snowflake-double/start.ts';
import { connectionTo } from '../support/snowflake-double/environment.ts';

const small = ['--once', '--json', '--backlog', '2000', '--port', '0'];

/** Every metric equals the truth, and there is something to compare. */
function expectTruth({ metrics }: StartSummary): void {
  expect(Object.keys(metrics)).toEqual(['gmv', 'net_revenue', 'fulfilled_orders', 'refunds']);
  for (const [name, { value, truth }] of Object.entries(metrics)) {
    expect(Number(value), name).toBeGreaterThan(0);
    expect(value, name).toEqual(truth);
  }
}

test('start --once on Snowflake gives the metrics that are true, and goes on from there', async () => {
  await using double = await startSnowflakeDouble();
  await using folder = await createDataFolder();
  const dir = ['--data-dir', folder.path];
  const env = connectionTo(double);
  const started = await run(['start', ...small, '--warehouse', 'snowflake', ...dir], { env });
  expect(started.code, started.stderr).toBe(0);
  expectTruth(parseSummary(started));
  expect(double.statements.length).toBeGreaterThan(100);
  const untagged = double.statements.filter(({ tag }) => !/"app":"shopwave"/.test(tag));
  expect(untagged.map(({ sql }) => sql.slice(0, 80))).toEqual([]);
  expect(double.strange).toEqual([]);
  expect(double.internalErrors).toEqual([]);
  expect(double.openSessions()).toBe(0);

  // The folder remembers where its star is.
  const gmv = await run(['metrics', 'query', 'gmv', '-o', 'plain', ...dir], { env });
  expect(gmv.code, gmv.stderr).toBe(0);
  const fresh = await run(['start', '--fresh', '--warehouse', 'duckdb', ...small, ...dir], { env });
  expect([fresh.code, fresh.stderr]).toEqual([1, expect.stringContaining('CLI_FRESH_REFUSED')]);
  const again = await run(['start', ...small, ...dir], { env });
  expect(again.code, again.stderr).toBe(0);
  expectTruth(parseSummary(again));
});
