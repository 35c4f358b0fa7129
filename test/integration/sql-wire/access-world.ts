import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { silentLogger } from '../../../lib/logger.ts';
import type { Logger } from '../../../lib/logger.ts';
import { openAccess } from '../../../semantic/server/access/access.ts';
import { hashSecret } from '../../../semantic/server/access/secret-hash.ts';
import { hashSqlSecret } from '../../../semantic/server/access/sql-secret.ts';
import { selfSigned } from '../../support/self-signed.ts';
import { serveSql } from './support.ts';
import type { TestServer } from './support.ts';

/** Passwords of the users in the file. */
export const passwords = { ana: 'ana has a secret', bo: 'bö has a secret', tool: 'a tool has one' } as const;

export interface AccessWorld {
  readonly server: TestServer;
  readonly folder: string;
  /** Writes the access file anew. */
  readonly write: (text: string) => Promise<void>;
  /** What the file says at first. */
  readonly text: string;
}

interface Wanted {
  readonly isTlsRequired?: boolean;
  readonly withTls?: 'rsa' | 'ec';
  readonly tokens?: string;
  readonly authenticationMs?: number;
  readonly logger?: Logger;
}

const hashes = Promise.all([
  hashSecret(passwords.ana),
  hashSecret(passwords.bo),
  hashSqlSecret(passwords.bo),
]);

/** A server with an access file: ana has a secret, bo and a tool that acts for bo a secret for SCRAM, too. */
export async function openAccessWorld(wanted: Wanted = {}): Promise<AccessWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sql-access-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [ana, bo, boSql] = await hashes;
  const text = `
roles: { all: { sees: ['*'] }, some: { sees: [finance] } }
groups: { analysts: { roles: [all] }, readers: { roles: [some] } }
users:
  ana: { secret: ${ana}, groups: [analysts] }
  bo: { secret: ${bo}, sql_secret: "${boSql}", groups: [readers] }
  tool: { secret: ${bo}, sql_secret: "${await hashSqlSecret(passwords.tool)}", groups: [analysts], acts_for: [bo] }
${wanted.tokens ?? ''}`;
  const file = path.join(folder, 'access.yml');
  await writeFile(file, text);
  const { withTls, isTlsRequired = false, authenticationMs, logger = silentLogger } = wanted;
  const server = await serveSql({
    access: await openAccess(file, silentLogger),
    isTlsRequired,
    logger,
    ...(authenticationMs === undefined ? {} : { authenticationMs }),
    ...(withTls === undefined ? {} : { tls: await tlsFiles(folder, withTls) }),
  });
  return { server, folder, text, write: (next) => writeFile(file, next) };
}

async function tlsFiles(folder: string, kind: 'rsa' | 'ec'): Promise<{ certificate: string; key: string }> {
  const { certificate, key } = selfSigned(kind);
  const files = { certificate: path.join(folder, 'server.crt'), key: path.join(folder, 'server.key') };
  await writeFile(files.certificate, certificate);
  await writeFile(files.key, key);
  return files;
}
