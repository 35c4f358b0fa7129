import { selectionSchema } from '../../transform/selection.ts';
import type { SelectionInput } from '../../transform/selection.ts';
import { checkNode, leftOutNode } from '../../../transforms/engine/artifacts/check-node.ts';
import type { TestResult } from '../../../transforms/engine/run/published.ts';
import { z } from 'zod';
import { checkRow, failureOfChecks, leftOutRow } from '../checks-failed.ts';
import { defineOperation, rowsResult } from '../operation.ts';
import type { OperationContext, OperationResult } from '../operation.ts';
import { beginCommand, writeResults } from './command.ts';
import type { TransformCommand } from './command.ts';
import { runSelectedUnitTests, unitTestNode } from './unit-tests.ts';

/** Data tests on the published marts, and unit tests. */
export const transformTest = defineOperation({
  name: 'transform.test',
  input: selectionSchema.extend({ threads: z.int().min(1).max(64).optional() }),
  run: async (input, context) =>
    await testSelected(await beginCommand(input, context), context, input, input.threads),
});

/** Runs the tests of a selection, and leaves their results in the data folder. */
export async function testSelected(
  command: TransformCommand,
  context: OperationContext,
  input: SelectionInput,
  threads: number | undefined,
): Promise<OperationResult> {
  const unit = await runSelectedUnitTests(command);
  const { checks, left } = await dataChecks(command, threads);
  const now = context.platform.clock.now();
  const nodes = [
    ...unit.map((each) => unitTestNode(each, now)),
    ...checks.map((each) => checkNode(each, now)),
    ...left.map((each) => leftOutNode(each, now)),
  ];
  await writeResults(command, context, { which: 'test', input, nodes });
  const rows = [
    ...unit.map(({ model, name, status, message }) => ({
      model,
      check: name,
      status,
      failures: status === 'pass' ? 0 : 1,
      message: message ?? null,
    })),
    ...checks.map(checkRow),
    ...left.map(leftOutRow),
  ];
  return rowsResult(rows, {
    columns: ['model', 'check', 'status', 'failures', 'message'],
    notes: command.notes,
    failure: failureOfChecks([...unit, ...checks], left),
  });
}

/** The warehouse is left alone where only unit tests are selected. */
async function dataChecks(
  { engine, project, selected }: TransformCommand,
  threads: number | undefined,
): Promise<TestResult> {
  if (!selected.isNarrowed) return await engine.test({ threads });
  const isDataTest = (id: string): boolean => id.startsWith('test.');
  const tests = new Set([...selected.ids].filter(isDataTest));
  const models = new Set(selected.models.filter((name) => project.models.get(name) !== undefined));
  return tests.size === 0 && models.size === 0
    ? { checks: [], left: [] }
    : await engine.test({ tests, models, threads });
}
