import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(
  scrypt,
);

/** About 60 ms and 32 MB: OWASP's second choice of parameters, N = 2^15, r = 8, p = 3. */
const cost = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 };
const length = 32;
const shape = /^scrypt\$([A-Za-z\d_-]{22})\$([A-Za-z\d_-]{43})$/;

/** Whether a text is what {@link hashSecret} makes. */
export function isSecretHash(text: string): boolean {
  return shape.test(text);
}

/** `scrypt$<salt>$<hash>`, both base64url. */
export async function hashSecret(secret: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(secret, salt, length, cost);
  return `scrypt$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

/** A hash of nobody's secret, for whoever is not known: the answer takes as long as for those who are. */
const nobody = `scrypt$${'A'.repeat(22)}$${createHash('sha256').update(randomBytes(32)).digest('base64url')}`;

/** Whether a secret is the hashed one. As slow for an unknown user, whose hash is undefined. */
export async function isSecret(secret: string, hashed: string | undefined): Promise<boolean> {
  const [, salt = '', hash = ''] = shape.exec(hashed ?? nobody) ?? [];
  const derived = await derive(secret, Buffer.from(salt, 'base64url'), length, cost);
  return timingSafeEqual(derived, Buffer.from(hash, 'base64url')) && hashed !== undefined;
}
