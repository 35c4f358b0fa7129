import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(pbkdf2);

const iterations = 4096;
const keyBytes = 32;
const shape = /^SCRAM-SHA-256\$(\d{4,7}):([A-Za-z\d+/]{22,}={0,2})\$([A-Za-z\d+/]{43}=):([A-Za-z\d+/]{43}=)$/;

/** What a server keeps of a secret to let its holder in by SCRAM-SHA-256; the secret cannot be told from it. */
export interface SqlSecret {
  readonly iterations: number;
  readonly salt: Buffer;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

/** Whether a text is what {@link hashSqlSecret} or PostgreSQL makes. */
export function isSqlSecret(text: string): boolean {
  return shape.test(text);
}

/** Reads a text that {@link isSqlSecret}. */
export function readSqlSecret(text: string): SqlSecret | undefined {
  const [, count, salt, storedKey, serverKey] = shape.exec(text) ?? [];
  if (count === undefined || salt === undefined || storedKey === undefined || serverKey === undefined)
    return undefined;
  return {
    iterations: Number(count),
    salt: Buffer.from(salt, 'base64'),
    storedKey: Buffer.from(storedKey, 'base64'),
    serverKey: Buffer.from(serverKey, 'base64'),
  };
}

/** `SCRAM-SHA-256$4096:<salt>$<StoredKey>:<ServerKey>`, as PostgreSQL's pg_authid has it. */
export async function hashSqlSecret(secret: string): Promise<string> {
  const salt = randomBytes(16);
  const salted = await derive(prepared(secret), salt, iterations, keyBytes, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest('base64');
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

/** A secret that nobody has, the same for the same name: whoever guesses names cannot tell it from a real one. */
export function mockSqlSecret(name: string, serverKey: Buffer): SqlSecret {
  const part = (use: string): Buffer => createHmac('sha256', serverKey).update(`${use}:${name}`).digest();
  return {
    iterations,
    salt: part('salt').subarray(0, 16),
    storedKey: part('stored'),
    serverKey: part('server'),
  };
}

/** Ranges of code points that RFC 3454 maps to nothing (B.1). */
const mappedToNothing: ReadonlyArray<readonly [number, number]> = [
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x1806, 0x1806],
  [0x180b, 0x180d],
  [0x200c, 0x200d],
  [0x2060, 0x2060],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
];
const spaces = /[\p{Zs}\u200b]/gu;
const forbidden = /[\p{Cc}\p{Co}\p{Cn}\p{Cs}\u2028\u2029]/u;

/** SASLprep (RFC 4013) as clients do it before they hash; like theirs, a text that it forbids is taken as it is. */
function prepared(secret: string): string {
  const kept = Array.from(secret.replace(spaces, ' ')).filter((each) => {
    const code = each.codePointAt(0) ?? 0;
    return !mappedToNothing.some(([from, to]) => code >= from && code <= to);
  });
  const mapped = kept.join('').normalize('NFKC');
  return mapped === '' || forbidden.test(mapped) ? secret : mapped;
}
