import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { expect, it } from 'vitest';
import { hashSqlSecret, isSqlSecret, readSqlSecret } from '../../../semantic/server/access/sql-secret.ts';
import type { SqlSecret } from '../../../semantic/server/access/sql-secret.ts';
import { certificateHash } from '../../../semantic/sql/wire/certificate-hash.ts';
import { startScram } from '../../../semantic/sql/wire/scram.ts';
import { selfSigned } from '../../support/self-signed.ts';

function secretOf(password: string, salt: Buffer, iterations = 4096): SqlSecret {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  return {
    iterations,
    salt,
    storedKey: createHash('sha256').update(clientKey).digest(),
    serverKey: createHmac('sha256', salted).update('Server Key').digest(),
  };
}

const plain = { mechanism: 'SCRAM-SHA-256', certificateHash: undefined };
/** The example of RFC 7677. */
const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
const first = 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO';
const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
const final = `c=biws,r=${nonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`;

it('the example of RFC 7677 is understood', () => {
  const exchange = startScram(
    { ...plain, clientFirst: first },
    secretOf('pencil', salt),
    '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
  );
  expect(exchange.serverFirst).toBe(`r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`);
  expect(exchange.finish(final)).toBe('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
});

it.each([
  ['another password', (text: string) => text, 'pencils'],
  ['another proof', (text: string) => text.replace('p=d', 'p=e'), 'pencil'],
  ['a short proof', (text: string) => text.replace(/p=.*/, 'p=AAAA'), 'pencil'],
])('%s is refused', (_, change, password) => {
  const exchange = startScram(
    { ...plain, clientFirst: first },
    secretOf(password, salt),
    '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
  );
  expect(exchange.finish(change(final))).toBeUndefined();
});

it.each(['', 'n,,', 'n,,n=,r=', 'n,,m=x,n=,r=abc', 'x,,n=,r=abc', 'p=tls-unique,,n=,r=abc', 'y,a=,n=,r=ä'])(
  'the beginning %j is malformed',
  (clientFirst) => {
    expect(() => startScram({ ...plain, clientFirst }, secretOf('x', salt))).toThrow(/SCRAM/);
  },
);

it.each([
  '',
  `c=biws,r=${nonce}`,
  `c=biws,r=other,p=AAAA`,
  `c=eSws,r=${nonce},p=AAAA`,
  `c=biws,r=${nonce},p=!`,
])('the end %j is malformed', (end) => {
  const exchange = startScram(
    { ...plain, clientFirst: first },
    secretOf('x', salt),
    '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
  );
  expect(() => exchange.finish(end)).toThrow(/SCRAM/);
});

it('a client that was made believe that nothing can be bound is told', () => {
  const clientFirst = 'y,,n=,r=abc';
  expect(() => startScram({ ...plain, clientFirst }, secretOf('x', salt))).not.toThrow();
  const bound = { mechanism: 'SCRAM-SHA-256', certificateHash: Buffer.alloc(32), clientFirst };
  expect(() => startScram(bound, secretOf('x', salt))).toThrow(/channel binding/);
});

it('a connection that ends at another certificate is not the one that was proven', () => {
  const clientFirst = 'p=tls-server-end-point,,n=,r=abc';
  const start = { mechanism: 'SCRAM-SHA-256-PLUS', certificateHash: Buffer.alloc(32, 1), clientFirst };
  const exchange = startScram(start, secretOf('x', salt), 'def');
  const seen = Buffer.concat([Buffer.from('p=tls-server-end-point,,'), Buffer.alloc(32, 2)]);
  expect(() => exchange.finish(`c=${seen.toString('base64')},r=abcdef,p=AAAA`)).toThrow(/binding check/);
});

it('secrets are kept as PostgreSQL keeps them', async () => {
  const text = await hashSqlSecret('pencil');
  expect(isSqlSecret(text)).toBe(true);
  const secret = readSqlSecret(text);
  expect(secret).toEqual(secretOf('pencil', secret?.salt ?? salt));
  for (const wrong of ['', text.slice(1), `${text}x`, text.replace('4096', '1')])
    expect(isSqlSecret(wrong)).toBe(false);
});

it('a secret is prepared as clients prepare theirs', async () => {
  // A ligature, a space of another kind and a soft hyphen, as RFC 4013 has them.
  const secret = readSqlSecret(await hashSqlSecret('\u{fb01}x\u{a0}\u{ad}y'));
  expect(secret).toEqual(secretOf('fix y', secret?.salt ?? salt));
});

it('a certificate is hashed by the algorithm that it is signed by', () => {
  const derOf = (pem: string): Buffer => Buffer.from(pem.replaceAll(/-----.*-----|\n/g, ''), 'base64');
  const rsa = derOf(selfSigned('rsa').certificate);
  expect(certificateHash(rsa)).toEqual(createHash('sha256').update(rsa).digest());
  const ec = derOf(selfSigned('ec').certificate);
  expect(certificateHash(ec)).toEqual(createHash('sha384').update(ec).digest());
  for (let length = 0; length < 40; length++)
    expect(certificateHash(rsa.subarray(0, length))).toBeUndefined();
});
