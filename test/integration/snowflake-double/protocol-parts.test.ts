import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ChunkStore } from '../../support/snowflake-double/chunks.ts';
import { DoubleClock } from '../../support/snowflake-double/clock.ts';
import { SqlRefused } from '../../support/snowflake-double/contract.ts';
import type { EngineSession } from '../../support/snowflake-double/contract.ts';
import { FaultPlan } from '../../support/snowflake-double/faults.ts';
import { jwtFault } from '../../support/snowflake-double/jwt.ts';
import { fingerprintOf } from '../../support/snowflake-double/key-pair.ts';
import { Sessions } from '../../support/snowflake-double/sessions.ts';
import { splitStatements } from '../../support/snowflake-double/split-statements.ts';

test.each([
  { name: 'one', text: 'select 1', parts: ['select 1'] },
  {
    name: 'a last semicolon, and comments after it',
    text: 'select 1; -- done;\n/* ; */',
    parts: ['select 1'],
  },
  { name: 'two', text: 'begin;\n  insert into t\n;', parts: ['begin', 'insert into t'] },
  {
    name: 'a text with semicolons',
    text: "select ';', 'it''s;', 'a\\';b'; select 2",
    parts: ["select ';', 'it''s;', 'a\\';b'", 'select 2'],
  },
  { name: 'a quoted name', text: 'select "a;""b"; select 2', parts: ['select "a;""b"', 'select 2'] },
  { name: 'dollar quotes', text: "select $$a;'b$$; select 2", parts: ["select $$a;'b$$", 'select 2'] },
  {
    name: 'comments with quotes',
    text: "select 1 -- it's;\n; select 2 /* ' */; select 3",
    parts: ["select 1 -- it's;", "select 2 /* ' */", 'select 3'],
  },
  { name: 'nothing', text: ' ; ;-- x', parts: [] },
])('statements of a text: $name', ({ text, parts }) => {
  expect(splitStatements(text).map((each) => each.sql)).toEqual(parts);
});

test('placeholders are counted where they are none of a text', () => {
  expect(
    splitStatements("insert into t values (?, '?', ?); select ? -- ?\n").map((each) => each.placeholders),
  ).toEqual([2, 1]);
});

test('a long text is split in one go', () => {
  const rows = Array.from({ length: 20_000 }, (_, index) => `(${index}, 'name; ${index}')`).join(', ');
  const before = performance.now();
  expect(splitStatements(`insert into t values ${rows}`)).toHaveLength(1);
  expect(performance.now() - before).toBeLessThan(1000);
});

test('a rule lets pass what it does not name, then strikes as often as it says', () => {
  const plan = new FaultPlan();
  const fault = { kind: 'status', status: 503 } as const;
  const planted = plan.add({ sql: /^merge/gi, after: 1, times: 2, do: fault });
  expect(plan.take('login', undefined)).toBeUndefined();
  expect(plan.take('result', 'MERGE')).toBeUndefined();
  expect(plan.take('query', 'select 1 -- merge')).toBeUndefined();
  const taken = Array.from({ length: 4 }, () => plan.take('query', 'MERGE INTO t'));
  expect(taken).toEqual([undefined, fault, fault, undefined]);
  expect(planted.struck).toBe(2);
});

test('of two rules that match, the first strikes until it is used up', () => {
  const plan = new FaultPlan();
  plan.add({ do: { kind: 'reset-before' } });
  plan.add({ do: { kind: 'silent' } });
  expect([1, 2, 3].map(() => plan.take('query', 'x')?.kind)).toEqual(['reset-before', 'silent', undefined]);
});

const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const now = 1_800_000_000_000;

test.each([
  { name: 'a good one, in seconds', expected: undefined },
  { name: 'a good one, in milliseconds', claims: { iat: now, exp: now + 120_000 }, expected: undefined },
  { name: 'signed by somebody else', key: other.privateKey, expected: 'JWT_TOKEN_INVALID_SIGNATURE' },
  { name: 'not signed at all', alg: 'none', expected: 'JWT_TOKEN_INVALID_ALGORITHM' },
  { name: 'for nobody', claims: { sub: undefined }, expected: 'JWT_TOKEN_INVALID_FORMAT' },
  { name: 'for another', claims: { sub: 'A.EVE' }, expected: 'JWT_TOKEN_INVALID_SUBJECT_IN_ISSUER' },
])('a JWT: $name', ({ expected, claims = {}, key = own.privateKey, alg = 'RS256' }) => {
  const seconds = now / 1000;
  const payload = {
    iss: `A.U.${fingerprintOf(own.publicKey)}`,
    sub: 'A.U',
    iat: seconds,
    exp: seconds + 120,
    ...claims,
  };
  const text = [{ alg, typ: 'JWT' }, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = sign('RSA-SHA256', Buffer.from(text), key).toString('base64url');
  const account = { account: 'a', user: 'u', publicKey: own.publicKey };
  expect(jwtFault(`${text}.${signature}`, account, now)).toBe(expected);
});

test('a token that was renewed away is old, one that never was is invalid', () => {
  const sessions = new Sessions(new DoubleClock());
  const session = sessions.open('U', {} as EngineSession);
  const [token, master] = [session.token.value, session.master.value];
  expect(sessions.byToken(token)).toBe(session);
  sessions.renew(master);
  expect(() => sessions.byToken(token)).toThrow('Your session has expired');
  expect(() => sessions.renew(master)).toThrow('must authenticate again');
  expect(() => sessions.byToken('made-up')).toThrow('is invalid');
  expect(() => sessions.byToken(undefined)).toThrow('is invalid');
  expect(sessions.byToken(session.token.value)).toBe(session);
});

test('rows beyond so many bytes go into chunks of so many', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chunks-'));
  const store = new ChunkStore(folder, { inlineBytes: 20, chunkBytes: 30 });
  async function* batches(): AsyncGenerator<string[][]> {
    yield ['a', 'b', 'c'].map((letter) => [letter.repeat(8)]);
    yield ['d', 'e', 'f'].map((letter) => [letter.repeat(8)]);
  }
  const { inline, chunks, total } = await store.spill(batches(), 'http://x', new AbortController().signal);
  // A row is twelve bytes of JSON: two are beyond twenty, three beyond thirty.
  expect(inline).toEqual([['aaaaaaaa'], ['bbbbbbbb']]);
  expect(chunks.map((each) => each.rowCount)).toEqual([3, 1]);
  expect(chunks.map((each) => each.uncompressedSize)).toEqual([38, 12]);
  expect(total).toBe(6);
  const name = new URL(chunks[1]?.url ?? '').pathname.slice('/chunks/'.length);
  const keyed = { 'x-amz-server-side-encryption-customer-key': store.key };
  const answer = await store.answer(name, keyed);
  expect(gunzipSync(answer.body).toString()).toBe('["ffffffff"]');
  expect((await store.answer(name, {})).status).toBe(403);
  expect((await store.answer('chunk-9', keyed)).status).toBe(404);
  await rm(folder, { recursive: true });
});

test('a result whose statement is ended while it is read is not kept', async () => {
  const store = new ChunkStore('/nowhere', { inlineBytes: 1, chunkBytes: 1_000_000 });
  const ending = new AbortController();
  async function* batches(): AsyncGenerator<string[][]> {
    yield [['a']];
    ending.abort(new SqlRefused('000604', '57014', 'SQL execution canceled'));
    yield [['b']];
  }
  await expect(store.spill(batches(), '', ending.signal)).rejects.toMatchObject({ code: '000604' });
});
