import { createHash, timingSafeEqual } from 'node:crypto';
import type { SaasRequest } from './api.ts';

/** The bearer token of a request, also as the user name of basic authentication without a password (Stripe). */
export function bearerToken({ headers }: SaasRequest): string | undefined {
  const [scheme, value] = (headers['authorization'] ?? '').split(' ', 2);
  if (scheme?.toLowerCase() === 'bearer') return value;
  return basicCredentials(headers['authorization'])?.user;
}

/** User and password of a basic authorization header. */
export function basicCredentials(
  authorization: string | undefined,
): { readonly user: string; readonly password: string } | undefined {
  const [scheme, value] = (authorization ?? '').split(' ', 2);
  if (scheme?.toLowerCase() !== 'basic' || value === undefined) return undefined;
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Compares secrets without telling by time how far they agree. */
export function isSameSecret(given: string | undefined, expected: string): boolean {
  if (given === undefined) return false;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
