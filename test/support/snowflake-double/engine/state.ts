import type { SessionState } from './session-state.ts';
import type { Translator } from './translator.ts';
import type { Catalog } from './catalog.ts';
import type { Latch } from './latch.ts';
import type { Locks } from './locks.ts';
import type { Physical } from './physical.ts';
import type { ViewVersions } from './view-versions.ts';
import type { Warehouses } from './warehouses.ts';
import type { Grants } from './grants.ts';
import type { AccountObjects } from './account-objects.ts';
import type { Stages } from './stages.ts';

/** Everything that sessions share. */
export interface EngineState {
  readonly physical: Physical;
  readonly catalog: Catalog;
  readonly views: ViewVersions;
  readonly locks: Locks;
  readonly latch: Latch;
  readonly warehouses: Warehouses;
  readonly stages: Stages;
  readonly grants: Grants;
  readonly objects: AccountObjects;
  readonly translator: Translator;
  readonly users: ReadonlySet<string>;
  /** Those that are open. */
  readonly sessions: Set<SessionState>;
  readonly now: () => number;
  readonly nextTransactionId: () => string;
}
