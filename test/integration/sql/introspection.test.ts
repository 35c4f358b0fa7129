import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type pg from 'pg';
import { silentLogger } from '../../../lib/logger.ts';
import { openAccess } from '../../../semantic/server/access/access.ts';
import { hashSecret } from '../../../semantic/server/access/secret-hash.ts';
import { startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

// What tools ask of the catalogue when they connect, in the order in which they ask it, written after what they do.
// `-- tells` says what an answer must hold, `-- refused` which statement is refused.
const folder = path.join(import.meta.dirname, 'tools');
const files = (await readdir(folder)).toSorted();
const sequences = await Promise.all(
  files.map(async (file) => {
    const text = await readFile(path.join(folder, file), 'utf8');
    const statements = text.split(/;\n/).map((each) => each.trim());
    return { tool: path.basename(file, '.sql'), statements: statements.filter((each) => each !== '') };
  }),
);

const told: Readonly<Record<string, RegExp>> = {
  views: /\bfinance\b/,
  columns: /\bevent_date\b.*\bgmv\b/s,
  types: /\bnumeric\b/,
  comments: /Sales, cancellations, discounts|Unit: currency/,
};

const secret = 'a secret of hers';
/** Views and members that bea does not see, and who else there is. */
const hiddenMembers = ['gross_sales', 'net_revenue_trailing_28_days', 'unrated_events', 'reporting_gmv'];
const hidden = [
  ...hiddenMembers,
  'operations',
  'shipping_performance',
  'customer_base',
  'gift_card_debt',
  'marketplace',
  'zoe_else',
  'first_response_time',
  'on_time_rate',
  'payout_difference',
  'fulfilled_date',
];

let gateway: Gateway;
let home: string;
beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'sql-introspection-'));
  const file = path.join(home, 'access.yml');
  const hash = await hashSecret(secret);
  await writeFile(
    file,
    `
roles:
  all: { sees: ['*'] }
  some: { sees: [finance], hides: [${hiddenMembers.map((name) => `finance.${name}`).join(', ')}] }
groups: { everything: { roles: [all] }, few: { roles: [some] } }
users:
  zoe_else: { secret: ${hash}, groups: [everything] }
  bea: { secret: ${hash}, groups: [few] }
`,
  );
  gateway = await startGateway(await openAccess(file, silentLogger));
}, 120_000);
afterAll(async () => {
  await gateway.stop();
  await rm(home, { recursive: true });
});

describe.each(sequences)('$tool', ({ statements }) => {
  it('connects and sees the views', async () => {
    for (const user of ['zoe_else', 'bea']) {
      const client = await gateway.connect(user, secret);
      for (const statement of statements) await mustBeTold(client, statement);
    }
  });

  it('learns nothing of what a user does not see', async () => {
    const [other, client] = [await gateway.connect('zoe_else', secret), await gateway.connect('bea', secret)];
    for (const statement of statements) {
      // Whoever sees everything has asked just before, on the same server.
      await answer(other, statement);
      const text = await answer(client, statement);
      const found = hidden.filter((name) => new RegExp(`(?<![a-z_])${name}(?![a-z_])`).test(text));
      expect(found, statement).toEqual([]);
    }
  });
});

async function mustBeTold(client: pg.Client, statement: string): Promise<void> {
  const text = await answer(client, statement);
  const isRefused = /-- refused/.test(statement);
  expect(text.startsWith('error '), `${text.slice(0, 300)}\n${statement}`).toBe(isRefused);
  const wanted = /-- tells (.+)/.exec(statement)?.[1]?.split(', ') ?? [];
  for (const what of wanted) expect(text, statement).toMatch(told[what] ?? /never/);
}

/** Every name and value of an answer, or what the error says. */
async function answer(client: pg.Client, statement: string): Promise<string> {
  try {
    const results: unknown = await client.query({ text: statement, rowMode: 'array' });
    return (Array.isArray(results) ? results : [results]).map(textOf).join('\n');
  } catch (error) {
    const { code, message, detail, hint } = error as pg.DatabaseError;
    return `error ${[code, message, detail, hint].join(' ')}`;
  }
}

function textOf({ fields, rows }: pg.QueryArrayResult): string {
  return JSON.stringify([fields.map(({ name }) => name), rows]);
}
