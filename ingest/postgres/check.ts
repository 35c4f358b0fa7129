import { readCaptureState } from './capture-state.ts';
import { migrateIngest, readChain } from '../landing/chain.ts';
import { chainStart } from '../landing/manifest.ts';
import { canaryTable, canaryTableSql } from './canary.ts';
import { defaultName, withSource } from './capture-deps.ts';
import type { CaptureDeps, CapturePlace } from './capture-deps.ts';
import type { CaptureState } from './capture-state.ts';
import { publicationSql } from './publication.ts';
import { publishesViaRoot, readinessProblems } from './readiness.ts';
import type { Problem, ReadinessFacts } from './readiness.ts';
import { readReadiness } from './setup.ts';
import type { SourceConnection } from './source-connection.ts';
import { readShopRisks } from './shop-risks.ts';
import type { Warning } from './shop-risks.ts';

/** What a look at the source found, before anything of it is touched. */
export interface SourceReport {
  /** What stands in the way; capture refuses to begin. */
  readonly problems: readonly Problem[];
  /** What capture would change for the shop, or what could harm it. */
  readonly warnings: readonly Warning[];
  /** What setup would run at the source, in this order. */
  readonly statements: readonly string[];
}

/** Looks at the source; changes nothing. */
export async function checkSource(deps: CaptureDeps, source: SourceConnection): Promise<SourceReport> {
  await migrateIngest(deps.control);
  const state = await readCaptureState(deps.control, deps.source);
  const { position = chainStart } = (await readChain(deps.control, deps.source)) ?? {};
  return await look(deps, source, position === chainStart ? undefined : state);
}

/** Looks at a database that nothing follows yet. */
export async function checkUrl(
  options: Pick<CaptureDeps, 'sourceUrl' | 'tables' | 'canary'>,
): Promise<SourceReport> {
  const place = { ...options, slot: defaultName, publication: defaultName };
  return await withSource(place, (source) => look(place, source, undefined));
}

async function look(
  place: CapturePlace,
  source: SourceConnection,
  state: CaptureState | undefined,
): Promise<SourceReport> {
  const facts = await readReadiness(place, source, state);
  return {
    problems: readinessProblems(facts, place.tables),
    warnings: await readShopRisks(place, source, facts),
    statements: state === undefined ? setupSql(place, facts) : [],
  };
}

/** The statements of a setup. */
function setupSql(deps: CapturePlace, facts: ReadinessFacts): string[] {
  const viaRoot = publishesViaRoot(facts.tables);
  const hasTable = facts.tables.some((each) => each.table === canaryTable.table);
  const wantsTable = facts.published.includes(canaryTable) && !hasTable;
  return [
    ...(wantsTable ? [canaryTableSql] : []),
    ...(facts.publication === undefined ? [publicationSql(deps.publication, facts.published, viaRoot)] : []),
    `CREATE_REPLICATION_SLOT "${deps.slot}" LOGICAL pgoutput (SNAPSHOT 'export')`,
  ];
}
