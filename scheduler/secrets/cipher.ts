import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { secretErrors } from './errors.ts';

/** Encrypts what is stored; `bound` says where a value stands, so that none can be put in another's place. */
export interface SecretCipher {
  readonly encrypt: (plain: string, bound: string) => string;
  readonly decrypt: (sealed: string, bound: string) => string;
}

const algorithm = 'aes-256-gcm';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const keyShape = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]{43}=)$/;

/** AES-256-GCM by keys as `id:base64,id:base64`: the first encrypts, all decrypt. undefined: no key, no cipher. */
export function createCipher(keys: string | undefined): SecretCipher | undefined {
  if (keys === undefined || keys === '') return undefined;
  const ring = new Map(keys.split(',').map(parseKey));
  const [active] = ring;
  if (active === undefined || ring.size < keys.split(',').length) throw invalidKeys();
  const [activeId, activeKey] = active;
  return {
    encrypt: (plain, bound) => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, activeKey, nonce).setAAD(Buffer.from(bound));
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return `v1:${activeId}:${Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64')}`;
    },
    decrypt: (sealed, bound) => {
      const [version, keyId = '', payload = ''] = sealed.split(':');
      const key = ring.get(keyId);
      if (version !== 'v1' || key === undefined) throw damaged(bound);
      return open(key, Buffer.from(payload, 'base64'), bound);
    },
  };
}

function open(key: Buffer, payload: Buffer, bound: string): string {
  try {
    const decipher = createDecipheriv(algorithm, key, payload.subarray(0, nonceBytes))
      .setAAD(Buffer.from(bound))
      .setAuthTag(payload.subarray(-tagBytes));
    const body = payload.subarray(nonceBytes, -tagBytes);
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
  } catch {
    // The reason says nothing, and an error may hold its input.
    throw damaged(bound);
  }
}

function parseKey(text: string): readonly [string, Buffer] {
  const [, id = '', encoded = ''] = keyShape.exec(text.trim()) ?? [];
  const key = Buffer.from(encoded, 'base64');
  if (key.length !== keyBytes) throw invalidKeys();
  return [id, key];
}

function invalidKeys(): Error {
  const where = '$SHOPWAVE_SECRETS_KEYS';
  return secretErrors.error('SECRETS_KEYS_INVALID', { message: 'a key is not id:base64 of 32 bytes', where });
}

function damaged(where: string): Error {
  return secretErrors.error('SECRET_DAMAGED', { message: 'a stored secret does not decrypt', where });
}
