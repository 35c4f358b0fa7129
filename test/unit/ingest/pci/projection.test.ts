import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FieldRules, StreamRules } from '../../../../ingest/pci/field-rules.ts';
import { parseSealed } from '../../../../ingest/pci/sealed.ts';
import { compileProjection } from '../../../../ingest/pci/projection.ts';
import { testKey, testProtection } from '../../../support/protection.ts';

const protection = await testProtection();
const rulesOf = (fields: FieldRules, subject?: StreamRules['subject']): StreamRules => ({
  source: 'stripe',
  stream: 'charges',
  fields,
  ...(subject === undefined ? {} : { subject }),
});
const emailToken = protection.token('email', 'ada@example.com').token;

const charges = rulesOf(
  {
    id: 'id',
    amount: 'allow',
    paid: 'allow',
    description: 'scrub',
    customer: 'id',
    billing_details: {
      email: 'subject+token:email',
      name: 'subject',
      phone: 'mask:presence',
      address: 'deny',
    },
    card: { brand: 'allow', fingerprint: 'token:card', last4: 'deny' },
    refunds: { data: [{ id: 'id', amount: 'allow' }] },
    tags: ['allow'],
    emails: ['token:email'],
    metadata: 'deny',
  },
  'customer',
);

test('only what a rule names survives, exactly as it came', () => {
  const { data, unknown, hits } = compileProjection(
    charges,
    protection,
  )({
    id: 'ch_1',
    amount: 1200.5,
    paid: true,
    description: null,
    customer: 'cus_1',
    billing_details: { email: 'Ada@example.com', name: 'Ada', phone: '', address: { line1: 'x' }, tax_id: 7 },
    card: { brand: 'visa', fingerprint: 'Fp1', last4: '4242', iin: '424242' },
    refunds: {
      data: [
        { id: 're_1', amount: 5, reason: 'x' },
        { id: 're_2', amount: 0, reason: 'y' },
      ],
    },
    tags: ['a', null, 'b'],
    emails: ['ada@example.com', null],
    metadata: { anything: 'goes' },
    payment_intent: { id: 'pi_1' },
  });
  const details = data['billing_details'] as Record<string, string>;
  expect(data).toEqual({
    id: 'ch_1',
    amount: 1200.5,
    paid: true,
    description: null,
    customer: 'cus_1',
    billing_details: {
      email: details['email'],
      email_token: emailToken,
      name: details['name'],
      phone: false,
    },
    card: { brand: 'visa', fingerprint_token: protection.token('card', 'Fp1').token },
    refunds: {
      data: [
        { id: 're_1', amount: 5 },
        { id: 're_2', amount: 0 },
      ],
    },
    tags: ['a', null, 'b'],
    emails_token: [emailToken, null],
  });
  expect(parseSealed(details['email'] ?? '')).toBeDefined();
  expect(unknown).toEqual([
    { path: 'billing_details.tax_id', type: 'number', reason: 'not declared' },
    { path: 'card.iin', type: 'string', reason: 'not declared' },
    { path: 'refunds.data[].reason', type: 'string', reason: 'not declared' },
    { path: 'payment_intent', type: 'object', reason: 'not declared' },
  ]);
  expect(hits).toEqual([]);
});

test('a value of another shape is left out and reported by name and type', () => {
  const { data, unknown } = compileProjection(
    charges,
    protection,
  )({
    id: 'ch_1',
    amount: { value: 1 },
    card: 'card_1',
    refunds: { data: ['re_1', { id: 're_2' }] },
    tags: 'a',
    customer: 'cus_1',
  });
  expect(data).toEqual({ id: 'ch_1', customer: 'cus_1', refunds: { data: [{ id: 're_2' }] } });
  expect(unknown.map(({ path, type, reason }) => [path, type, reason])).toEqual([
    ['amount', 'object', 'another shape'],
    ['card', 'string', 'another shape'],
    ['refunds.data[]', 'string', 'another shape'],
    ['tags', 'string', 'another shape'],
  ]);
});

