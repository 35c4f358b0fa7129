import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { base32 } from './base32.ts';
import { privacyErrors } from './errors.ts';
import { tokenPurposes } from './field-rules.ts';
import type { TokenPurpose } from './field-rules.ts';
import { normalise } from './normalise.ts';
import type { IssuedToken } from './protection.ts';
import type { NamedKey } from './key-provider.ts';
import { SecretBytes } from './secret-bytes.ts';

/** 160 bits of the HMAC: no two of 15M values meet by chance, and a token stays short. */
const tokenBytes = 20;
const tokenShape = /^tkv2_([a-z0-9]{1,16})_[A-Z2-7]{32}$/;

/**
 * Makes tokens `tkv2_<key id>_<base32>`: equal values have equal tokens, and nobody without the key can try values.
 *
 * To rotate, put a new key first and leave the old one second: from then on both tokens are written wherever the
 * raw value passes, which is the mapping from old to new. Take the old key out when every value has passed once
 * (a new snapshot brings them all).
 */
export class TokenRing {
  private readonly keys: readonly DerivedKey[];
  /** Whether a key is being retired. */
  readonly isRotating: boolean;

  constructor(keys: readonly [NamedKey, ...NamedKey[]]) {
    this.keys = keys.map(derive);
    this.isRotating = keys.length > 1;
  }

  /** The token under the active key, and under the one that is being retired. */
  issue(purpose: TokenPurpose, value: string): IssuedToken {
    const [active, retiring] = this.keys;
    const normal = normalise(purpose, value);
    const token = tokenOf(active, purpose, normal);
    return retiring === undefined ? { token } : { token, before: tokenOf(retiring, purpose, normal) };
  }

  /** The row of the mapping from one key to another, from the raw value. */
  mapping(
    purpose: TokenPurpose,
    value: string,
    fromKid: string,
    toKid: string,
  ): { from: string; to: string } {
    const normal = normalise(purpose, value);
    return {
      from: tokenOf(this.key(fromKid), purpose, normal),
      to: tokenOf(this.key(toKid), purpose, normal),
    };
  }

  /** Whether a token stands for a value. */
  verify(purpose: TokenPurpose, token: string, value: string): boolean {
    const kid = tokenShape.exec(token)?.[1];
    if (kid === undefined) return false;
    const expected = tokenOf(this.key(kid), purpose, normalise(purpose, value));
    return timingSafeEqual(Buffer.from(token), Buffer.from(expected));
  }

  private key(kid: string): DerivedKey {
    const found = this.keys.find((each) => each.kid === kid);
    if (found !== undefined) return found;
    throw privacyErrors.error('PRIVACY_KEY_UNKNOWN', { message: `there is no key ${kid}` });
  }
}

interface DerivedKey {
  readonly kid: string;
  readonly byPurpose: Readonly<Record<TokenPurpose, SecretBytes>>;
}

/** A key of its own per purpose: a token of an e-mail address says nothing about one of a card number. */
function derive({ kid, key }: NamedKey): DerivedKey {
  const byPurpose = Object.fromEntries(
    tokenPurposes.map((purpose) => [purpose, deriveKey(key, `token:${purpose}`)]),
  ) as Record<TokenPurpose, SecretBytes>;
  return { kid, byPurpose };
}

/** HKDF-SHA-256 (RFC 5869) of a key for one use. */
export function deriveKey(key: SecretBytes, use: string): SecretBytes {
  return new SecretBytes(new Uint8Array(hkdfSync('sha256', key.reveal(), '', `shopwave:v2:${use}`, 32)));
}

function tokenOf(key: DerivedKey | undefined, purpose: TokenPurpose, normal: string): string {
  if (key === undefined) throw privacyErrors.error('PRIVACY_KEY_UNKNOWN', { message: 'there is no key' });
  const mac = createHmac('sha256', key.byPurpose[purpose].reveal()).update(normal, 'utf8').digest();
  return `tkv2_${key.kid}_${base32(mac.subarray(0, tokenBytes))}`;
}
