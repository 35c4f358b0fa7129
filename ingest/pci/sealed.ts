import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';
import { base32 } from './base32.ts';
import { privacyErrors } from './errors.ts';
import type { SecretBytes } from './secret-bytes.ts';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** An encrypted value in text: `enc1_<key id>_<base64 of nonce, ciphertext and tag>`. */
const sealedShape = /^enc1_([A-Z2-7]{20})_([A-Za-z0-9+/]+={0,2})$/;

/** Finds encrypted values in any text; the first group is the key's id. */
export const sealedInText = /enc1_([A-Z2-7]{20})_[A-Za-z0-9+/]+={0,2}/g;

/** The key's id and what it hides. */
export interface SealedParts {
  readonly keyId: string;
  readonly payload: Buffer;
}

/** Takes an encrypted value apart; undefined for any other text. */
export function parseSealed(text: string): SealedParts | undefined {
  const [, keyId, payload] = sealedShape.exec(text) ?? [];
  if (keyId === undefined || payload === undefined) return undefined;
  return { keyId, payload: Buffer.from(payload, 'base64') };
}

/** Writes an encrypted value. */
export function formatSealed(keyId: string, payload: Buffer): string {
  return `enc1_${keyId}_${payload.toString('base64')}`;
}

/** 96 random bits: no two keys ever share an id, whoever makes them. */
export function newKeyId(): string {
  return base32(randomBytesOf(12));
}

/**
 * Encrypts with a random nonce. Equal values must not look equal: joins are the tokens' work, and a deterministic form
 * would say whenever a person goes back to an earlier value. `bound` is authenticated and not kept in the result.
 */
export function encrypt(key: SecretBytes, plain: Uint8Array, bound = ''): Buffer {
  const nonce = randomBytesOf(nonceBytes);
  const cipher = createCipheriv(algorithm, key.reveal(), nonce);
  if (bound !== '') cipher.setAAD(Buffer.from(bound));
  const body = cipher.update(plain);
  // Ends the counter mode without a byte of its own.
  cipher.final();
  return Buffer.concat([nonce, body, cipher.getAuthTag()]);
}

/** The reverse of {@link encrypt}; throws for another key, another binding, or a changed byte. */
export function decrypt(key: SecretBytes, payload: Buffer, bound = ''): Buffer {
  try {
    const decipher = createDecipheriv(algorithm, key.reveal(), payload.subarray(0, nonceBytes));
    if (bound !== '') decipher.setAAD(Buffer.from(bound));
    decipher.setAuthTag(payload.subarray(-tagBytes));
    return Buffer.concat([decipher.update(payload.subarray(nonceBytes, -tagBytes)), decipher.final()]);
  } catch {
    // The driver's reason says nothing, and its error may hold the input.
    throw privacyErrors.error('PRIVACY_VALUE_DAMAGED', { message: 'a value does not decrypt with its key' });
  }
}

// A call of the system's generator for each nonce took half of the time of encrypting a short value.
const pool = Buffer.alloc(8_192);
let used = pool.length;

/** Random bytes of which no two calls share one. */
export function randomBytesOf(size: number): Buffer {
  if (used + size > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = Buffer.from(pool.subarray(used, used + size));
  pool.fill(0, used, used + size);
  used += size;
  return bytes;
}
