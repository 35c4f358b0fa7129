import { metricsList, metricsQuery } from './metrics.ts';
import type { Operation } from './operation.ts';
import { dagsList, dagsTest, dagsTrigger, runsList, tasksClear, tasksList, tasksLogs } from './scheduling.ts';
import { simulatorReplay } from './simulator.ts';
import { status } from './status.ts';
import { transformRun, transformTest } from './transform.ts';
import { warehouseQuery } from './warehouse.ts';

/** Everything the platform can be asked to do; the only table of verbs behind both doors. */
const operations: readonly Operation[] = [
  status,
  dagsList,
  dagsTrigger,
  dagsTest,
  runsList,
  tasksList,
  tasksClear,
  tasksLogs,
  transformRun,
  transformTest,
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
