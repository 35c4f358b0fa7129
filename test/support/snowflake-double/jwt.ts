import { verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { fingerprintOf } from './key-pair.ts';

/** What a key-pair login is measured by. */
export interface KeyPairAccount {
  readonly account: string;
  readonly user: string;
  readonly publicKey: KeyObject;
}

/** Why a JWT is refused; only administrators learn it, the client hears "JWT token is invalid". */
export type JwtFault =
  | 'JWT_TOKEN_INVALID_FORMAT'
  | 'JWT_TOKEN_INVALID_ALGORITHM'
  | 'JWT_TOKEN_INVALID_SUBJECT_IN_ISSUER'
  | 'JWT_TOKEN_INVALID_PUBLIC_KEY_FINGERPRINT_MISMATCH'
  | 'JWT_TOKEN_INVALID_SIGNATURE'
  | 'JWT_TOKEN_INVALID_EXPIRATION_TIME'
  | 'JWT_TOKEN_INVALID_ISSUE_TIME';

const claims = z.object({ iss: z.string(), sub: z.string(), iat: z.number(), exp: z.number() });

const malformed = 'JWT_TOKEN_INVALID_FORMAT';

/** A token must arrive within this of having been issued, by the account's clock. */
const issueToleranceMs = 60_000;

/** Checks a JWT as the account would at `now`; undefined is a good one. */
export function jwtFault(token: string, expected: KeyPairAccount, now: number): JwtFault | undefined {
  const [head, payload, signature] = token.split('.');
  if (head === undefined || payload === undefined || signature === undefined) return malformed;
  if (!z.object({ alg: z.literal('RS256') }).safeParse(decoded(head)).success) {
    return 'JWT_TOKEN_INVALID_ALGORITHM';
  }
  const parsed = claims.safeParse(decoded(payload));
  if (!parsed.success) return malformed;
  const signed = Buffer.from(`${head}.${payload}`);
  return (
    identityFault(parsed.data, expected) ??
    (verify('RSA-SHA256', signed, expected.publicKey, Buffer.from(signature, 'base64url'))
      ? timeFault(parsed.data, now)
      : 'JWT_TOKEN_INVALID_SIGNATURE')
  );
}

function identityFault({ iss, sub }: z.infer<typeof claims>, expected: KeyPairAccount): JwtFault | undefined {
  const subject = `${expected.account}.${expected.user}`.toUpperCase();
  if (sub !== subject || !iss.startsWith(`${subject}.`)) return 'JWT_TOKEN_INVALID_SUBJECT_IN_ISSUER';
  const same = iss.slice(subject.length + 1) === fingerprintOf(expected.publicKey);
  return same ? undefined : 'JWT_TOKEN_INVALID_PUBLIC_KEY_FINGERPRINT_MISMATCH';
}

function timeFault({ iat, exp }: z.infer<typeof claims>, now: number): JwtFault | undefined {
  if (milliseconds(exp) <= now) return 'JWT_TOKEN_INVALID_EXPIRATION_TIME';
  const age = Math.abs(now - milliseconds(iat));
  return age > issueToleranceMs ? 'JWT_TOKEN_INVALID_ISSUE_TIME' : undefined;
}

/** The standard says seconds; the Node driver sends milliseconds, and the service takes both. */
function milliseconds(time: number): number {
  return time > 100_000_000_000 ? time : time * 1000;
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
