import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AccountDouble } from './account-double.ts';
import type { AccountState, Right, Thing } from './account-state.ts';
import { check, mend, readyAccount, wholePlan } from './setup-rig.ts';

const systems = new Set(['ACCOUNTADMIN', 'SECURITYADMIN', 'SYSADMIN', 'PUBLIC', 'SOMEBODY']);

/** Everything that the set-up made; tables are the pipeline's. */
function planned(account: AccountDouble): Thing[] {
  return [...account.state.things.values()].filter(
    ({ type, name }) => !systems.has(name) && type !== 'table' && type !== 'view',
  );
}

/** Takes an object away with all that is in it, is said of it, or leads to it. */
function drop(state: AccountState, { type, name }: Thing): void {
  const isGone = (each: string): boolean => each === name || each.startsWith(`${name}.`);
  for (const [key, thing] of state.things) {
    const isInside = thing.type !== 'role' && thing.type !== 'user' && thing.name.startsWith(`${name}.`);
    if (isInside || (thing.type === type && thing.name === name)) state.things.delete(key);
  }
  for (const table of state.columns.keys()) if (isGone(table)) state.columns.delete(table);
  const isOfType = (on: string): boolean =>
    on === type || type.endsWith(on) || ['database', 'schema'].includes(type);
  state.rights = state.rights.filter(
    (each) => !(isOfType(each.on) && isGone(each.name)) && !(type === 'role' && each.grantee === name),
  );
  state.futures = state.futures.filter(
    (each) => !isGone(each.name) && !(type === 'role' && each.role === name),
  );
  state.members = state.members.filter(
    (each) => !(type === 'role' && each.role === name) && !(each.to === type && each.name === name),
  );
  state.tags = state.tags.filter((each) => !isGone(each.name) && each.tag !== name);
  state.tagPolicies = state.tagPolicies.filter((each) => each.tag !== name && each.policy !== name);
}

test('any one object that is dropped is found, with nothing that has no part in it, and is mended', async () => {
  const all = planned(await readyAccount());
  expect(all.length).toBeGreaterThan(30);
  for (const { type, name } of all) {
    const account = await readyAccount();
    const things = [...account.state.things.values()];
    drop(account.state, { type, name, owner: '', set: new Map() });
    // Its owner may be the role that is gone: there is no owner then, and the account shows another.
    for (const thing of things) if (type === 'role' && thing.owner === name) thing.owner = 'SYSADMIN';
    const found = await check(account, wholePlan);
    expect(found[0]).toMatchObject({ kind: 'missing', what: `${type} ${name}` });
    const isPart = ({ what, wanted }: (typeof found)[number]): boolean =>
      what.includes(name) || wanted === name;
    expect(found.filter((each) => !isPart(each))).toEqual([]);
    mend(account, found);
    // A tag that is made anew is on no column yet.
    expect(await check(account, wholePlan), `${type} ${name}`).toEqual([]);
  }
});

/** Another value of a property, as somebody could set it. */
function another(value: string): string {
  if (/^\d+$/.test(value)) return String(Number(value) + 1);
  if (/^(true|false)$/.test(value)) return String(value === 'false');
  if (value.startsWith('triggers') || value.startsWith('on ')) return value.replace('75', '50');
  if (value.startsWith('on')) return value;
  if (value.startsWith('(type = aws')) return value.replace('shopwave-', 'else-');
  if (value.startsWith('(')) return "('s3://elsewhere/', '0.0.0.0/0')";
  if (value.startsWith("'")) return "'internal', 'personal'";
  if (value.startsWith('MII')) return 'AAAA';
  return { XSMALL: 'LARGE', LARGE: 'SMALL', MONTHLY: 'DAILY', GZIP: 'NONE' }[value] ?? `${value}_ELSE`;
}

const byHand = new Set([
  'schema transient',
  'storage integration type',
  'storage integration storage_provider',
  'file format type',
  'masking policy signature',
  'masking policy return_type',
]);
/** What only CREATE knows. */
const unseen = new Set(['initially_suspended', 'start_timestamp']);
const planName: Readonly<Record<string, string>> = { managed: 'managed_access' };

