import { join } from 'node:path';
import type { Engine, EngineAdmin, EngineOptions } from '../contract.ts';
import { setupStatements } from '../sql/macros.ts';
import { translator } from '../sql/translate.ts';
import { AccountObjects } from './account-objects.ts';
import { Mirror } from './mirror.ts';
import { Catalog } from './catalog.ts';
import type { SchemaEntry } from './catalog.ts';
import { Grants } from './grants.ts';
import type { Privilege } from './grants.ts';
import { catalogueTables } from './information-schema.ts';
import { Latch } from './latch.ts';
import { Locks } from './locks.ts';
import { Physical } from './physical.ts';
import { openSession } from './session.ts';
import { Stages } from './stages.ts';
import type { EngineState } from './state.ts';
import { ViewVersions } from './view-versions.ts';
import { Warehouses } from './warehouses.ts';
import type { Meter } from './warehouses.ts';

/** What tests may know of and do to an account beside its SQL. */
export interface AccountAdmin extends EngineAdmin {
  /** From here on nobody has a privilege on a relation, `MARTS.FCT_ORDERS`. */
  readonly deny: (privilege: Privilege, object: string) => void;
  readonly allow: (privilege: Privilege, object: string) => void;
  readonly meter: (warehouse: string) => Meter;
  /** Transactions that somebody has begun and not ended. */
  readonly openTransactions: () => number;
}

export interface AccountEngine extends Engine {
  readonly admin: AccountAdmin;
}

/** Beside the contract's: what a test of the engine alone sets. */
export interface AccountOptions extends EngineOptions {
  /** Milliseconds since 1970, for warehouses' bills and COPY's memory. */
  readonly now?: () => number;
  readonly threads?: number;
  /** A file for DuckDB instead of memory. */
  readonly path?: string;
}

/** The roles that every account has. */
const systemRoles = ['ACCOUNTADMIN', 'SECURITYADMIN', 'USERADMIN', 'SYSADMIN', 'PUBLIC'];

/**
 * An account with what the double's settings name: the database SHOPWAVE with its schema _META and stage LANDING, and the
 * warehouse SHOPWAVE_WH, which rests and does not wake by itself.
 */
export async function openEngine(options: AccountOptions): Promise<AccountEngine> {
  const now = options.now ?? Date.now;
  const physical = await Physical.open(options.path ?? ':memory:', options.threads ?? 2);
  await physical.run(...setupStatements, ...catalogueTables());
  let transactions = 0;
  const engine: EngineState = {
    physical,
    catalog: new Catalog(),
    views: new ViewVersions(physical),
    locks: new Locks(),
    latch: new Latch(),
    warehouses: new Warehouses(now),
    stages: new Stages(join(options.folder, 'stages'), options.buckets ?? {}),
    grants: new Grants(),
    objects: new AccountObjects(),
    translator,
    users: new Set(options.users),
    sessions: new Set(),
    now,
    nextTransactionId: () => {
      transactions += 1;
      return String(1_700_000_000_000_000_000n + BigInt(transactions));
    },
  };
  await furnish(engine, options);
  const mirror = new Mirror(engine);
  return {
    open: (login) => openSession(engine, login),
    admin: {
      query: (sql) => mirror.query(sql),
      deny: (privilege, object) => engine.grants.deny(privilege, object),
      allow: (privilege, object) => engine.grants.allow(privilege, object),
      openTransactions: () =>
        [...engine.sessions].filter(({ transaction }) => transaction !== undefined).length,
      meter: (name) => engine.warehouses.must(name.toUpperCase()).meter,
    },
    close: () => {
      physical.close();
      return Promise.resolve();
    },
  };
}

async function furnish(engine: EngineState, { users }: AccountOptions): Promise<void> {
  const createdMs = engine.now();
  const object = { properties: new Map<string, string>(), body: '', comment: '', owner: '', createdMs };
  for (const role of systemRoles) engine.objects.put({ ...object, kind: 'ROLE', name: [role] });
  for (const user of users)
    engine.objects.put({ ...object, kind: 'USER', name: [user.toUpperCase()], properties: new Map() });
  const entry = (name: string): SchemaEntry => ({
    name,
    comment: '',
    isTransient: false,
    isManaged: false,
    tags: new Map(),
    createdMs,
    retentionDays: 1,
    owner: 'SYSADMIN',
  });
  const schemas = new Map(['PUBLIC', '_META'].map((name) => [name, entry(name)]));
  engine.catalog.databases.set('SHOPWAVE', { ...entry('SHOPWAVE'), schemas });
  await engine.stages.create({
    name: ['SHOPWAVE', '_META', 'LANDING'],
    url: undefined,
    comment: '',
    owner: 'SYSADMIN',
    createdMs,
    properties: new Map(),
  });
  const settings = {
    size: 'X-Small',
    autoSuspend: 0,
    autoResume: false,
    resourceMonitor: null,
    comment: '',
    others: new Map<string, string>(),
  };
  engine.warehouses.create('SHOPWAVE_WH', settings, true);
}
