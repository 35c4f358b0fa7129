import type { ShopwaveError } from '../../../lib/errors.ts';
import { checkNode, leftOutNode } from '../../../transforms/engine/artifacts/check-node.ts';
import type { NodeResult } from '../../../transforms/engine/artifacts/run-results.ts';
import { heldBackError } from '../../../transforms/engine/run/held-back-error.ts';
import type { Behind, BuildResult } from '../../../transforms/engine/run/request.ts';
import { defineOperation, rowsResult } from '../operation.ts';
import type { Operation, OperationContext, OperationResult } from '../operation.ts';
import { adoptFiles, beginCommand, workSchema, writeResults } from './command.ts';
import type { TransformCommand, WorkInput } from './command.ts';
import { previewResult } from './preview.ts';
import { checkUnchanged, leftOutNotes, unchangedFailure } from './unchanged-checks.ts';
import { runSelectedUnitTests, unitTestFailure, unitTestNode } from './unit-tests.ts';

type Which = 'run' | 'build' | 'seed';

/** Stages what was loaded, then builds, audits and publishes. */
export const transformRun: Operation = buildOperation('run');

/** Unit tests first: one that fails refuses everything, before anything is computed. */
export const transformBuild: Operation = buildOperation('build');

/** Seeds alone. */
export const transformSeed: Operation = buildOperation('seed');

function buildOperation(which: Which): Operation {
  return defineOperation({
    name: `transform.${which}`,
    input: workSchema,
    run: async (input, context) => {
      const command = await beginCommand(input, context);
      const nodes: NodeResult[] = [];
      if (which === 'build') await mustPassUnitTests(command, context, input, nodes);
      const chosen = chosenModels(command, which);
      return await buildChosen({ which, input, chosen, nodes }, command, context);
    },
  });
}

async function mustPassUnitTests(
  command: TransformCommand,
  context: OperationContext,
  input: WorkInput,
  nodes: NodeResult[],
): Promise<void> {
  const results = await runSelectedUnitTests(command);
  const now = context.platform.clock.now();
  nodes.push(...results.map((result) => unitTestNode(result, now)));
  const failure = unitTestFailure(results);
  if (failure === undefined) return;
  await writeResults(command, context, { which: 'build', input, nodes });
  throw failure;
}

/** Undefined means all. */
function chosenModels(
  { project, selected }: TransformCommand,
  which: Which,
): ReadonlySet<string> | undefined {
  const isSeed = (name: string): boolean => project.models.get(name)?.materialization.kind === 'seed';
  if (which === 'seed') return new Set(selected.models.filter(isSeed));
  return selected.isNarrowed ? new Set(selected.models) : undefined;
}

/** What a build is to do. */
export interface Build {
  readonly which: string;
  readonly input: WorkInput;
  readonly chosen: ReadonlySet<string> | undefined;
  /** Results of nodes that ran before it. */
  readonly nodes: readonly NodeResult[];
}

/** Stages, builds and publishes what was chosen, and leaves its results in the data folder however it ends. */
export async function buildChosen(
  { which, input, chosen, nodes }: Build,
  command: TransformCommand,
  context: OperationContext,
): Promise<OperationResult> {
  const { engine, notes } = command;
  const { fullRefresh, threads, dryRun } = input;
  if (chosen?.size === 0) {
    await writeResults(command, context, { which, input, nodes });
    return rowsResult([], { columns: resultColumns, notes: [...notes, 'there is nothing to build'] });
  }
  if (!dryRun) {
    adoptFiles(command, input);
    if (which !== 'seed') await engine.stage();
  } else if (await engine.isBehind()) notes.push('batches that are loaded and not yet staged are left out');
  let built: readonly NodeResult[] = [];
  const leaveResults = async (): Promise<void> => {
    if (!dryRun) await writeResults(command, context, { which, input, nodes: [...nodes, ...built] });
  };
  let answer: OperationResult;
  try {
    const result = await engine.build({
      fullRefresh,
      dryRun,
      signal: context.signal,
      onNodes: (told) => (built = told),
      ...(threads === undefined ? {} : { threads }),
      ...(chosen === undefined ? {} : { select: chosen }),
    });
    const { checks, left } =
      which === 'build' ? await checkUnchanged(command, result, threads) : { checks: [], left: [] };
    const now = context.platform.clock.now();
    built = [
      ...result.nodes,
      ...checks.map((check) => checkNode(check, now)),
      ...left.map((each) => leftOutNode(each, now)),
    ];
    notes.push(...leftOutNotes(left));
    answer = dryRun
      ? previewResult(result, notes, unchangedFailure(checks))
      : buildResult(result, command, unchangedFailure(checks));
  } catch (error) {
    // What the build says comes first, whatever keeps its results from being written.
    await leaveResults().catch(() => {});
    throw error;
  }
  await leaveResults();
  return answer;
}

const resultColumns = ['model', 'kind', 'status', 'removed', 'added', 'published'];

/** One row a model; what is held back makes the command fail although the rest is published. */
export function buildResult(
  result: BuildResult,
  { project, notes }: Pick<TransformCommand, 'project' | 'notes'>,
  otherFailure?: ShopwaveError,
): OperationResult {
  const place = (model: string): number => project.order.indexOf(model);
  const { publication, held, behind } = result;
  const inOrder = result.models.toSorted((a, b) => place(a.model) - place(b.model));
  const rows = inOrder.map(({ model, kind, status, removed, added, version }) => ({
    model,
    kind,
    status,
    removed,
    added,
    published: version,
  }));
  return rowsResult(rows, {
    columns: resultColumns,
    notes: [...notes, ...behindNotes(behind)],
    // Without any publication nothing can be held back: such a build throws.
    failure:
      (publication === undefined ? undefined : heldBackError(publication.version, held, behind)) ??
      otherFailure,
  });
}

/** Marts of one version that stand at different positions of the source: whoever joins them must know. */
function behindNotes({ step, models, readers }: Behind): string[] {
  const count = (names: readonly string[]): string =>
    names.length === 1 ? '1 mart has' : `${names.length} marts have`;
  return [
    ...(models.length === 0
      ? []
      : [`${count(models)} not read step ${step} yet: ${models.join(', ')}; the next build of all does`]),
    ...(readers.length === 0
      ? []
      : [
          `${count(readers)} not read what was published now: ${readers.join(', ')}; the next build of all does`,
        ]),
  ];
}
