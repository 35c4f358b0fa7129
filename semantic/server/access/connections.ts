import { createHmac, randomBytes } from 'node:crypto';
import { systemClock } from '../../../lib/clock.ts';
import { semanticErrors } from '../../errors.ts';
import type { AccessRules, UserRules } from './access-file.ts';
import type { Caller } from './caller.ts';
import { callerOf } from './holder.ts';
import type { Holder } from './holder.ts';
import { mockSqlSecret, readSqlSecret } from './sql-secret.ts';
import type { SqlSecret } from './sql-secret.ts';
import type { TokenCheck } from './tokens.ts';

/** Somebody who stays connected. What they may see is looked up anew whenever they ask. */
export interface Connected {
  readonly name: string;
  /** Throws SEMANTIC_UNAUTHENTICATED once the proof with which they came counts no longer. */
  readonly caller: () => Promise<Caller>;
  /** The caller as somebody else; undefined where the access file does not allow that, or does not know them. */
  readonly callerFor: (name: string) => Promise<Caller | undefined>;
}

/** How somebody is asked to prove who they are. */
export type Proof = { readonly kind: 'password' } | { readonly kind: 'scram'; readonly secret: SqlSecret };

/** Finds out who connects to stay. */
export interface ConnectionAccess {
  /** Whoever is let in without being asked; undefined where everybody must prove who they are. */
  readonly everybody: Connected | undefined;
  /**
   * What a name is asked for. A name that nobody has is asked for what somebody could have, always the same. Passwords are
   * asked for only where nobody can overhear them.
   */
  readonly proofOf: (name: string, isConfidential: boolean) => Promise<Proof>;
  /** By a user's secret, or a token. Throws SEMANTIC_UNAUTHENTICATED, the same whatever was wrong. */
  readonly byPassword: (name: string, password: string) => Promise<Connected>;
  /** After the exchange has succeeded with this secret, which the user must still have. Throws as `byPassword` does. */
  readonly byScram: (name: string, secret: SqlSecret) => Promise<Connected>;
}

/** What the access file says now. */
export interface CurrentRules {
  readonly rules: AccessRules;
  readonly checkToken: TokenCheck | undefined;
}

interface Source {
  readonly current: () => Promise<CurrentRules>;
  readonly isSecretOf: (name: string, secret: string) => Promise<boolean>;
}

/** A token that was good this long ago is looked at again. */
const tokenCheckedForMs = 1000;
const tokenShape = /^[\w-]+\.[\w-]+\.[\w-]+$/;

export function connectionAccess({ current, isSecretOf }: Source): ConnectionAccess {
  const mockKey = randomBytes(32);
  const callers = createCallers();
  const userConnected = (name: string, kind: 'secret' | 'sql_secret', proof: string): Connected => {
    const now = async (): Promise<{ rules: AccessRules; user: UserRules }> => {
      const { rules } = await current();
      const user = userOf(rules, name);
      // A changed secret ends what was opened by the one before.
      if (user === undefined || user[kind] !== proof) throw unauthenticated();
      return { rules, user };
    };
    return {
      name,
      caller: async () => {
        const { rules, user } = await now();
        return callers(rules, name, user);
      },
      callerFor: async (other) => {
        const { rules, user } = await now();
        const mayAct = other === name || user.acts_for.includes('*') || user.acts_for.includes(other);
        const acted = mayAct ? userOf(rules, other) : undefined;
        return acted && callers(rules, other, acted);
      },
    };
  };
  const admitted = async (name: string, kind: 'secret' | 'sql_secret'): Promise<Connected> => {
    const proof = userOf((await current()).rules, name)?.[kind];
    if (proof === undefined) throw unauthenticated();
    return userConnected(name, kind, proof);
  };
  return {
    everybody: undefined,
    proofOf: async (name, isConfidential) => proofOf(await current(), { name, isConfidential, mockKey }),
    byPassword: async (name, password) => {
      const { rules, checkToken } = await current();
      if (checkToken !== undefined && tokenShape.test(password)) {
        const connected = await tokenConnected(password, current);
        // A person's own name is theirs, whatever it is; the name of a user in the file is that user's.
        if (connected.name !== name && userOf(rules, name) !== undefined) throw unauthenticated();
        return connected;
      }
      if (!(await isSecretOf(name, password))) throw unauthenticated();
      return admitted(name, 'secret');
    },
    byScram: async (name, secret) => {
      const connected = await admitted(name, 'sql_secret');
      const kept = userOf((await current()).rules, name)?.sql_secret;
      if (kept === undefined || !readSqlSecret(kept)?.storedKey.equals(secret.storedKey))
        throw unauthenticated();
      return connected;
    },
  };
}

