import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { TLSSocket, createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { messageOf } from '../../../lib/errors.ts';
import { semanticErrors } from '../../errors.ts';
import { certificateHash } from './certificate-hash.ts';

/** Files in PEM. */
export interface TlsFiles {
  /** The certificate, followed by those that lead to one that clients know. */
  readonly certificate: string;
  readonly key: string;
}

/** Encrypts connections. */
export interface Tls {
  readonly wrap: (socket: Socket) => TLSSocket;
  /** For channel binding; undefined for certificates that do not say by which hash. */
  readonly certificateHash: Buffer | undefined;
}

/** Reads certificate and key. Throws SEMANTIC_SQL_TLS_INVALID. */
export async function openTls({ certificate, key }: TlsFiles): Promise<Tls> {
  const [cert, secret] = await Promise.all([read(certificate), read(key)]);
  const { secureContext, hash } = contextOf(cert, secret, certificate);
  return {
    certificateHash: hash,
    wrap: (socket) => new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: ['postgresql'] }),
  };
}

function contextOf(
  cert: string,
  key: string,
  where: string,
): { secureContext: SecureContext; hash: Buffer | undefined } {
  try {
    return {
      secureContext: createSecureContext({ cert, key, minVersion: 'TLSv1.2' }),
      hash: certificateHash(new X509Certificate(cert).raw),
    };
  } catch (cause) {
    throw invalid(messageOf(cause), where, cause);
  }
}

async function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw invalid(`it cannot be read: ${messageOf(cause)}`, file, cause);
  });
}

function invalid(message: string, where: string, cause: unknown): Error {
  return semanticErrors.error('SEMANTIC_SQL_TLS_INVALID', { message, where, cause });
}
