import { expect, test } from 'vitest';
import { compileRow } from '../../../../ingest/pci/row-rules.ts';
import { decrypt, parseSealed } from '../../../../ingest/pci/sealed.ts';
import { memoryKeyStore, testKey, testProtection, testSecrets } from '../../../support/protection.ts';
import { openProtection } from '../../../../ingest/pci/open-protection.ts';

const columns = [
  { name: 'id', typeOid: 20 },
  { name: 'email', typeOid: 25 },
  { name: 'note', typeOid: 25 },
  { name: 'details', typeOid: 3802 },
  { name: 'seen_at', typeOid: 1184 },
  { name: 'full_name', typeOid: 25 },
];
const rules = {
  source: 'shop',
  stream: 'customers',
  subject: 'id',
  fields: { email: 'subject+token:email', full_name: 'deny' },
} as const;
const pan = '4242424242424242';

test('a row’s values become JSON members: sealed and tokened, scrubbed, or as they are', async () => {
  const keys = memoryKeyStore();
  const protection = await openProtection(testSecrets(), keys);
  const hits: string[] = [];
  const row = compileRow(rules, columns, protection, { hit: ({ path }) => hits.push(path) });
  const values = [pan, 'Ada@example.com', `call "${pan}"`, `{"n": ${pan}, "t": "${pan}"}`, null, 'Ada'];
  expect(row.needsSubject).toBe(true);
  const subject = row.subjectOf(values);
  expect(subject).toBe(`shop:${pan}`);
  const members = values
    .map((value, index) => row.members(index, value, subject))
    .filter((each) => each !== '');
  const data = JSON.parse(`{${members.join(',')}}`) as Record<string, string>;
  const stands = `[PAN:${protection.token('card', pan).token}]`;
  expect(data).toEqual({
    id: pan,
    email: data['email'],
    email_token: protection.token('email', 'ada@example.com').token,
    note: `call "${stands}"`,
    details: `{"n":"${stands}","t":"${stands}"}`,
    seen_at: null,
  });
  expect(hits).toEqual(['note', 'details', 'details']);
  await protection.settle();
  const { keyId, payload } = parseSealed(data['email'] ?? '') ?? { keyId: '', payload: Buffer.alloc(0) };
  const kept = keys.keys.get(keyId);
  if (kept === undefined) throw new Error('the key was not kept');
  expect(kept.subject).toBe(subject);
  expect(decrypt(protection.master.unwrap(kept), payload).toString()).toBe('"Ada@example.com"');
});

test('it says what a column is written as, for rows that do not repeat it and for their shape', async () => {
  const row = compileRow(rules, columns, await testProtection());
  expect(columns.map((_, index) => row.written(index).map(({ name }) => name))).toEqual([
    ['id'],
    ['email', 'email_token'],
    ['note'],
    ['details'],
    ['seen_at'],
    [],
  ]);
  expect(row.written(3)).toEqual([{ name: 'details', typeOid: 3802 }]);
  expect(row.written(1).map(({ typeOid }) => typeOid)).toEqual([25, 25]);
  expect(columns.map((_, index) => row.isUntouched(index))).toEqual([true, false, false, false, true, false]);
});

test('without its person’s id a value is not kept, and that is told', async () => {
  const told: unknown[] = [];
  const protection = await testProtection(`${testKey('t2', 8)},${testKey('t1', 7)}`);
  const row = compileRow(rules, columns, protection, { leftOut: (...each) => told.push(each) });
  const { token, before } = protection.token('email', 'a@b.c');
  expect(row.members(1, 'a@b.c', undefined)).toBe(
    `"email_token":"${token}","email_token_before":"${before}"`,
  );
  expect(row.members(1, null, 'shop:1')).toBe('"email":null,"email_token":null');
  expect(told).toEqual([['email', 'no subject']]);
});
