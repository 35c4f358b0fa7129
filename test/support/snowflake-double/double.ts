import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChunkStore } from './chunks.ts';
import type { ChunkSizes } from './chunks.ts';
import { DoubleClock } from './clock.ts';
import type { Engine, EngineAdmin, EngineOptions } from './contract.ts';
import { FaultPlan } from './faults.ts';
import { makeKeys } from './key-pair.ts';
import type { DoubleKeys } from './key-pair.ts';
import type { LoginFailure } from './login.ts';
import { Queries } from './queries.ts';
import type { ArrivedStatement } from './record.ts';
import { startServer } from './server.ts';
import type { ServerDeps } from './server.ts';
import { Sessions } from './sessions.ts';

export interface DoubleOptions {
  readonly account?: string;
  /** Who may log in, all with the one key; the first is the one `settings` names. */
  readonly users?: readonly string[];
  /** How long a statement may run before its client is told to ask again; Snowflake's is 45 s. */
  readonly waitMs?: number;
  readonly sizes?: Partial<ChunkSizes>;
  /** Statements that an account administrator has run before anybody logs in. */
  readonly prepare?: readonly string[];
  /** Where an external stage's buckets lie; see EngineOptions. */
  readonly buckets?: Readonly<Record<string, string>>;
  /** See ServerDeps. */
  readonly extra?: (double: SnowflakeDouble) => NonNullable<ServerDeps['extra']>;
}

/** Settings for the adapter; an account has the database and the warehouse that they name. */
export interface DoubleSettings {
  readonly account: string;
  readonly accessUrl: string;
  readonly user: string;
  readonly warehouse: string;
  readonly database: string;
  readonly auth: { readonly kind: 'key-pair'; readonly privateKeyPath: string };
}

export interface SnowflakeDouble<Admin extends EngineAdmin = EngineAdmin> extends AsyncDisposable {
  readonly url: string;
  readonly settings: <More extends object = object>(more?: More) => DoubleSettings & More;
  readonly keys: DoubleKeys;
  /** A programmatic access token that is good. */
  readonly token: string;
  /** All statements that arrived, in order. */
  readonly statements: readonly ArrivedStatement[];
  readonly faults: FaultPlan;
  readonly clock: DoubleClock;
  /** Why logins failed, in order. */
  readonly loginFailures: readonly LoginFailure[];
  /** Requests it has no door for, and errors of its own; both are empty after a good test. */
  readonly strange: readonly string[];
  readonly internalErrors: readonly unknown[];
  /** Sessions that are open. */
  readonly openSessions: () => number;
  readonly admin: Admin;
  /** Runs statements as an account administrator, who stands in no database, one after the other. */
  readonly administer: (...statements: readonly string[]) => Promise<void>;
  /** From here on a client waits this long for a statement before it is told to ask again. */
  readonly waitFor: (ms: number) => void;
}

/** The HTTP half over an engine, listening on this machine alone, with a key pair of its own. */
export async function startDoubleOver<Admin extends EngineAdmin>(
  openEngine: (options: EngineOptions) => Promise<Engine & { readonly admin: Admin }>,
  options: DoubleOptions = {},
): Promise<SnowflakeDouble<Admin>> {
  const folder = await mkdtemp(join(tmpdir(), 'snowflake-double-'));
  const users = options.users ?? ['SHOPWAVE'];
  const account = options.account ?? 'double';
  const token = randomBytes(24).toString('base64url');
  const keys = await makeKeys(folder);
  const [engineFolder, chunkFolder] = [join(folder, 'engine'), join(folder, 'chunks')];
  await Promise.all([mkdir(engineFolder), mkdir(chunkFolder)]);
  const clock = new DoubleClock();
  const { buckets } = options;
  const engine = await openEngine({
    folder: engineFolder,
    users,
    now: () => clock.now(),
    ...(buckets === undefined ? {} : { buckets }),
  });
  const administer = async (...sql: readonly string[]): Promise<void> =>
    administered(engine, users[0] ?? '', sql);
  await administer(...(options.prepare ?? []));
  const sessions = new Sessions(clock);
  const chunks = new ChunkStore(chunkFolder, {
    inlineBytes: 100_000,
    chunkBytes: 2_000_000,
    ...options.sizes,
  });
  let url = '';
  let waitMs = options.waitMs ?? 45_000;
  const deps = {
    account: { name: account, users, publicKey: keys.publicKey, tokens: new Set([token]) },
    engine,
    sessions,
    clock,
    chunks,
    queries: new Queries(chunks, () => url),
    statements: new Array<ArrivedStatement>(),
    loginFailures: new Array<LoginFailure>(),
    strange: new Array<string>(),
    faults: new FaultPlan(),
    waitMs: () => waitMs,
  };
  let extra: ServerDeps['extra'];
  const server = await startServer({ ...deps, extra: async (...request) => extra?.(...request) });
  url = server.url;
  const double: SnowflakeDouble<Admin> = {
    url,
    settings: (more) => ({
      account,
      accessUrl: url,
      user: users[0] ?? '',
      warehouse: 'SHOPWAVE_WH',
      database: 'SHOPWAVE',
      auth: { kind: 'key-pair', privateKeyPath: keys.privateKeyPath },
      ...(more ?? ({} as never)),
    }),
    keys,
    token,
    statements: deps.statements,
    faults: deps.faults,
    clock,
    loginFailures: deps.loginFailures,
    strange: deps.strange,
    internalErrors: deps.queries.internalErrors,
    openSessions: () => sessions.all.filter((each) => !each.gone).length,
    admin: engine.admin,
    administer,
    waitFor: (ms) => {
      waitMs = ms;
    },
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await Promise.all(sessions.all.map(async (each) => sessions.end(each)));
      await engine.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  extra = options.extra?.(double);
  return double;
}

async function administered(engine: Engine, user: string, statements: readonly string[]): Promise<void> {
  if (statements.length === 0) return;
  const session = await engine.open({ user, role: 'ACCOUNTADMIN', parameters: {} });
  const { signal } = new AbortController();
  try {
    for (const sql of statements) {
      const outcome = await session.run({ sql, binds: [], queryId: randomUUID(), tag: '', signal });
      // A session is busy until what it answers with is read.
      if (outcome.kind === 'rows') for await (const _ of outcome.rows) continue;
    }
  } finally {
    await session.end();
  }
}