/** One text for everything that can be wrong with credentials. */
export function unauthenticated(): Error {
  return semanticErrors.error('SEMANTIC_UNAUTHENTICATED', { message: 'the credentials were not accepted' });
}

interface Asked {
  readonly name: string;
  readonly isConfidential: boolean;
  readonly mockKey: Buffer;
}

/**
 * What is asked for must not tell who exists. Where tokens are accepted, a name may be anybody's and all are asked alike;
 * where some users have a secret for SCRAM and others have not, an unknown name is one or the other by its hash.
 */
function proofOf({ rules, checkToken }: CurrentRules, { name, isConfidential, mockKey }: Asked): Proof {
  const own = userOf(rules, name);
  const secret = own?.sql_secret === undefined ? undefined : readSqlSecret(own.sql_secret);
  const scram: Proof = { kind: 'scram', secret: secret ?? mockSqlSecret(name, mockKey) };
  const password: Proof = { kind: 'password' };
  if (!isConfidential) return scram;
  if (checkToken !== undefined) return password;
  if (own !== undefined) return secret === undefined ? password : scram;
  const kinds = new Set(Object.values(rules.users).map(({ sql_secret: each }) => each !== undefined));
  if (kinds.size < 2) return kinds.has(true) ? scram : password;
  const [byte = 0] = createHmac('sha256', mockKey).update(`kind:${name}`).digest();
  return byte % 2 === 0 ? scram : password;
}

async function tokenConnected(token: string, current: () => Promise<CurrentRules>): Promise<Connected> {
  let last: { check: TokenCheck; holder: Holder; atMs: number } | undefined;
  const callers = createCallers();
  const holderNow = async (): Promise<{ rules: AccessRules; holder: Holder }> => {
    const { rules, checkToken } = await current();
    if (checkToken === undefined) throw unauthenticated();
    const nowMs = systemClock.monotonicMs();
    if (last?.check !== checkToken || nowMs - last.atMs > tokenCheckedForMs) {
      const holder = await checkToken(token).catch(() => undefined);
      if (holder === undefined) throw unauthenticated();
      last = { check: checkToken, holder, atMs: nowMs };
    }
    return { rules, holder: last.holder };
  };
  const { holder } = await holderNow();
  const caller = async (): Promise<Caller> => {
    const now = await holderNow();
    return callers(now.rules, now.holder.name, now.holder);
  };
  return {
    name: holder.name,
    caller,
    callerFor: async (other) => (other === holder.name ? caller() : undefined),
  };
}

/** The same caller as long as nothing has changed, so that what is kept for one is found again. */
function createCallers(): (rules: AccessRules, name: string, rights: Omit<Holder, 'name'>) => Caller {
  const known = new WeakMap<AccessRules, Map<string, { rights: object; caller: Caller }>>();
  return (rules, name, { groups, values }) => {
    const ofRules = known.get(rules) ?? new Map<string, { rights: object; caller: Caller }>();
    known.set(rules, ofRules);
    const found = ofRules.get(name);
    if (found?.rights === groups) return found.caller;
    const caller = callerOf(rules, { name, groups, values });
    ofRules.set(name, { rights: groups, caller });
    return caller;
  };
}

function userOf(rules: AccessRules, name: string): UserRules | undefined {
  return Object.hasOwn(rules.users, name) ? rules.users[name] : undefined;
}
