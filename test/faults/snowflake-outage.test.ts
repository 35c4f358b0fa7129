import { expect, test } from 'vitest';
import { loseCommit, meanwhile, removeStaged } from './snowflake/mischief.ts';
import { mustBeRetryable, refusalsOf } from './snowflake/refusal.ts';
import { mustBeTrue, openSnowflakeRig } from './snowflake/rig.ts';
import type { SnowflakeRig } from './snowflake/rig.ts';
import { badWeather } from './snowflake/weather.ts';

const patienceMs = 1_800_000;

test(
  'an account that is away now and then loses nothing and doubles nothing',
  async () => {
    await using rig = await openSnowflakeRig();
    for (const seed of [1, 2]) await startInBadWeather(rig, seed);
    await rig.mustStartWhole();
  },
  patienceMs,
);

async function startInBadWeather({ double, start }: SnowflakeRig, seed: number): Promise<void> {
  const troubles = badWeather(seed, 24).map((rule) => double.faults.add(rule));
  const finished = await start();
  double.faults.clear();
  expect(troubles.filter(({ struck }) => struck > 0).length, `seed ${seed}`).toBeGreaterThan(8);
  if (finished.code === 0) mustBeTrue(finished);
  else mustBeRetryable(finished);
}

test(
  'what others do to an account in the middle of the work is borne, or named',
  async () => {
    await using rig = await openSnowflakeRig();
    await lostReplies(rig);
    await exhaustedMonitor(rig);
    await alteredMart(rig);
    await rig.mustStartWhole();
  },
  patienceMs,
);

/** Replies to COMMIT are lost, the virtual warehouse is put to sleep, a staged file is gone: all in one start. */
async function lostReplies({ double, mustStartWhole }: SnowflakeRig): Promise<void> {
  const lost = [
    loseCommit(double, /^insert into _meta\.load_ledger/i, /"task":"load"/),
    loseCommit(double, /^insert into _meta\.loaded_batch/i, /"task":"load"/),
    loseCommit(double, /^insert into _meta\.staged_batch/i, /"task":"stage"/),
    loseCommit(double, /^insert into _meta\.publication values/i, /"publication":/),
  ];
  const cut = double.faults.add({ do: { kind: 'reset-midway' }, sql: /^copy into/i, after: 1 });
  const removed = meanwhile(double, /^copy into/i, removeStaged, 3);
  const suspend = (): string[] => ['alter warehouse SHOPWAVE_WH suspend'];
  const asleep = [
    meanwhile(double, /^copy into/i, suspend, 8),
    meanwhile(double, /^merge into staging|^insert into staging/i, suspend),
    meanwhile(double, /^create or replace table delta_\w+\.fct_orders/i, suspend),
  ];
  await mustStartWhole();
  expect(lost.map((struck) => struck())).toEqual([1, 1, 1, 1]);
  expect([cut, removed, ...asleep].map(({ struck }) => struck)).toEqual([1, 1, 1, 1, 1]);
  double.faults.clear();
}

/** The credits run out in the middle, and come back while the work is tried again; a command of one try names the reason. */
async function exhaustedMonitor({ double, command, mustStartWhole }: SnowflakeRig): Promise<void> {
  const exhausted = [
    'create or replace resource monitor cap with credit_quota = 0 triggers on 100 percent do suspend',
    'alter warehouse SHOPWAVE_WH set resource_monitor = cap',
  ];
  const raised = ['alter resource monitor cap set credit_quota = 1000'];
  const out = meanwhile(double, /^create or replace table/i, () => exhausted);
  const back = meanwhile(double, /^alter warehouse \S+ resume/i, () => raised, 2);
  await mustStartWhole();
  expect([out.struck, back.struck]).toEqual([1, 1]);
  await double.administer('alter resource monitor cap set credit_quota = 0');
  const refused = await command('transform', 'build');
  mustBeRetryable(refused);
  expect(refusalsOf(refused)).toEqual(['WAREHOUSE_QUOTA_EXCEEDED']);
  await double.administer(...raised);
}

/**
 * A column of a mart is dropped: the error names both, nothing is written to that mart while the others go on, and a full
 * refresh mends it.
 */
async function alteredMart({ double, start, command }: SnowflakeRig): Promise<void> {
  await double.administer('alter table shopwave.marts.fct_shipments drop column carrier');
  const rows = 'select count(*) as n, bit_xor(hash(s)) as contents from marts.fct_shipments as s';
  const before = await double.admin.query(rows);
  const failed = await start();
  expect(failed.code).toBe(1);
  const lines = failed.stderr.split('\n').filter((line) => line.includes('TRANSFORM_SCHEMA_CHANGED'));
  expect(lines.join('\n'), failed.stderr).toMatch(/fct_shipments.* new column carrier/);
  expect(await double.admin.query(rows)).toEqual(before);
  const mended = await command('transform', 'build', '--select', 'fct_shipments', '--full-refresh');
  expect(mended.code, mended.stderr).toBe(0);
}
