import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { shopTables } from '../../../ingest/postgres/shop-tables.ts';
import { ensureRetentionSchema } from '../../../ingest/archive/retired-keys.ts';
import { ensureLoadSchema } from '../../../ingest/landing/raw-tables.ts';
import { ensureMeta } from '../../../transforms/engine/warehouse/meta-tables.ts';
import { snowflakeCapabilities } from '../../../warehouse/capabilities.ts';
import { keyOf } from '../../../warehouse/snowflake/setup/item.ts';
import { classify } from '../../../warehouse/snowflake/setup/plan/classification.ts';
import { schemaPlans } from '../../../warehouse/snowflake/setup/plan/schemas.ts';
import { publicKeyBody } from '../../../warehouse/snowflake/setup/public-key.ts';
import { setupSettings } from '../../../warehouse/snowflake/setup/settings.ts';
import { planText } from '../../../warehouse/snowflake/setup/text.ts';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import { everything, planWith, wholePlan } from './setup-rig.ts';

/** What the platform sends before its first row. */
async function schemasOfTheCode(): Promise<Map<string, boolean>> {
  const sent: string[] = [];
  const warehouse = {
    capabilities: snowflakeCapabilities,
    execute: (sql: string) => Promise.resolve(sent.push(sql)),
    // All rows that are looked for are there.
    query: () => Promise.resolve([{ head: 1, stage_head: 1, build_lease: 1, pruned: 1 }]),
  } as unknown as Warehouse;
  await ensureMeta(warehouse);
  await ensureLoadSchema(warehouse, 'shop', ['orders']);
  await ensureRetentionSchema(warehouse);
  const made = sent.flatMap((sql) => {
    const found = /^create (transient )?schema if not exists (\w+)/.exec(sql);
    return found === null ? [] : [[String(found[2]).toUpperCase(), found[1] !== undefined] as const];
  });
  return new Map(made);
}

test('each schema that the code makes is planned, and as transient as the code would make it', async () => {
  const code = await schemasOfTheCode();
  expect(code.size).toBeGreaterThan(6);
  const plans = new Map<string, boolean>(schemaPlans.map(({ name, isTransient }) => [name, isTransient]));
  for (const [name, isTransient] of code) expect([name, plans.get(name)]).toEqual([name, isTransient]);
});

/** Roles that a role has, and those that these have. */
function rolesOf(role: string): Set<string> {
  const all = new Set([role]);
  for (const each of all) {
    for (const item of wholePlan.items)
      if (item.item === 'membership' && item.to === 'role' && item.name === each) all.add(item.role);
  }
  return all;
}

/** Everything that a role may do, rights on what is to be made among it. */
function mayDo(role: string): string[] {
  const roles = rolesOf(`SHOPWAVE_${role}`);
  return wholePlan.items
    .filter((item) => (item.item === 'grant' || item.item === 'future grant') && roles.has(item.role))
    .map((item) => keyOf(item).replace(/ to (role )?\S+$/, ''));
}

test('analysts may read marts, on their own warehouse, and nothing else', () => {
  expect(mayDo('ANALYST').sort()).toEqual([
    'SELECT on future tables in schema SHOPWAVE.MARTS',
    'SELECT on future views in schema SHOPWAVE.MARTS',
    'USAGE on database SHOPWAVE',
    'USAGE on schema SHOPWAVE.MARTS',
    'USAGE on warehouse SHOPWAVE_ADHOC',
  ]);
});

test('the semantic layer reads marts and what version they are', () => {
  expect(
    mayDo('SEMANTIC')
      .filter((each) => !each.includes('MARTS'))
      .sort(),
  ).toEqual([
    'SELECT on future tables in schema SHOPWAVE._META',
    'SELECT on future views in schema SHOPWAVE._META',
    'USAGE on database SHOPWAVE',
    'USAGE on schema SHOPWAVE._META',
    'USAGE on warehouse SHOPWAVE_SEMANTIC',
  ]);
});

test('the loader has no right in a layer, the transformer none to write raw, the pipeline both', () => {
  expect(mayDo('LOADER').filter((each) => /STAGING|MARTS|INTERMEDIATE|FEED|DELTA/.test(each))).toEqual([]);
  expect(mayDo('TRANSFORMER').filter((each) => each.includes('.RAW'))).toEqual([
    'USAGE on schema SHOPWAVE.RAW',
    'SELECT on future tables in schema SHOPWAVE.RAW',
    'SELECT on future views in schema SHOPWAVE.RAW',
  ]);
  const both = new Set([...mayDo('LOADER'), ...mayDo('TRANSFORMER')]);
  expect(new Set(mayDo('PIPELINE'))).toEqual(both);
});

