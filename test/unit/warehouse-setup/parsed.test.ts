import { expect, test } from 'vitest';
import { planText } from '../../../warehouse/snowflake/setup/text.ts';
import { findings } from '../../support/snowflake-lints.ts';
import { apply, check, everything, planWith, readyAccount, wholePlan } from './setup-rig.ts';

/** Forms that Snowflake documents and the parser does not know. */
const unknownToParser: Readonly<Record<string, RegExp>> = {
  'rights on what is yet to be made': /^grant [a-z ]+ on future (tables|views) in schema \S+ to role \S+$/,
  'ownership with its rights': /^grant ownership on [a-z ]+ \S+ to role \S+ copy current grants$/,
  'who has rights on an object': /^show grants on (database|schema|warehouse|integration) \S+$/,
  'what a policy is': /^describe (masking|network) policy \S+$/,
  'one parameter of a user': /^show parameters like '\w+' for user \S+$/,
};

test('every statement of set-up and check parses as Snowflake but those of known forms, and has no lint', async () => {
  const account = await readyAccount();
  account.sent.splice(0);
  await apply(account, wholePlan);
  await check(account, wholePlan);
  const statements = [...new Set(account.sent)];
  expect(statements.length).toBeGreaterThan(250);
  const found = await findings(
    statements.map((sql) => ({ how: 'execute', sql, params: [], isInTransaction: false })),
  );
  const shown = (sql: string): string =>
    statements.find((each) => each.replaceAll(/\d+/g, '0').startsWith(sql)) ?? sql;
  const forms = found.map(({ lint, sql }) => {
    const form = Object.entries(unknownToParser).find(([, pattern]) => pattern.test(shown(sql)));
    return lint.startsWith('does not parse') && form !== undefined ? form[0] : `${lint}: ${sql}`;
  });
  // Also the other way round: a form that the parser has learned goes from the list.
  expect([...new Set(forms)].sort()).toEqual(Object.keys(unknownToParser).sort());
});

test('the script is the statements in their order, each ended, and nothing is in it twice', async () => {
  const account = await readyAccount();
  const lines = planText(wholePlan)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('--'));
  expect(lines.every((line) => line.endsWith(';'))).toBe(true);
  const statements = lines.map((line) => line.slice(0, -1));
  expect(new Set(statements).size).toBe(statements.length);
  account.run(...statements);
  expect(await check(account, wholePlan)).toEqual([]);
});

test('a value with a quote stays one value', () => {
  const text = planText(
    planWith({ ...everything, archive: { ...everything.archive, url: 's3://bucket/a/b' } }),
  );
  expect(text).toContain("storage_allowed_locations = ('s3://bucket/a/b/')");
  expect(text).not.toMatch(/PRIVATE KEY|-----/);
});