test('without the id of a person nothing about that person is kept', () => {
  const object = { id: 'ch_1', customer: null, billing_details: { email: 'ada@example.com', name: 'Ada' } };
  const { data, unknown } = compileProjection(charges, protection)(object);
  expect(data).toEqual({ id: 'ch_1', customer: null, billing_details: { email_token: emailToken } });
  expect(unknown.map(({ path, reason }) => [path, reason])).toEqual([
    ['billing_details.email', 'no subject'],
    ['billing_details.name', 'no subject'],
  ]);
  const either = rulesOf({ id: 'id', name: 'subject' }, ['customer.id', 'id']);
  expect(compileProjection(either, protection)({ id: 7, name: 'Ada' }).unknown).toEqual([]);
});

test('card numbers are replaced in all rules but id, also as numbers, in names and before encryption', async () => {
  const sealed: string[] = [];
  const spy = { ...protection, seal: (_: string, plain: string) => `enc:${sealed.push(plain)}` };
  const pan = '4242 4242 4242 4242';
  const result = compileProjection(
    rulesOf(
      { id: 'id', a: 'allow', s: 'scrub', n: 'allow', p: 'subject', list: ['allow'], d: 'mask:domain' },
      'id',
    ),
    spy,
  )({
    id: '4242424242424242',
    a: pan,
    s: `x ${Buffer.from(pan).toString('base64')}`,
    n: 4_242_424_242_424_242,
    p: { deep: [pan] },
    list: [pan],
    d: 'a@4242424242424242',
    [pan]: 1,
  });
  const stands = `[PAN:${protection.token('card', '4242424242424242').token}]`;
  expect(result.data).toEqual({
    id: '4242424242424242',
    a: stands,
    s: `x ${stands}`,
    n: stands,
    p: 'enc:1',
    list: [stands],
    d: stands,
  });
  expect(sealed).toEqual([JSON.stringify({ deep: [stands] })]);
  expect(result.unknown).toEqual([{ path: stands, type: 'number', reason: 'not declared' }]);
  expect(result.hits.map(({ path, form }) => [path, form])).toEqual([
    ['a', 'plain'],
    ['s', 'base64'],
    ['n', 'plain'],
    ['p', 'plain'],
    ['list[]', 'plain'],
  ]);
});

test('what stands in an id field without looking like an id is text', () => {
  const project = compileProjection(rulesOf({ a: 'id', b: ['id'] }), protection);
  const ids = [
    '4242424242424242',
    'gid://shopify/Order/4242424242424242',
    'ch_3MmlLrLkdIwHu7ix0snN0B15',
    'cs_test_a1',
    7,
  ];
  expect(project({ a: 4_242_424_242_424_242, b: ids }).data).toEqual({ a: 4_242_424_242_424_242, b: ids });
  const texts = [
    '4242 4242 4242 4242',
    'id 4242424242424242',
    'ch_4242424242424242',
    '４２４２４２４２４２４２４２４２',
  ];
  const stands = `[PAN:${protection.token('card', '4242424242424242').token}]`;
  expect(project({ b: texts }).data).toEqual({ b: [stands, `id ${stands}`, `ch_${stands}`, stands] });
});

test('while keys rotate the token under the key that goes is written beside', async () => {
  const rotating = await testProtection(`${testKey('t2', 8)},${testKey('t1', 7)}`);
  const project = compileProjection(rulesOf({ email: 'token:email', all: ['token:email'] }), rotating);
  const { data } = project({ email: 'ada@example.com', all: ['ada@example.com'] });
  expect(data).toMatchObject({ email_token_before: emailToken, all_token_before: [emailToken] });
  expect(data['email_token']).toMatch(/^tkv2_t2_/);
});

test('nothing of a field without a rule is ever in the result, whatever the object', () => {
  const project = compileProjection(charges, protection);
  const secret = 'S3CRET';
  const tree = fc.object({
    maxDepth: 3,
    key: fc.constantFrom('id', 'card', 'refunds', 'data', 'tags', 'x', 'y'),
  });
  fc.assert(
    fc.property(tree, (object) => {
      const poisoned = poison(object, secret);
      const allowed = JSON.stringify(project(poisoned as Record<string, unknown>));
      // Fields named x and y, and whatever is below them, hold the secret.
      expect(allowed).not.toContain(secret);
    }),
  );
});

function poison(value: unknown, secret: string, isDenied = false): unknown {
  if (Array.isArray(value)) return value.map((each) => poison(each, secret, isDenied));
  if (typeof value !== 'object' || value === null) return isDenied ? secret : value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      poison(each, secret, isDenied || name === 'x' || name === 'y'),
    ]),
  );
}
