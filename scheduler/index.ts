/** The authoring door: everything that a *.dag.ts file or an operator needs, and nothing else. */
export { allOf, anyOf, asset } from './authoring/asset.ts';
export type { Asset, AssetExpression } from './authoring/asset.ts';
export type { BranchTask, ShortCircuitTask } from './authoring/branch-task.ts';
export { dag } from './authoring/dag.ts';
export type { DagArgs, TaskBuilder } from './authoring/dag.ts';
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
export type { FunctionTask, SensorTask, TaskArgs, TaskContext, TaskHandle } from './authoring/task.ts';
export type { TriggerRule } from './core/trigger-rules.ts';