test('whatever is captured about a person is classified under the name that it lands with', () => {
  const landed = shopTables.flatMap(({ fields = {} }) =>
    Object.entries(fields).flatMap(([column, rule]) => [
      ...(rule.startsWith('subject') ? [column] : []),
      ...(rule.includes('token:') ? [`${column}_token`] : []),
    ]),
  );
  expect(landed).toEqual(['email', 'email_token']);
  for (const column of landed) expect([column, classify(column.toUpperCase())]).not.toContain(undefined);
});

test.each([
  ['EMAIL', 'restricted'],
  ['EMAIL_TOKEN', 'personal'],
  ['EMAIL_ADDRESS_TOKEN', 'personal'],
  ['EMAIL_TOKEN_BEFORE', 'personal'],
  ['FINGERPRINT_TOKEN', 'personal'],
  ['CARD_LAST4', 'restricted'],
  ['FULL_NAME', 'restricted'],
  ['SHIPPING_ADDRESS', 'restricted'],
  ['POSTAL_CODE', 'personal'],
  ['CITY', 'internal'],
  ['SELLER_NAME', undefined],
  ['TOKENS', undefined],
  ['CAPACITY', undefined],
  ['EXPANDED', undefined],
  ['COUNTRY', undefined],
])('column %s is %s', (column, classification) => {
  expect(classify(column)).toBe(classification);
});

test('the standard edition gets neither tags nor policies nor time travel over a day, and says so', () => {
  const text = planText(planWith({ ...everything, edition: 'standard' }));
  expect(text).toMatch(/^-- Note: Standard edition: no tags and no masking policies/m);
  const sql = text.split('\n').filter((line) => !line.startsWith('--'));
  expect(sql.filter((line) => /\btag\b|masking|retention_time_in_days = [2-9]/.test(line))).toEqual([]);
  expect(planText(wholePlan)).toContain('data_retention_time_in_days = 7');
});

test('what was not named is left out, and the plan says what', () => {
  const plan = planWith({});
  expect(plan.notes.map((note) => note.slice(0, 42))).toEqual([
    'No archive was named (--archive-url, --arc',
    'No key and no identity for SHOPWAVE_PIPELI',
    'No key and no identity for SHOPWAVE_SEMANT',
    'No addresses were named (--allow-ip): serv',
  ]);
  expect(planText(plan)).not.toMatch(/create (user|storage integration|network policy)/);
  expect(wholePlan.notes).toEqual([]);
});

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
  type: 'spki',
  format: 'pem',
});
const secret = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
});

test.each([
  ['a private key', secret.toString(), 'WAREHOUSE_SETUP_PRIVATE_KEY'],
  ['a key of another kind', ec.toString(), 'WAREHOUSE_SETUP_INVALID'],
  ['no key', 'ssh-rsa AAAA', 'WAREHOUSE_SETUP_INVALID'],
])('%s is refused, without a word of it', (_, key, code) => {
  let thrown: unknown;
  try {
    publicKeyBody(key, 'key.pem');
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code, where: 'key.pem' });
  expect(JSON.stringify([thrown, String(thrown)])).not.toContain(key.slice(40, 80) || key);
});

test.each<Readonly<Record<string, unknown>>>([
  { database: 'a-b' },
  { prefix: 'x; drop database y' },
  { edition: 'gold' },
  { monthlyCredits: 1 },
  { archive: { url: 'https://bucket', roleArn: everything.archive.roleArn } },
  { archive: { url: "s3://bucket/'x", roleArn: everything.archive.roleArn } },
  { archive: { url: 's3://bucket', roleArn: "arn:aws:iam::1:role/x' " } },
  { allowedIps: ["1.2.3.4'"] },
  { pipeline: { workloadArn: 'nobody' } },
])('%j is refused', (input) => {
  expect(setupSettings.safeParse(input).success).toBe(false);
});

test('quotas of the monitors are the month’s credits, shared', () => {
  const quotas = planWith({ monthlyCredits: 1_000 }).items.flatMap((item) =>
    item.item === 'object' && item.type === 'resource monitor'
      ? [Number(item.properties['credit_quota'])]
      : [],
  );
  expect(quotas).toEqual([600, 150, 150, 100]);
});
