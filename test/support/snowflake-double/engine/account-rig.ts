import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { snowflakeCapabilities } from '../../../../warehouse/capabilities.ts';
import type { Bind, EngineSession, Login, Outcome, WireValue } from '../contract.ts';
import { openEngine } from './open.ts';
import type { AccountAdmin } from './open.ts';

export type WireRow = Readonly<Record<string, WireValue>>;

/** A session as tests talk to it. */
export interface RigSession {
  readonly raw: EngineSession;
  readonly run: (sql: string, binds?: readonly Bind[], signal?: AbortSignal) => Promise<Outcome>;
  /** Rows by the names that the wire gives columns. */
  readonly rows: (sql: string, binds?: readonly Bind[]) => Promise<WireRow[]>;
  /** The first column of the first row. */
  readonly value: (sql: string, binds?: readonly Bind[]) => Promise<WireValue | undefined>;
  /** Refused with which code; undefined where it was not. */
  readonly refusal: (sql: string, binds?: readonly Bind[]) => Promise<string | undefined>;
}

export interface AccountRig extends AsyncDisposable {
  readonly admin: AccountAdmin;
  readonly folder: string;
  readonly bucket: string;
  /** A session as the project opens it, its warehouse awake; `bare` sets nothing. */
  readonly session: (how?: 'bare') => Promise<RigSession>;
  /** Any login, with no parameters set unless given. */
  readonly open: (login: Partial<Login>) => Promise<RigSession>;
  /** Moves the account's clock. */
  readonly pass: (seconds: number) => void;
}

const usual: Login = {
  user: 'SHOPWAVE',
  role: 'SYSADMIN',
  warehouse: 'SHOPWAVE_WH',
  database: 'SHOPWAVE',
  parameters: {},
};

const projectParameters = Object.fromEntries(
  Object.entries(snowflakeCapabilities.sessionParameters).map(([name, value]) => [name, String(value)]),
);

/** An account of its own, with the clock of a test. */
export async function accountRig(): Promise<AccountRig> {
  const folder = await mkdtemp(join(tmpdir(), 'account-'));
  const bucket = join(folder, 'bucket');
  let now = Date.UTC(2026, 2, 1);
  const engine = await openEngine({
    folder,
    users: ['SHOPWAVE'],
    buckets: { landing: bucket },
    now: () => now,
  });
  const open = async (login: Partial<Login>): Promise<RigSession> =>
    rigSession(await engine.open({ ...usual, ...login }));
  return {
    admin: engine.admin,
    folder,
    bucket,
    open,
    session: async (how) => {
      if (how === 'bare') return await open({});
      const session = await open({ parameters: projectParameters });
      await session.run('alter warehouse shopwave_wh resume if suspended');
      return session;
    },
    pass: (seconds) => {
      now += seconds * 1000;
    },
    [Symbol.asyncDispose]: async () => {
      await engine.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function rigSession(raw: EngineSession): RigSession {
  const run: RigSession['run'] = (sql, binds = [], signal = new AbortController().signal) =>
    raw.run({ sql, binds, queryId: randomUUID(), tag: '', signal });
  const rows: RigSession['rows'] = async (sql, binds) => await rowsOf(await run(sql, binds));
  return {
    raw,
    run,
    rows,
    value: async (sql, binds) => Object.values((await rows(sql, binds))[0] ?? {})[0],
    refusal: async (sql, binds) => {
      try {
        await rows(sql, binds);
        return undefined;
      } catch (error) {
        return (error as { readonly code?: string }).code ?? String(error);
      }
    },
  };
}

export async function rowsOf(outcome: Outcome): Promise<WireRow[]> {
  if (outcome.kind === 'done') return [{ status: outcome.message }];
  if (outcome.kind === 'put') return [];
  const found: WireRow[] = [];
  const named = (row: readonly WireValue[]): WireRow =>
    Object.fromEntries(outcome.columns.map(({ name }, index) => [name, row[index] ?? null]));
  if (outcome.kind === 'dml') return outcome.rows.map(named);
  for await (const batch of outcome.rows) found.push(...batch.map(named));
  return found;
}

export function text(value: string): Bind {
  return { type: 'TEXT', value };
}

export function fixed(value: number): Bind {
  return { type: 'FIXED', value: String(value) };
}