test('any one property that is altered is found, alone, and is mended or said to be for hands', async () => {
  const account = await readyAccount();
  const before = account.state.dump();
  let altered = 0;
  for (const thing of planned(account)) {
    for (const [name, value] of thing.set) {
      if (unseen.has(name)) continue;
      altered += 1;
      const other = another(value);
      expect(other).not.toBe(value);
      thing.set.set(name, other);
      const label = `${thing.type} ${thing.name}: ${planName[name] ?? name}`;
      const found = await check(account, wholePlan);
      expect(found.map(({ kind, what }) => `${kind} ${what}`)).toEqual([`differs ${label}`]);
      if (byHand.has(`${thing.type} ${name}`)) {
        expect(found[0], label).toMatchObject({ sql: [], byHand: expect.stringContaining('anew') });
        thing.set.set(name, value);
      } else {
        expect(found[0]?.sql.length, label).toBeGreaterThan(0);
        mend(account, found);
      }
      // A restarted month is the price of mending its length.
      thing.set.delete('start_timestamp');
      if (thing.type === 'resource monitor') thing.set.set('start_timestamp', 'immediately');
      expect(account.state.dump(), label).toBe(before);
    }
  }
  expect(altered).toBeGreaterThan(100);
});

test('any one owner that is another is found, alone, and is mended', async () => {
  const account = await readyAccount();
  const before = account.state.dump();
  const owned = [...account.state.things.values()].filter(({ owner }) => owner.startsWith('SHOPWAVE_'));
  expect(owned.length).toBeGreaterThan(20);
  for (const thing of owned) {
    const { owner } = thing;
    thing.owner = 'SYSADMIN';
    const found = await check(account, wholePlan);
    expect(found).toMatchObject([{ kind: 'differs', found: 'SYSADMIN', wanted: owner }]);
    mend(account, found);
    expect(account.state.dump()).toBe(before);
  }
});

/** Lists of the account in which each entry is one fact. */
const facts = ['rights', 'futures', 'members', 'tags', 'tagPolicies'] as const;

test.each(facts)('any one of the %s that is taken away is found, alone, and is mended', async (list) => {
  const account = await readyAccount();
  const before = account.state.dump();
  const { length } = account.state[list];
  for (let at = 0; at < length; at += 1) {
    const [gone] = account.state[list].splice(0, 1);
    const found = await check(account, wholePlan);
    expect(found, JSON.stringify(gone)).toMatchObject([{ kind: 'missing' }]);
    mend(account, found);
    expect(account.state.dump(), JSON.stringify(gone)).toBe(before);
  }
});

test('the value of any tag that is another is found, alone, and is mended', async () => {
  const account = await readyAccount();
  const before = account.state.dump();
  for (const tag of account.state.tags) {
    const at = account.state.tags.indexOf(tag);
    const other = tag.value === 'internal' ? 'personal' : 'internal';
    account.state.tags = account.state.tags.with(at, { ...tag, value: other });
    const found = await check(account, wholePlan);
    expect(found).toMatchObject([{ kind: 'differs', found: other, wanted: tag.value }]);
    mend(account, found);
    expect(account.state.dump()).toBe(before);
  }
});

const roles = ['LOADER', 'TRANSFORMER', 'PIPELINE', 'SEMANTIC', 'ANALYST'].map((role) => `SHOPWAVE_${role}`);
const schemas = ['RAW', 'STAGING', 'MARTS', '_META', 'FEED', 'DELTA'].map((schema) => `SHOPWAVE.${schema}`);

/** A statement that gives somebody a right on what is the platform's. */
const gift = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('usage', 'create table', 'create view'),
      fc.constantFrom(...schemas),
      fc.constantFrom(...roles, 'PUBLIC', 'REPORTING'),
    )
    .map(([privilege, schema, role]) => `grant ${privilege} on schema ${schema} to role ${role}`),
  fc
    .tuple(
      fc.constantFrom('select', 'insert', 'update', 'delete', 'truncate'),
      fc.constantFrom(
        'RAW.SHOP__CUSTOMERS',
        'STAGING.STG_SHOP__CUSTOMERS__STATE',
        'MARTS.FCT_ORDERS',
        '_META.HEAD',
      ),
      fc.constantFrom(...roles, 'PUBLIC'),
    )
    .map(([privilege, table, role]) => `grant ${privilege} on table SHOPWAVE.${table} to role ${role}`),
  fc
    .tuple(
      fc.constantFrom('select', 'insert'),
      fc.constantFrom(...schemas),
      fc.constantFrom(...roles, 'PUBLIC', 'REPORTING'),
    )
    .map(
      ([privilege, schema, role]) =>
        `grant ${privilege} on future tables in schema ${schema} to role ${role}`,
    ),
  fc
    .tuple(fc.constantFrom(...roles), fc.constantFrom(...roles, 'PUBLIC'))
    .filter(([role, to]) => role !== to)
    .map(([role, to]) => `grant role ${role} to role ${to}`),
  fc.constantFrom(
    'grant select on future tables in database SHOPWAVE to role SHOPWAVE_ANALYST',
    'grant manage grants on account to role SHOPWAVE_TRANSFORMER',
    'grant usage on database SHOPWAVE to share PARTNER',
    'grant operate on warehouse SHOPWAVE_ADHOC to role SHOPWAVE_ANALYST',
    'grant usage on warehouse SHOPWAVE_TRANSFORM to role REPORTING',
    'grant role SHOPWAVE_LOADER to role REPORTING',
    'grant role SHOPWAVE_PIPELINE to user SOMEBODY',
    'grant role SYSADMIN to role SHOPWAVE_ANALYST',
    'grant usage on integration SHOPWAVE_ARCHIVE to role REPORTING',
    'grant write on stage SHOPWAVE._META.LANDING to role SHOPWAVE_ANALYST',
  ),
);

