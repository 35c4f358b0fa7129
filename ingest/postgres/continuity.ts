import type { ShopwaveError } from '../../lib/errors.ts';
import type { CaptureState } from './capture-state.ts';
import { captureErrors } from './errors.ts';
import type { CaptureErrorCode } from './errors.ts';
import { formatLsn, parseLsn } from './lsn.ts';
import { identityProblems, publicationDifferences, publishesViaRoot } from './readiness.ts';
import type { LogFacts, PublicationFacts, SlotFacts, TableFacts } from './source-facts.ts';
import type { CapturedTable } from './shop-tables.ts';

/** What was found at the source just before a pull. */
export interface ContinuityFacts {
  readonly log: LogFacts;
  readonly database: string;
  /** End of the log at the source; 0 on a standby, which is refused before this matters. */
  readonly logEnd: bigint;
  readonly slot: SlotFacts | undefined;
  readonly publication: PublicationFacts | undefined;
  readonly tables: readonly TableFacts[];
  /** Landed when the slot had been read: another capture may have landed and acknowledged since this one began. */
  readonly landedSince: bigint;
}

interface Check {
  readonly code: CaptureErrorCode;
  /** What is wrong, or undefined. */
  readonly find: (facts: ContinuityFacts, state: CaptureState, landed: bigint) => string | undefined;
}

/**
 * Everything that must hold for "nothing is missing between what was landed and what the slot will send". In this
 * order: which server, which history, which slot, which publication. None is repaired here: each may be a gap.
 */
const checks: readonly Check[] = [
  {
    code: 'CAPTURE_OTHER_CLUSTER',
    find: ({ log }, state) => differs('system identifier', log.systemIdentifier, state.systemIdentifier),
  },
  { code: 'CAPTURE_STANDBY', find: ({ log }) => (log.isStandby ? 'the server is in recovery' : undefined) },
  {
    code: 'CAPTURE_OTHER_TIMELINE',
    find: ({ log }, state) => differs('timeline', log.timeline, state.timeline),
  },
  {
    code: 'CAPTURE_LOG_WENT_BACK',
    find: ({ logEnd }, _, landed) =>
      landed > logEnd ? `landed up to ${formatLsn(landed)}, the log ends at ${formatLsn(logEnd)}` : undefined,
  },
  {
    code: 'CAPTURE_SLOT_MISSING',
    find: ({ slot }, state) => (slot === undefined ? `there is no slot ${state.slot}` : undefined),
  },
  {
    code: 'CAPTURE_SLOT_UNUSABLE',
    find: ({ slot, database }) =>
      slot?.plugin !== 'pgoutput' || slot.database !== database || slot.twoPhase
        ? `the slot uses ${slot?.plugin} in ${slot?.database}, two-phase ${slot?.twoPhase}`
        : undefined,
  },
  { code: 'CAPTURE_SLOT_LOST', find: ({ slot }) => lostSlot(slot) },
  { code: 'CAPTURE_SLOT_AHEAD', find: ({ slot, landedSince }) => slotAhead(slot, landedSince) },
  {
    code: 'CAPTURE_PUBLICATION_MISSING',
    find: ({ publication }, state) =>
      publication === undefined ? `there is no publication ${state.publication}` : undefined,
  },
  {
    code: 'CAPTURE_PUBLICATION_CHANGED',
    find: ({ publication, tables }, state) =>
      publication && changedPublication(publication, state, publishesViaRoot(tables)),
  },
  {
    code: 'CAPTURE_REPLICA_IDENTITY',
    find: ({ tables }, state) => changedIdentity(tables, state),
  },
];

/** The first thing that broke the continuity of the stream since its slot was made; undefined when nothing did. */
export function continuityError(
  facts: ContinuityFacts,
  state: CaptureState,
  landed: bigint,
  where: string,
): ShopwaveError | undefined {
  for (const check of checks) {
    const message = check.find(facts, state, landed);
    if (message !== undefined) return captureErrors.error(check.code, { message, where });
  }
  return undefined;
}

/** Whether the configured allow-list is still the one the snapshot was taken with. */
export function tablesError(
  configured: readonly CapturedTable[],
  stored: readonly CapturedTable[],
  where: string,
): ShopwaveError | undefined {
  const text = (tables: readonly CapturedTable[]): string[] =>
    tables.map(({ table, key, columns }) => `${table}(${key.join()}; ${[...columns].sort().join()})`);
  const before = new Set(text(stored));
  const now = new Set(text(configured));
  const changed = [...before, ...now].filter((each) => !before.has(each) || !now.has(each));
  if (changed.length === 0) return undefined;
  const names = [...new Set(changed.map((each) => each.slice(0, each.indexOf('('))))];
  return captureErrors.error('CAPTURE_TABLES_CHANGED', {
    message: `the allow-list differs for: ${names.join(', ')}`,
    where,
  });
}

function differs(what: string, found: string | number, expected: string | number): string | undefined {
  return found === expected ? undefined : `${what} is ${found}, expected ${expected}`;
}

function lostSlot(slot: SlotFacts | undefined): string | undefined {
  if (slot?.walStatus === 'reserved' || slot?.walStatus === 'extended') return undefined;
  // "unreserved" can still be read, but the next checkpoint may remove what it needs: reading is the way to save it.
  if (slot?.walStatus === 'unreserved' && slot.reason === null) return undefined;
  return `the slot's log is ${slot?.walStatus ?? 'unknown'}${slot?.reason == null ? '' : ` (${slot.reason})`}`;
}

function slotAhead(slot: SlotFacts | undefined, landed: bigint): string | undefined {
  const confirmed = slot?.confirmedFlush ?? null;
  if (confirmed === null) return 'the slot has no confirmed position';
  if (parseLsn(confirmed) <= landed) return undefined;
  return `landed up to ${formatLsn(landed)}, the slot was confirmed up to ${confirmed}`;
}

function changedPublication(
  found: PublicationFacts,
  state: CaptureState,
  viaRoot: boolean,
): string | undefined {
  if (found.oid !== state.publicationOid) return `${state.publication} was dropped and made again`;
  const differences = publicationDifferences(found, state.tables, viaRoot);
  if (differences.length > 0) return differences.join('; ');
  const readded = readdedTables(found, state);
  return readded.length === 0
    ? undefined
    : `taken out of the publication and put in again: ${readded.join(', ')}`;
}

/** Tables that were out of the publication for a while, whatever it is like now. */
export function readdedTables(found: PublicationFacts, state: CaptureState): string[] {
  const memberships = new Set(found.tables.map((each) => each.oid));
  return state.tables.filter((each) => !memberships.has(each.membershipOid)).map((each) => each.table);
}

function changedIdentity(found: readonly TableFacts[], state: CaptureState): string | undefined {
  const problems = state.tables.flatMap((table) => {
    const facts = found.find((each) => each.table === table.table);
    return facts === undefined ? [] : identityProblems(table, facts);
  });
  return problems.length === 0 ? undefined : problems.map((each) => each.message).join('; ');
}
