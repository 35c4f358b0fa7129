import { expect, test } from 'vitest';
import { AccountDouble } from './account-double.ts';
import { apply, check, everything, makeTables, planWith, readyAccount, wholePlan } from './setup-rig.ts';

const settings = {
  everything,
  nothing: {},
  standard: { ...everything, edition: 'standard' },
  'other names': { ...everything, database: 'shop_test', prefix: 'acme' },
};

test.each(Object.entries(settings))(
  'with %s, a set-up done twice is the same account, without a difference',
  async (_, input) => {
    const plan = planWith(input);
    const account = new AccountDouble();
    await apply(account, plan);
    const once = account.state.dump();
    await apply(account, plan);
    expect(account.state.dump()).toBe(once);
    expect(await check(account, plan)).toEqual([]);
  },
);

test('tables that the pipeline makes need nothing but their tags', async () => {
  const account = new AccountDouble();
  await apply(account, wholePlan);
  makeTables(account);
  const differences = await check(account, wholePlan);
  expect(differences.map(({ what }) => what)).toEqual([
    'tag SHOPWAVE._META.CLASSIFICATION on column SHOPWAVE.STAGING.STG_SHOP__CUSTOMERS__STATE.EMAIL_TOKEN',
    'tag SHOPWAVE._META.CLASSIFICATION on column SHOPWAVE.STAGING.STG_SHOP__CUSTOMERS__STATE.CITY',
    'tag SHOPWAVE._META.CLASSIFICATION on column SHOPWAVE.STAGING.STG_SHOP__CUSTOMERS__STATE.POSTAL_CODE',
    'tag SHOPWAVE._META.CLASSIFICATION on column SHOPWAVE.MARTS.DIM_CUSTOMER.CITY',
  ]);
  await apply(account, wholePlan);
  expect(await check(account, wholePlan)).toEqual([]);
});

test('an account whose tables were there first is brought in line by the set-up', async () => {
  const account = new AccountDouble();
  account.run(
    'create role if not exists SHOPWAVE_PIPELINE',
    'create database if not exists SHOPWAVE',
    ...['RAW', '_META', 'MARTS'].map((schema) => `create schema if not exists SHOPWAVE.${schema}`),
    'create transient schema if not exists SHOPWAVE.STAGING',
  );
  makeTables(account);
  await apply(account, wholePlan);
  expect(await check(account, wholePlan)).toEqual([]);
  expect(account.state.mustHave('table', 'SHOPWAVE.RAW.SHOP__CUSTOMERS').owner).toBe('SHOPWAVE_LOADER');
});

test('what changed by hand is what the plan says after one more set-up', async () => {
  const account = await readyAccount();
  const planned = account.state.dump();
  account.run(
    'alter warehouse SHOPWAVE_TRANSFORM set warehouse_size = LARGE',
    "alter schema SHOPWAVE.MARTS set comment = 'mine'",
    'alter schema SHOPWAVE.RAW disable managed access',
    'revoke usage on schema SHOPWAVE.MARTS from role SHOPWAVE_ANALYST',
  );
  expect(account.state.dump()).not.toBe(planned);
  await apply(account, wholePlan);
  expect(account.state.dump()).toBe(planned);
});

test('a run that is cut off goes on where it stopped', async () => {
  const account = new AccountDouble();
  let left = 57;
  const cut = {
    query: account.query,
    execute: (sql: string) =>
      left-- > 0 ? account.execute(sql) : Promise.reject(new Error('the line is cut')),
  };
  await expect(apply(Object.assign(new AccountDouble(), cut), wholePlan)).rejects.toMatchObject({
    code: 'WAREHOUSE_SETUP_FAILED',
    message: 'the line is cut',
    where: expect.stringMatching(/^Database and layers, statement \d+ of \d+: (create|alter|grant) /),
  });
  await apply(account, wholePlan);
  expect(await check(account, wholePlan)).toEqual([]);
});
