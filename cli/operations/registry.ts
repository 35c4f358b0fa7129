import { apiBackfill, apiCheck, apiExtract, apiStatus } from './api-sources.ts';
import { archiveCompact, archiveRebuild, archiveRestore, archiveStatusOf, archiveVerify } from './archive.ts';
import { retentionApply, retentionPlan } from './archive-retention.ts';
import { metricsList, metricsQuery } from './metrics.ts';
import type { Operation } from './operation.ts';
import { dagsDetails, dagsNextExecution, dagsShow, tasksWhy } from './dag-facts.ts';
import { dagsList, dagsTest, dagsTrigger, runsList, tasksClear, tasksList, tasksLogs } from './scheduling.ts';
import { privacyErase, privacyRewrap, privacyShow } from './privacy.ts';
import { poolsDelete, poolsList, poolsSet } from './pools.ts';
import {
  qualityCheck,
  qualityDrift,
  qualityMetrics,
  qualityReport,
  qualityRestate,
  qualityShow,
} from './quality.ts';
import { quarantineDiscard, quarantineList, quarantineReplay, quarantineShow } from './quarantine.ts';
import { schemaAllow, schemaDeny, schemaResolve } from './schema-decisions.ts';
import { schemaDiff, schemaHistory } from './schema.ts';
import { simulatorReplay } from './simulator.ts';
import { sourcesOperations } from './sources.ts';
import { status } from './status.ts';
import { backfillCancel, backfillList, backfillRun } from './transform/backfill.ts';
import { transformBuild, transformRun, transformSeed } from './transform/build.ts';
import { transformDiff } from './transform/diff.ts';
import { transformDocs } from './transform/docs.ts';
import { transformFreshness } from './transform/freshness.ts';
import { transformHeld } from './transform/held.ts';
import { transformRerun } from './transform/rerun.ts';
import { transformRetry } from './transform/retry.ts';
import { transformShow } from './transform/show.ts';
import { transformTest } from './transform/test.ts';
import { warehouseQuery } from './warehouse.ts';

/** Everything the platform can be asked to do; the only table of verbs behind both doors. */
const operations: readonly Operation[] = [
  status,
  dagsList,
  dagsShow,
  dagsDetails,
  dagsNextExecution,
  dagsTrigger,
  dagsTest,
  runsList,
  tasksList,
  tasksClear,
  tasksWhy,
  tasksLogs,
  poolsList,
  poolsSet,
  poolsDelete,
  transformRun,
  transformBuild,
  transformSeed,
  transformTest,
  transformShow,
  transformDocs,
  transformDiff,
  transformRetry,
  transformFreshness,
  transformRerun,
  transformHeld,
  backfillRun,
  backfillList,
  backfillCancel,
  apiCheck,
  apiStatus,
  apiExtract,
  apiBackfill,
  schemaDiff,
  schemaHistory,
  schemaAllow,
  schemaDeny,
  schemaResolve,
  ...sourcesOperations,
  qualityReport,
  qualityShow,
  qualityDrift,
  qualityCheck,
  qualityMetrics,
  qualityRestate,
  quarantineList,
  quarantineShow,
  quarantineReplay,
  quarantineDiscard,
  archiveStatusOf,
  archiveVerify,
  archiveCompact,
  archiveRestore,
  archiveRebuild,
  retentionPlan,
  retentionApply,
  privacyErase,
  privacyShow,
  privacyRewrap,
  metricsList,
  metricsQuery,
  warehouseQuery,
  simulatorReplay,
];

const byName: ReadonlyMap<string, Operation> = new Map(
  operations.map((operation) => [operation.name, operation]),
);

/** The operation of that name, if there is one. */
export function findOperation(name: string): Operation | undefined {
  return byName.get(name);
}
