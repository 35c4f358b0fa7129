import { mkdir } from 'node:fs/promises';
import { z } from 'zod';
import { writeArtifact } from '../../../transforms/engine/artifacts/files.ts';
import type { Invocation } from '../../../transforms/engine/artifacts/metadata.ts';
import { buildRunResults } from '../../../transforms/engine/artifacts/run-results.ts';
import type { NodeResult } from '../../../transforms/engine/artifacts/run-results.ts';
import type { Project } from '../../../transforms/engine/project/model.ts';
import type { Transforms } from '../../../transforms/engine/transforms.ts';
import { manifestOf, newInvocation } from '../../transform/docs.ts';
import { resolveSelection, selectionSchema } from '../../transform/selection.ts';
import type { Selected, SelectionInput } from '../../transform/selection.ts';
import type { OperationContext } from '../operation.ts';

/** What the verbs that compute take besides a selection. */
export const workSchema = selectionSchema.extend({
  fullRefresh: z.boolean().default(false),
  threads: z.int().min(1).max(64).optional(),
  dryRun: z.boolean().default(false),
});

export type WorkInput = z.infer<typeof workSchema>;

/** One transform verb under way: the engine by the files as they are now, what was selected, where results go. */
export interface TransformCommand {
  /** The platform's own engine, which the schedule uses. */
  readonly platformEngine: Transforms;
  readonly engine: Transforms;
  readonly project: Project;
  readonly selected: Selected;
  readonly invocation: Invocation;
  /** Things to tell beside the result. */
  readonly notes: string[];
}

/** Reads the files anew with the command's vars and target, and resolves its selection. */
export async function beginCommand(
  input: SelectionInput,
  { platform, onProgress }: OperationContext,
): Promise<TransformCommand> {
  const platformEngine = await platform.transforms();
  const notes: string[] = [];
  const { vars, target } = input;
  const engine = await platformEngine.reading({
    vars,
    target,
    onProgress,
    onWarning: (message) => void notes.push(message),
  });
  const project = engine.project();
  const selected = await resolveSelection(project, input, platform.paths.target);
  notes.push(...selected.notes);
  if (selected.ids.size === 0) notes.push('the selection matches nothing');
  return {
    platformEngine,
    engine,
    project,
    selected,
    notes,
    invocation: newInvocation(platform.clock.now()),
  };
}

/** Before anything is published: the builds of the schedule go by the same files, or would turn them back. */
export function adoptFiles(
  { platformEngine, project, notes }: TransformCommand,
  input: SelectionInput,
): void {
  const isOfThisRunOnly = input.target !== undefined || Object.keys(input.vars ?? {}).length > 0;
  if (!isOfThisRunOnly) {
    platformEngine.adopt(project);
    return;
  }
  if (input.vars !== undefined) {
    notes.push(
      '--vars hold for this run only: the next ordinary build computes the models that read them again',
    );
  }
}

/** Leaves run_results.json and manifest.json in the data folder's target. */
export async function writeResults(
  command: TransformCommand,
  { platform }: OperationContext,
  result: { readonly which: string; readonly input: SelectionInput; readonly nodes: readonly NodeResult[] },
): Promise<void> {
  const { which, input, nodes } = result;
  const folder = platform.paths.target;
  await mkdir(folder, { recursive: true });
  const now = platform.clock.now();
  const invocation = { ...command.invocation, generatedAt: now };
  const elapsedTime = (now.getTime() - invocation.startedAt.getTime()) / 1000;
  const args = {
    which,
    select: input.select ?? [],
    exclude: input.exclude ?? [],
    vars: input.vars ?? {},
  };
  await writeArtifact(
    folder,
    'runResults',
    buildRunResults({ invocation, results: nodes, elapsedTime, args }),
  );
  await writeArtifact(folder, 'manifest', manifestOf(command.project, invocation));
}
