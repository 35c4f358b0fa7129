import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { SqlSecret } from '../../server/access/sql-secret.ts';
import { protocolViolation } from './fatal-error.ts';

export const scramMechanism = 'SCRAM-SHA-256';
/** Proves besides that nobody sits between client and server. */
export const scramPlusMechanism = 'SCRAM-SHA-256-PLUS';

/** How a client chose to authenticate. */
export interface ScramStart {
  readonly mechanism: string;
  readonly clientFirst: string;
  /** Hash of the server's certificate, where the connection is encrypted and its kind is known. */
  readonly certificateHash: Buffer | undefined;
}

/** An exchange whose first half is done. */
export interface ScramExchange {
  readonly serverFirst: string;
  /** The server's proof; undefined where the client's is wrong. Throws FatalError 08P01 for what is no such message. */
  readonly finish: (clientFinal: string) => string | undefined;
}

const firstShape = /^((?:[yn]|p=([A-Za-z\d.-]+)),(?:a=[^,]*)?,)(n=[^,]*,r=([!-+\--~]+)(?:,.*)?)$/s;
const finalShape = /^(c=([A-Za-z\d+/=]+),r=([!-+\--~]+)(?:,.*)?),p=([A-Za-z\d+/=]+)$/s;
const bindingType = 'tls-server-end-point';

/**
 * The server's side of SCRAM (RFC 5802, 7677). What the client calls itself inside is not looked at, as in PostgreSQL: the
 * startup packet has said it. Throws FatalError 08P01 for a message that is none, or a binding that cannot be.
 */
export function startScram(
  { mechanism, clientFirst, certificateHash }: ScramStart,
  secret: SqlSecret,
  ownNonce: string = randomBytes(18).toString('base64'),
): ScramExchange {
  const [, header = '', binding, bare, clientNonce] = firstShape.exec(clientFirst) ?? [];
  if (bare === undefined) throw protocolViolation('malformed SCRAM message');
  const boundTo = boundHash(mechanism, header, binding, certificateHash);
  const nonce = `${clientNonce}${ownNonce}`;
  const serverFirst = `r=${nonce},s=${secret.salt.toString('base64')},i=${secret.iterations}`;
  const expected = Buffer.concat([Buffer.from(header), boundTo]).toString('base64');
  return {
    serverFirst,
    finish: (clientFinal) => {
      const [, withoutProof, channel, repeated, proof] = finalShape.exec(clientFinal) ?? [];
      if (withoutProof === undefined || proof === undefined)
        throw protocolViolation('malformed SCRAM message');
      if (repeated !== nonce) throw protocolViolation('SCRAM nonce does not match');
      if (channel !== expected) throw protocolViolation('SCRAM channel binding check failed');
      const signed = `${bare},${serverFirst},${withoutProof}`;
      if (!isProof(Buffer.from(proof, 'base64'), signed, secret)) return undefined;
      return `v=${hmac(secret.serverKey, signed).toString('base64')}`;
    },
  };
}

/** What the client must have signed of the certificate. */
function boundHash(
  mechanism: string,
  header: string,
  binding: string | undefined,
  certificateHash: Buffer | undefined,
): Buffer {
  const isPlus = mechanism === scramPlusMechanism;
  if (isPlus !== (binding !== undefined)) throw protocolViolation('malformed SCRAM channel binding');
  // "y": the client could bind and believes that the server cannot. If it can, somebody took the offer away.
  if (header.startsWith('y') && certificateHash !== undefined)
    throw protocolViolation('the client did not see that channel binding was offered');
  if (!isPlus) return Buffer.alloc(0);
  if (binding !== bindingType || certificateHash === undefined)
    throw protocolViolation('unsupported SCRAM channel-binding type');
  return certificateHash;
}

function isProof(proof: Buffer, signed: string, { storedKey }: SqlSecret): boolean {
  const signature = hmac(storedKey, signed);
  if (proof.length !== signature.length) return false;
  const clientKey = Buffer.from(signature.map((byte, index) => byte ^ (proof[index] ?? 0)));
  return timingSafeEqual(createHash('sha256').update(clientKey).digest(), storedKey);
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
