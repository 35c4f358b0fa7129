import { assetsList } from './assets.ts';
import { backfillCancel, backfillCreate, backfillList, backfillPause, backfillUnpause } from './backfill.ts';
import { dagsListImportErrors, dagsPause, dagsReport, dagsUnpause } from './dags.ts';
import { dbCheck, dbClean, dbMigrate } from './db.ts';
import { apiBackfill, apiCheck, apiExtract, apiStatus } from './api-sources.ts';
import { archiveCompact, archiveRebuild, archiveRestore, archiveStatusOf, archiveVerify } from './archive.ts';
import { retentionApply, retentionPlan } from './archive-retention.ts';
import { metricsDiff } from './metric-diff.ts';
import { metricsPreview } from './metric-preview.ts';
import { metricsList, metricsQuery } from './metrics.ts';
import type { Operation } from './operation.ts';
import { dagsDetails, dagsNextExecution, dagsShow } from './dag-facts.ts';
import { dagsList, dagsTrigger, runsList } from './scheduling.ts';
import { tasksLogs } from './task-logs.ts';
import { tasksClear, tasksMark } from './task-alterations.ts';
import {
  tasksFailedDeps,
  tasksList,
  tasksRender,
  tasksState,
  tasksStatesForDagRun,
  tasksWhy,
} from './tasks.ts';
import { privacyErase, privacyRewrap, privacyShow } from './privacy.ts';
import {
  connectionsList,
  connectionsGet,
  connectionsAdd,
  connectionsDelete,
  connectionsTest,
  connectionsImport,
  connectionsExport,
} from './connections.ts';
import {
  variablesList,
  variablesGet,
  variablesSet,
  variablesDelete,
  variablesImport,
  variablesExport,
} from './variables.ts';
import { poolsDelete, poolsExport, poolsGet, poolsImport, poolsList, poolsSet } from './pools.ts';
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
import { transformBackfill, transformBackfillCancel, transformBackfillList } from './transform/backfill.ts';
import { transformBuild, transformRun, transformSeed } from './transform/build.ts';
import { transformDiff } from './transform/diff.ts';
import { transformDocs } from './transform/docs.ts';
import { transformFreshness } from './transform/freshness.ts';
import { transformHeld } from './transform/held.ts';
import { transformRerun } from './transform/rerun.ts';
import { transformRetry } from './transform/retry.ts';
import { transformShow } from './transform/show.ts';
import { transformTest } from './transform/test.ts';
import { dagsTest, tasksTest } from './tests.ts';
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
  dagsPause,
  dagsUnpause,
  dagsListImportErrors,
  dagsReport,
  runsList,
  tasksList,
  tasksStatesForDagRun,
  tasksState,
  tasksWhy,
  tasksFailedDeps,
  tasksRender,
  tasksClear,
  tasksMark,
  tasksLogs,
  tasksTest,
  poolsList,
  poolsGet,
  poolsSet,
  poolsDelete,
  poolsImport,
  poolsExport,
  variablesList,
  variablesGet,
  variablesSet,
  variablesDelete,
  variablesImport,
  variablesExport,
  connectionsList,
  connectionsGet,
  connectionsAdd,
  connectionsDelete,
  connectionsTest,
  connectionsImport,
  connectionsExport,
  assetsList,
  backfillCreate,
  backfillList,
  backfillPause,
  backfillUnpause,
  backfillCancel,
  dbCheck,
  dbMigrate,
  dbClean,
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
  transformBackfill,
  transformBackfillList,
  transformBackfillCancel,
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
  metricsPreview,
  metricsDiff,
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
