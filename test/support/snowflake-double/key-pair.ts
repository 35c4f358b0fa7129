import { createHash, generateKeyPair, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface DoubleKeys {
  /** PKCS#8 PEM, readable by its owner alone. */
  readonly privateKeyPath: string;
  /** The same key under a passphrase. */
  readonly encryptedKeyPath: string;
  readonly passphrase: string;
  readonly publicKey: KeyObject;
}

type Pair = Readonly<Record<'privateKey' | 'publicKey', KeyObject>>;

/** One for the process: to make it takes longer than to start all the rest of a double. */
let pair: Promise<Pair> | undefined;

/** A key pair that was made for this run; nothing of it outlives the folder and the process. */
export async function makeKeys(folder: string): Promise<DoubleKeys> {
  pair ??= promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const { privateKey, publicKey } = await pair;
  const passphrase = randomBytes(12).toString('hex');
  const privateKeyPath = join(folder, 'key.p8');
  const encryptedKeyPath = join(folder, 'key-encrypted.p8');
  const shape = { format: 'pem', type: 'pkcs8' } as const;
  await writeFile(privateKeyPath, privateKey.export(shape), { mode: 0o600 });
  const encrypted = privateKey.export({ ...shape, cipher: 'aes-256-cbc', passphrase });
  await writeFile(encryptedKeyPath, encrypted, { mode: 0o600 });
  return { privateKeyPath, encryptedKeyPath, passphrase, publicKey };
}

/** As `desc user` shows it and as a JWT's issuer names it. */
export function fingerprintOf(publicKey: KeyObject): string {
  const der = publicKey.export({ format: 'der', type: 'spki' });
  return `SHA256:${createHash('sha256').update(der).digest('base64')}`;
}
