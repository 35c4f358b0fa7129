/** The authoring door: everything that a *.dag.ts file or an operator needs, and nothing else. */
export { allOf, anyOf, asset } from './authoring/asset.ts';
export type { Asset, AssetExpression } from './authoring/asset.ts';
export type { BranchTask, ShortCircuitTask } from './authoring/branch-task.ts';
export { dag } from './authoring/dag.ts';
export type { DagArgs } from './authoring/dag.ts';
export type { DagCallback, DagRunContext } from './authoring/dag-callbacks.ts';
export { chain, crossDownstream, label } from './authoring/edges.ts';
export type { TaskBuilder } from './authoring/task-builder.ts';
export type { DagDefinition } from './authoring/definition.ts';
export {
  assets,
  assetsOrTime,
  continuous,
  cron,
  cronInterval,
  events,
  every,
  everyInterval,
  once,
} from './authoring/schedule.ts';
export type { Schedule } from './authoring/schedule.ts';
export { TaskFail, TaskSkip } from './authoring/task.ts';
export type {
  FunctionTask,
  GroupValues,
  MappedTask,
  MappedTaskHandle,
  SensorArgs,
  SensorTask,
  TaskArgs,
  TaskCallback,
  TaskContext,
  TaskEnd,
  TaskGroupHandle,
  TaskHandle,
} from './authoring/task.ts';
export type { TriggerRule } from './core/trigger-rules.ts';
export { bash } from './operators/bash.ts';
export { sql } from './operators/sql.ts';
export type { SqlClient, SqlOutput } from './operators/sql.ts';
export { triggerDagRun } from './operators/trigger-dag-run.ts';
export { assetSensor } from './sensors/asset-sensor.ts';
export { externalTaskSensor } from './sensors/external-task-sensor.ts';
export { fileSensor, objectSensor } from './sensors/file-sensor.ts';
export { httpSensor } from './sensors/http-sensor.ts';
export { sqlSensor } from './sensors/sql-sensor.ts';
export { timeSensor } from './sensors/time-sensor.ts';
