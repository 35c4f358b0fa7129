import { heldBackError } from '../../transforms/engine/run/held-back-error.ts';
import { TaskSkip } from '../../scheduler/index.ts';
import type { FunctionTask, TaskBuilder, TaskHandle } from '../../scheduler/index.ts';
import type { PipelineServices } from '../services.ts';
import { outputsOf } from './build-marts.ts';
import type { BuildOutput, ModelOutput } from './build-marts.ts';

/** The models that each model reads, in an order in which every one comes after those it reads. */
export type ModelGraph = Readonly<Record<string, readonly string[]>>;

/**
 * One task a model in a group `models`, wired as the transforms graph is: what hangs on one model hangs on its task. All
 * of them are published together by `build`, so that readers never see two versions; each task is the gate of its model:
 * it fails where the model's checks held it back, and those of the models that are made from it are upstream_failed.
 */
export function modelTasks(
  t: TaskBuilder<PipelineServices>,
  build: TaskHandle<BuildOutput>,
  graph: ModelGraph,
): ReadonlyMap<string, TaskHandle<ModelOutput>> {
  return t.taskGroup('models', (group) => {
    const tasks = new Map<string, TaskHandle<ModelOutput>>();
    for (const [model, reads] of Object.entries(graph)) {
      const upstream = reads.flatMap((each) => tasks.get(each) ?? []);
      tasks.set(model, group.task(model, publishedModel(model, build)).after(build, ...upstream));
    }
    return tasks;
  }).tasks;
}

/**
 * The gate of one model. Cleared where it had failed for what `build` told, it builds the model again, with what must go
 * along, and publishes it if its checks pass now. Cleared together with `build`, it is told anew.
 */
export function publishedModel(
  model: string,
  build: TaskHandle<BuildOutput>,
): FunctionTask<PipelineServices, ModelOutput> {
  return {
    description: `${model} is in the published version, and its checks have passed`,
    run: async ({ services, xcomPull, tryNumber, logger, signal, dagId, runId, taskId }) => {
      const built = await xcomPull(build);
      if (built === undefined) throw new TaskSkip(`${build.taskId} was marked by hand, and told nothing`);
      const told = built.models[model];
      if (told?.status !== 'held' || tryNumber <= built.tryNumber)
        return gate(model, built.version, told, logger.info);
      const transforms = await services.transforms();
      const requestedBy = `${dagId}/${runId}/${taskId}`;
      const again = await transforms.build({ select: new Set([model]), signal, requestedBy });
      const version = again.publication?.version ?? built.version;
      // Where nothing was left to build, a later version has it.
      return gate(model, version, outputsOf(again)[model], logger.info);
    },
  };
}

function gate(
  model: string,
  version: number,
  output: ModelOutput = { status: 'skipped', removed: 0, added: 0, held: null },
  say: (text: string) => void,
): ModelOutput {
  const failure = heldBackError(version, output.held === null ? [] : [output.held]);
  if (failure !== undefined) throw failure;
  say(sayings[output.status](model, version, output));
  return output;
}

const sayings: Readonly<
  Record<ModelOutput['status'], (model: string, version: number, output: ModelOutput) => string>
> = {
  published: (model, version, { added, removed }) =>
    `${model} is published in version ${version}: ${added} rows added, ${removed} removed`,
  unchanged: (model, version) => `${model} was computed for version ${version}, and nothing differs`,
  skipped: (model) => `nothing that ${model} reads has changed`,
  held: (model) => `${model} is held back`,
};
