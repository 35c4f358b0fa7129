import { randomUUID } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { DoubleClock } from './clock.ts';
import { SqlRefused } from './contract.ts';
import type { Engine } from './contract.ts';
import { jwtFault } from './jwt.ts';
import type { JwtFault } from './jwt.ts';
import type { DoubleSession, Sessions } from './sessions.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const loginBody = z.object({
  data: z.object({
    ACCOUNT_NAME: z.string(),
    LOGIN_NAME: z.string().optional(),
    AUTHENTICATOR: z.string().optional(),
    TOKEN: z.string().optional(),
    PROVIDER: z.string().optional(),
    SESSION_PARAMETERS: z.record(z.string(), scalar).default({}),
  }),
});

type LoginData = z.infer<typeof loginBody>['data'];

/** Who may log in and by what. */
export interface Account {
  readonly name: string;
  readonly users: readonly string[];
  readonly publicKey: KeyObject;
  /** Programmatic access tokens, and what a workload's OIDC provider would sign. */
  readonly tokens: ReadonlySet<string>;
}

export interface LoginDeps {
  readonly account: Account;
  readonly engine: Engine;
  readonly sessions: Sessions;
  readonly clock: DoubleClock;
}

/** Why a login failed, as an administrator can look it up; the client is told less. */
export type LoginFailure = JwtFault | 'UNKNOWN_USER' | 'BAD_TOKEN' | 'AUTHENTICATOR_NOT_ALLOWED';

const wrongCredentials = ['390100', 'Incorrect username or password was specified.'] as const;

type Check = (data: LoginData, deps: LoginDeps) => LoginFailure | undefined;

/** Ways to log in. Whatever is not here is refused like a wrong password, as are passwords. */
const checks: Readonly<Record<string, Check>> = {
  SNOWFLAKE_JWT: (data, { account, clock }) => {
    const expected = { account: account.name, user: data.LOGIN_NAME ?? '', publicKey: account.publicKey };
    return jwtFault(data.TOKEN ?? '', expected, clock.client());
  },
  PROGRAMMATIC_ACCESS_TOKEN: (data, { account }) => tokenFailure(data, account),
  // Of the workload identities only this one's token needs no cloud to be made.
  WORKLOAD_IDENTITY: (data, { account }) =>
    data.PROVIDER === 'OIDC' ? tokenFailure(data, account) : 'AUTHENTICATOR_NOT_ALLOWED',
};

/** Opens a session, or throws what the client is told; `failures` learns the reason. */
export async function login(
  body: unknown,
  query: URLSearchParams,
  deps: LoginDeps,
  failures: LoginFailure[],
): Promise<DoubleSession> {
  const { data } = loginBody.parse(body);
  const { account, engine, sessions } = deps;
  const check = checks[data.AUTHENTICATOR ?? ''];
  const failure = check === undefined ? 'AUTHENTICATOR_NOT_ALLOWED' : check(data, deps);
  const user = userOf(data, account);
  if (failure !== undefined || user === undefined) {
    failures.push(failure ?? 'UNKNOWN_USER');
    throw refusalOf(data);
  }
  const session = await engine.open({
    user,
    ...named('role', query.get('roleName')),
    ...named('warehouse', query.get('warehouse')),
    ...named('database', query.get('databaseName')),
    ...named('schema', query.get('schemaName')),
    parameters: upperCased(data.SESSION_PARAMETERS),
  });
  return sessions.open(user, session);
}

/** How Snowflake says no to a bad JWT: the id is for its administrators. */
export function jwtRefusal(): SqlRefused {
  return new SqlRefused('390144', '08001', `JWT token is invalid. [${randomUUID()}]`);
}

export function upperCased<V>(named: Readonly<Record<string, V>>): Record<string, V> {
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [name.toUpperCase(), value]));
}

function refusalOf(data: LoginData): SqlRefused {
  if (data.AUTHENTICATOR === 'SNOWFLAKE_JWT') return jwtRefusal();
  const [code, message] = wrongCredentials;
  return new SqlRefused(code, '08001', message);
}

/** A workload identity brings no name with it; its user is the one it is registered for. */
function userOf(data: LoginData, { users, name }: Account): string | undefined {
  if (data.ACCOUNT_NAME.toUpperCase() !== name.toUpperCase()) return undefined;
  if (data.AUTHENTICATOR === 'WORKLOAD_IDENTITY') return users[0]?.toUpperCase();
  const wanted = data.LOGIN_NAME?.toUpperCase();
  return users.map((user) => user.toUpperCase()).find((user) => user === wanted);
}

function tokenFailure(data: LoginData, { tokens }: Account): LoginFailure | undefined {
  return data.TOKEN !== undefined && tokens.has(data.TOKEN) ? undefined : 'BAD_TOKEN';
}

function named<K extends string>(key: K, value: string | null): Partial<Record<K, string>> {
  return value === null || value === '' ? {} : ({ [key]: value } as Record<K, string>);
}
