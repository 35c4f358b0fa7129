/** The authoring door: everything that a *.dag.ts file or an operator needs, and nothing else. */
export { asset } from './authoring/asset.ts';
export type { Asset } from './authoring/asset.ts';
export { dag } from './authoring/dag.ts';
export type { DagArgs, TaskBuilder } from './authoring/dag.ts';
export type { DagDefinition } from './authoring/definition.ts';
export { cron, every, onAnyAsset, onAssets } from './authoring/schedule.ts';
export type { Schedule } from './authoring/schedule.ts';
export { TaskFail, TaskSkip } from './authoring/task.ts';
export type { FunctionTask, SensorTask, TaskArgs, TaskContext, TaskHandle } from './authoring/task.ts';
export type { TriggerRule } from './core/trigger-rules.ts';