test('any right too much is found, alone, and is taken away; one that is planned is none', async () => {
  await fc.assert(
    fc.asyncProperty(gift, async (sql) => {
      const account = await readyAccount();
      account.run('create role if not exists REPORTING');
      const before = account.state.dump();
      account.run(sql);
      const found = await check(account, wholePlan);
      const excess = { kind: 'too much', found: 'is there', sql: [expect.stringMatching(/^revoke /)] };
      expect(found).toMatchObject(account.state.dump() === before ? [] : [excess]);
      mend(account, found);
      expect(account.state.dump()).toBe(before);
    }),
    { numRuns: 150 },
  );
});

test('a right that its role may hand on is found and taken back to a plain one', async () => {
  const account = await readyAccount();
  const before = account.state.dump();
  const grant = (each: Right): boolean => each.grantee === 'SHOPWAVE_ANALYST' && each.privilege === 'SELECT';
  account.state.rights = account.state.rights.map((each) =>
    grant(each) ? { ...each, isGrantable: true } : each,
  );
  const found = await check(account, wholePlan);
  expect(found.map(({ sql }) => sql)).toEqual([
    ['revoke grant option for select on table SHOPWAVE.MARTS.DIM_CUSTOMER from role SHOPWAVE_ANALYST'],
    ['revoke grant option for select on table SHOPWAVE.MARTS.FCT_ORDERS from role SHOPWAVE_ANALYST'],
  ]);
  mend(account, found);
  expect(account.state.dump()).toBe(before);
});

test('what is no business of the plan is left alone', async () => {
  const account = await readyAccount();
  account.run(
    'create role if not exists REPORTING',
    'create warehouse if not exists COMPANY warehouse_size = SMALL',
    'create database if not exists OTHER',
    'create schema if not exists SHOPWAVE.MY_MODELS',
    // The company's own roles get marts by way of ours.
    'grant role SHOPWAVE_ANALYST to role REPORTING',
    'grant role SHOPWAVE_ANALYST to user SOMEBODY',
    'grant role SHOPWAVE_ADMIN to user SOMEBODY',
    'grant usage on warehouse COMPANY to role SHOPWAVE_ANALYST',
    'grant usage on database OTHER to role SHOPWAVE_ANALYST',
    // Snowflake's own administrators may take what they like anyway.
    'grant usage on schema SHOPWAVE.RAW to role SYSADMIN',
    'grant role SHOPWAVE_LOADER to role SECURITYADMIN',
  );
  expect(await check(account, wholePlan)).toEqual([]);
});

test('a tag that a column has from its schema is not taken for its own', async () => {
  const account = await readyAccount();
  const tag = 'SHOPWAVE._META.CLASSIFICATION';
  account.run(`alter schema SHOPWAVE.MARTS set tag ${tag} = 'restricted'`);
  expect(await check(account, wholePlan)).toEqual([]);
  const isCity = ({ name }: { readonly name: string }): boolean =>
    name === 'SHOPWAVE.MARTS.DIM_CUSTOMER.CITY';
  account.state.tags = account.state.tags.filter((each) => !isCity(each));
  expect(await check(account, wholePlan)).toMatchObject([{ kind: 'missing', wanted: 'internal' }]);
});

test('in which order an account shows a list is no difference', async () => {
  const account = await readyAccount();
  account.run("alter network policy SHOPWAVE_SERVICES set allowed_ip_list = ('192.0.2.7', '10.1.0.0/16')");
  account.run(
    "alter tag SHOPWAVE._META.CLASSIFICATION set allowed_values 'restricted', 'internal', 'personal'",
  );
  expect(await check(account, wholePlan)).toEqual([]);
});
