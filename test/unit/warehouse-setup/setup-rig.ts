import { generateKeyPairSync } from 'node:crypto';
import { ignoreProgress } from '../../../lib/progress.ts';
import { applySetup } from '../../../warehouse/snowflake/setup/apply.ts';
import { checkSetup } from '../../../warehouse/snowflake/setup/check/check.ts';
import type { Difference } from '../../../warehouse/snowflake/setup/check/compare.ts';
import { planSetup } from '../../../warehouse/snowflake/setup/plan/plan.ts';
import type { Plan } from '../../../warehouse/snowflake/setup/plan/plan.ts';
import { setupSettings } from '../../../warehouse/snowflake/setup/settings.ts';
import { AccountDouble } from './account-double.ts';
import type { AccountState } from './account-state.ts';

/** Made anew for each run of the tests; its private half is thrown away. */
const publicKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .publicKey.export({ type: 'spki', format: 'der' })
  .toString('base64');

/** Settings with everything in them that a plan may have. */
export const everything = {
  archive: {
    url: 's3://shopwave-archive/prod',
    roleArn: 'arn:aws:iam::123456789012:role/shopwave-snowflake',
  },
  pipeline: { publicKey, workloadArn: 'arn:aws:iam::123456789012:role/shopwave-pipeline' },
  semantic: { publicKey },
  allowedIps: ['10.1.0.0/16', '192.0.2.7'],
} as const;

export function planWith(input: unknown): Plan {
  return planSetup(setupSettings.parse(input));
}

/** The plan of everything, for those who only read it. */
export const wholePlan: Plan = planWith(everything);

export async function apply(account: AccountDouble, plan: Plan): Promise<void> {
  await applySetup(account, plan, { onProgress: ignoreProgress });
}

export async function check(account: AccountDouble, plan: Plan): Promise<Difference[]> {
  return await checkSetup(account, plan, { onProgress: ignoreProgress });
}

/** Runs the SQL of differences, which must be able to mend each of them. */
export function mend(account: AccountDouble, differences: readonly Difference[]): void {
  for (const { sql } of differences) account.run(...sql);
}

/** Tables as the pipeline makes them. */
export function makeTables(account: AccountDouble, maker = 'SHOPWAVE_PIPELINE'): void {
  const make = (type: 'table' | 'view', name: string, columns: readonly string[]): void =>
    account.state.relation(type, `SHOPWAVE.${name}`, columns, maker);
  make('table', 'RAW.SHOP__CUSTOMERS', ['DATA', '_OP', '_POSITION']);
  make('table', 'STAGING.STG_SHOP__CUSTOMERS__STATE', ['CUSTOMER_ID', 'EMAIL_TOKEN', 'CITY', 'POSTAL_CODE']);
  make('view', 'STAGING.STG_SHOP__CUSTOMERS', ['CUSTOMER_ID', 'EMAIL_TOKEN', 'CITY', 'POSTAL_CODE']);
  make('table', 'MARTS.DIM_CUSTOMER', ['CUSTOMER_KEY', 'COUNTRY', 'CITY']);
  make('table', 'MARTS.FCT_ORDERS', ['ORDER_ID']);
  make('table', '_META.HEAD', ['VERSION', 'EPOCH']);
}

/** An account with the plan applied before any table was made, and again after; each caller's own. */
export async function readyAccount(): Promise<AccountDouble> {
  ready ??= makeReady();
  return new AccountDouble((await ready).copy());
}

let ready: Promise<AccountState> | undefined;

async function makeReady(): Promise<AccountState> {
  const account = new AccountDouble();
  await apply(account, wholePlan);
  makeTables(account);
  await apply(account, wholePlan);
  return account.state;
}
