import { expect, it } from 'vitest';
import { parseAccess } from '../../../semantic/server/access/access-file.ts';
import { callerOf } from '../../../semantic/server/access/holder.ts';
import { hashSecret, isSecret } from '../../../semantic/server/access/secret-hash.ts';

const rules = parseAccess(
  `
roles:
  seller: { sees: [finance], rows: { seller: { from: seller }, channel: [web] } }
  open: { sees: [operations] }
groups:
  sellers: { roles: [seller], limits: { concurrent_queries: 2, rows: 100 } }
  staff: { roles: [open, seller], limits: { concurrent_queries: 4, rows: 10 } }
`,
  'access.yml',
);

function caller(groups: readonly string[], values: Readonly<Record<string, string[]>> = {}) {
  return callerOf(rules, { name: 'x', groups, values });
}

it('a role limited by a value gives the rows of the holder’s values', () => {
  expect(caller(['sellers'], { seller: ['B', 'A', 'A'] }).grants).toEqual([
    {
      sees: ['finance'],
      hides: [],
      rows: [
        { dimension: 'seller', values: ['A', 'B'] },
        { dimension: 'channel', values: ['web'] },
      ],
    },
  ]);
});

it('a role limited by a value that its holder does not have gives nothing', () => {
  expect(caller(['sellers']).grants).toEqual([]);
  expect(caller(['sellers'], { seller: [] }).grants).toEqual([]);
  expect(caller(['staff']).grants.map(({ sees }) => sees)).toEqual([['operations']]);
});

it('a group that nobody wrote down gives nothing', () => {
  for (const name of ['nobody', 'constructor', '__proto__']) expect(caller([name]).grants).toEqual([]);
});

it('limits are the widest of the groups', () => {
  expect(caller(['sellers']).limits).toEqual({ concurrentQueries: 2, rows: 100 });
  expect(caller(['sellers', 'staff']).limits).toEqual({ concurrentQueries: 4, rows: 100 });
});

const aHash = `scrypt$${'A'.repeat(22)}$${'A'.repeat(43)}`;
const roles = 'roles: { r: { sees: ["*"] } }\n';
it.each([
  ['roles: {\n  a: [', /^it is no YAML/, 2],
  [`${roles}groups:\n  g: { roles: [q] }`, /^groups\.g\.roles\.0: no such role/, 3],
  [
    `${roles}groups: { g: { roles: [r] } }\nusers:\n  u: { secret: plain, groups: [g] }`,
    /secret: expected a hash/,
    4,
  ],
  [`${roles}groups: { g: { rolls: [r] } }`, /^groups\.g/, 2],
  ['roles:\n  r: { sees: ["a.b.c"] }\ngroups: {}', /expected \*, a view or view\.member/, 2],
  ['roles:\n  r:\n    sees: [a]\n    rows: { country: [] }\ngroups: {}', /^roles\.r\.rows\.country/, 4],
  [
    `${roles}groups: {}\ntokens:\n  issuer: i\n  audience: a\n  keys: { secret: x }`,
    /expected one of jwks_url, jwks_file and secret_file/,
    6,
  ],
  [
    `${roles}groups: { g: { roles: [r] } }\nusers:\n  u: { secret: ${aHash}, groups: [g], acts_for: ['*', nobody] }`,
    /^users\.u\.acts_for\.1: no such user/,
    4,
  ],
  [
    `${roles}groups: { g: { roles: [r] } }\nusers:\n  u: { secret: ${aHash}, groups: [g], sql_secret: md5abc }`,
    /sql_secret: expected a verifier/,
    4,
  ],
])('%j is refused with its line', (text, message, line) => {
  expect(() => parseAccess(text, 'access.yml')).toThrow(
    expect.objectContaining({
      code: 'SEMANTIC_ACCESS_INVALID',
      message: expect.stringMatching(message),
      where: `access.yml:${line}`,
    }),
  );
});

it('a refusal never repeats a secret', () => {
  const text = `${roles}groups: { g: { roles: [r] } }\nusers:\n  u: { secret: hunter2, groups: [g] }\n  v: {secret: hunter2`;
  expect(() => parseAccess(text, 'f')).toThrow(expect.not.objectContaining({ message: /hunter2/ }));
  expect(() => parseAccess(text.slice(0, text.indexOf('\n  v')), 'f')).toThrow(/^(?!.*hunter2)/s);
});

it('a secret is proven by its hash, and nobody by any', async () => {
  const hash = await hashSecret('right');
  expect(hash).not.toBe(await hashSecret('right'));
  expect(await isSecret('right', hash)).toBe(true);
  expect(await isSecret('wrong', hash)).toBe(false);
  expect(await isSecret('', undefined)).toBe(false);
});
