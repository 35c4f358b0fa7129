import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { SignJWT, UnsecuredJWT, exportJWK, exportSPKI, generateKeyPair } from 'jose';
import type { CryptoKey } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../lib/logger.ts';
import { openAccess } from '../../../semantic/server/access/access.ts';
import type { Access } from '../../../semantic/server/access/access.ts';

const roles = `
roles: { country: { sees: [finance], rows: { country: { from: country } } } }
groups: { managers: { roles: [country] } }
tokens: { issuer: 'https://id.test', audience: metrics, keys: KEYS }
`;
const secret = 'a secret for tokens, long enough';
const secretBytes = new TextEncoder().encode(secret);

let folder: string;
let bySecret: Access;
let byFile: Access;
let byUrl: Access;
let pair: { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey };
const server = createServer();

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-tokens-'));
  pair = await generateKeyPair('RS256', { extractable: true });
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256' }] });
  server.on('request', (_request, response) => response.end(jwks)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await writeFile(path.join(folder, 'jwks.json'), jwks);
  await writeFile(path.join(folder, 'secret'), `${secret}\n`);
  const open = async (name: string, keys: string): Promise<Access> => {
    const file = path.join(folder, name);
    await writeFile(file, roles.replace('KEYS', keys));
    return openAccess(file, silentLogger);
  };
  bySecret = await open('secret.yml', '{ secret_file: secret }');
  byFile = await open('file.yml', '{ jwks_file: jwks.json }');
  byUrl = await open('url.yml', `{ jwks_url: 'http://127.0.0.1:${port}/keys' }`);
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

const claims = { sub: 'eva', groups: ['managers', 'strangers'], values: { country: 'DE' } };

function token(own: object = {}, unset: readonly string[] = []): SignJWT {
  const now = Math.floor(Date.now() / 1000);
  const all: Record<string, unknown> = {
    ...claims,
    iss: 'https://id.test',
    aud: 'metrics',
    exp: now + 60,
    ...own,
  };
  for (const name of unset) delete all[name];
  return new SignJWT(all);
}

const signed = (made: SignJWT, key: CryptoKey | Uint8Array = secretBytes): Promise<string> =>
  made
    .setProtectedHeader(key instanceof Uint8Array ? { alg: 'HS256' } : { alg: 'RS256', kid: 'k1' })
    .sign(key);

const eva = {
  name: 'eva',
  grants: [{ sees: ['finance'], hides: [], rows: [{ dimension: 'country', values: ['DE'] }] }],
};

describe('a genuine token', () => {
  it.each(['', 'Bearer ', 'bearer '])('is accepted after %j', async (scheme) => {
    expect(await bySecret.identify(`${scheme}${await signed(token())}`)).toMatchObject(eva);
  });

  it('is accepted by a key set in a file or at an address', async () => {
    const rs256 = await signed(token(), pair.privateKey);
    expect(await byFile.identify(`Bearer ${rs256}`)).toMatchObject(eva);
    expect(await byUrl.identify(`Bearer ${rs256}`)).toMatchObject(eva);
  });
});

describe('a token that is not valid', () => {
  const past = Math.floor(Date.now() / 1000) - 60;
  const refused: Record<string, () => Promise<string> | string> = {
    expired: () => signed(token({ exp: past })),
    'not valid yet': () => signed(token({ nbf: past + 600 })),
    'without an end': () => signed(token({}, ['exp'])),
    'without a subject': () => signed(token({}, ['sub'])),
    'of another issuer': () => signed(token({ iss: 'https://evil.test' })),
    'without an issuer': () => signed(token({}, ['iss'])),
    'for another audience': () => signed(token({ aud: 'other' })),
    'signed by somebody else': () => signed(token(), new TextEncoder().encode('x'.repeat(32))),
    'not signed at all': () =>
      new UnsecuredJWT(claims)
        .setIssuer('https://id.test')
        .setAudience('metrics')
        .setExpirationTime('1m')
        .encode(),
    'with another algorithm': () => token().setProtectedHeader({ alg: 'HS512' }).sign(new Uint8Array(64)),
    'with claims changed after it was signed': async () => {
      const [header, , signature] = (await signed(token())).split('.');
      const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'root' })).toString('base64url');
      return `${header}.${forged}.${signature}`;
    },
    'with values that are no texts': () => signed(token({ values: { country: [{ not: 'DE' }] } })),
    empty: () => '',
  };

  it.each(Object.entries(refused))('%s is refused in the same words', async (_what, make) => {
    await expect(bySecret.identify(`Bearer ${await make()}`)).rejects.toMatchObject({
      code: 'SEMANTIC_UNAUTHENTICATED',
      message: 'the credentials were not accepted',
    });
  });

  it('signed with the public key as if it were a secret', async () => {
    const key = new TextEncoder().encode(await exportSPKI(pair.publicKey));
    await expect(byFile.identify(`Bearer ${await signed(token(), key)}`)).rejects.toMatchObject({
      code: 'SEMANTIC_UNAUTHENTICATED',
    });
  });
});

describe('keys that are of no use', () => {
  it.each([
    ['{ secret_file: short }', /at least 32 bytes/],
    ['{ secret_file: nowhere }', /cannot be read/],
    ['{ jwks_file: secret }', /no key set/],
  ])('%s are refused at the start', async (keys, message) => {
    await writeFile(path.join(folder, 'short'), 'short');
    const file = path.join(folder, 'bad.yml');
    await writeFile(file, roles.replace('KEYS', keys));
    await expect(openAccess(file, silentLogger)).rejects.toMatchObject({
      code: 'SEMANTIC_ACCESS_INVALID',
      message: expect.stringMatching(message),
    });
  });
});
