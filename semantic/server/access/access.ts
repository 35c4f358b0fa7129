import { createHmac, randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { ShopwaveError, messageOf } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/logger.ts';
import { semanticErrors } from '../../errors.ts';
import { parseAccess } from './access-file.ts';
import type { AccessRules } from './access-file.ts';
import { everything, mostRows, noPolicies } from './caller.ts';
import type { Caller } from './caller.ts';
import { connectionAccess, unauthenticated } from './connections.ts';
import type { ConnectionAccess } from './connections.ts';
import { callerOf } from './holder.ts';
import type { Holder } from './holder.ts';
import { isSecret } from './secret-hash.ts';
import { tokenCheck } from './tokens.ts';
import type { TokenCheck } from './tokens.ts';

/** Finds out who asks. */
export interface Access {
  /**
   * The caller behind an Authorization header: `Basic` with a user's name and secret, or a token with or without
   * `Bearer`. Throws SEMANTIC_UNAUTHENTICATED, the same whatever was wrong.
   */
  readonly identify: (authorization: string | undefined) => Promise<Caller>;
}

/** One content of the access file. */
interface Opened {
  readonly stamp: string;
  readonly rules: AccessRules;
  readonly checkToken: TokenCheck | undefined;
  /** Secrets that were right, as keyed digests: the slow hash is computed once for each, not once a query. */
  readonly proven: Map<string, string>;
}

const mostProven = 10_000;

/** One object: what is kept for a caller is found again. */
const local: Caller = {
  name: 'local',
  grants: [everything],
  limits: { concurrentQueries: 100, rows: mostRows },
  policyVersion: noPolicies,
};

const localConnected = { name: local.name, caller: async () => local, callerFor: async () => undefined };

/** On a laptop: whoever can open a connection to the loopback address could as well read the warehouse file. */
export const openToLocals: Access & ConnectionAccess = {
  identify: async () => local,
  everybody: localConnected,
  proofOf: async () => ({ kind: 'password' }),
  byPassword: async () => localConnected,
  byScram: async () => localConnected,
};

/**
 * Access by a file, which is read again when it was changed. A broken change is logged and the rules before it stay;
 * a broken file at the start throws SEMANTIC_ACCESS_INVALID with file and line.
 */
export async function openAccess(file: string, logger: Logger): Promise<Access & ConnectionAccess> {
  const digestKey = randomBytes(32);
  let opened = await open(file, await stampOf(file));
  let refused = '';
  const current = async (): Promise<Opened> => {
    const stamp = await stampOf(file);
    if (stamp === opened.stamp || stamp === refused) return opened;
    try {
      opened = await open(file, stamp);
    } catch (error) {
      refused = stamp;
      logger.error('the access file is wrong; who may see what stays as it was', {
        reason: messageOf(error),
        where: error instanceof ShopwaveError ? error.where : file,
      });
    }
    return opened;
  };
  return {
    identify: async (authorization) => {
      const at = await current();
      const holder = await holderOf(at, authorization ?? '', digestKey).catch(() => undefined);
      if (holder === undefined) throw unauthenticated();
      return callerOf(at.rules, holder);
    },
    ...connectionAccess({
      current,
      isSecretOf: async (name, secret) =>
        (await provenUser(await current(), name, secret, digestKey)) !== undefined,
    }),
  };
}

async function open(file: string, stamp: string): Promise<Opened> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw semanticErrors.error('SEMANTIC_ACCESS_INVALID', {
      message: `it cannot be read: ${messageOf(cause)}`,
      where: file,
      cause,
    });
  });
  const rules = parseAccess(text, file);
  const checkToken = rules.tokens && (await tokenCheck(rules.tokens, path.dirname(file)));
  return { stamp, rules, checkToken, proven: new Map() };
}

async function stampOf(file: string): Promise<string> {
  const found = await stat(file, { bigint: true }).catch(() => undefined);
  return found === undefined ? 'missing' : `${found.mtimeNs} ${found.size} ${found.ino}`;
}

async function holderOf(at: Opened, authorization: string, digestKey: Buffer): Promise<Holder | undefined> {
  const [, scheme = '', credentials = ''] = /^(?:(\S+) +)?(\S+)$/.exec(authorization.trim()) ?? [];
  if (scheme.toLowerCase() === 'basic') return userOf(at, credentials, digestKey);
  return at.checkToken?.(credentials);
}

async function userOf(at: Opened, credentials: string, digestKey: Buffer): Promise<Holder | undefined> {
  const decoded = Buffer.from(credentials, 'base64').toString('utf8');
  const [, name = '', secret = ''] = /^([^:]*):(.*)$/s.exec(decoded) ?? [];
  return provenUser(at, name, secret, digestKey);
}

async function provenUser(
  at: Opened,
  name: string,
  secret: string,
  digestKey: Buffer,
): Promise<Holder | undefined> {
  const user = Object.hasOwn(at.rules.users, name) ? at.rules.users[name] : undefined;
  const digest = createHmac('sha256', digestKey).update(`${name}:${secret}`).digest('base64url');
  if (at.proven.get(digest) !== name || user === undefined) {
    if (!(await isSecret(secret, user?.secret)) || user === undefined) return undefined;
    if (at.proven.size >= mostProven) at.proven.clear();
    at.proven.set(digest, name);
  }
  return { name, groups: user.groups, values: user.values };
}
