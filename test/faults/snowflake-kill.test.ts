import { expect, test } from 'vitest';
import type { FailpointName } from '../../lib/failpoint.ts';
import { idleTransactionMs, openSnowflakeRig } from './snowflake/rig.ts';

/** Where the client is killed in the middle of a transaction, which stays open in the account with its locks. */
const inTransaction: ReadonlySet<FailpointName> = new Set([
  'load.inside',
  'load.recorded',
  'stage.inside',
  'publish.after_cas',
  'publish.inside',
]);

const onFirstLoad: readonly FailpointName[] = [
  'load.inside',
  'load.recorded',
  'stage.inside',
  'publish.inside',
  'publish.after_commit',
];
const onChanges: readonly FailpointName[] = [
  'load.inside',
  'build.before_audit',
  'publish.after_cas',
  'publish.inside',
  'publish.after_commit',
];

/**
 * First while there is nothing yet (the first load, the first publication), then on changes. One folder and one account go
 * through all of them, so that what one crash leaves behind meets the next.
 */
test('killed at every named place in turn, nothing is lost and nothing doubled in Snowflake', async () => {
  await using rig = await openSnowflakeRig();
  const { double } = rig;
  for (const failpoint of [...onFirstLoad, ...onChanges]) {
    await rig.crash(failpoint);
    if (inTransaction.has(failpoint)) expect(double.admin.openTransactions(), failpoint).toBeGreaterThan(0);
    double.clock.pass(idleTransactionMs);
  }
  await rig.mustStartWhole();
}, 1_500_000);
