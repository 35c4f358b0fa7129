import path from 'node:path';
import { advise } from '../../semantic/advise/advise.ts';
import type { ProposedRollup } from '../../semantic/advise/advise.ts';
import { readMissed } from '../../semantic/server/usage/usage.ts';
import { cliErrors } from '../errors.ts';
import { rowsResult } from '../operations/operation.ts';
import type { OperationResult } from '../operations/operation.ts';
import { usageFileName } from './usage-file.ts';
import { checkedModel, findingRows } from './validate.ts';
import type { ModelInput } from './validate.ts';

/** `metrics advise`: rollups that would spare the warehouse what it was asked most. */
export async function adviseMetrics(
  input: ModelInput & { readonly semanticFolder: string },
): Promise<OperationResult> {
  const model = await checkedModel(input);
  if (!('cubes' in model)) return findingRows(model, input.modelFolder);
  const missed = [...(await readMissed(path.join(input.semanticFolder, usageFileName))).values()];
  if (missed.length === 0) {
    throw cliErrors.error('CLI_NO_USAGE', {
      message: 'no metric query that the warehouse had to answer is on record here',
      where: path.join(input.semanticFolder, usageFileName),
    });
  }
  const { rollups, unanswerable } = advise(model, missed);
  const totalMs = missed.reduce((sum, each) => sum + each.totalMs, 0);
  return rowsResult(
    [
      ...rollups.map((each) => ({
        advice: 'add a rollup',
        file: `cubes/${each.cube}.yml`,
        queries: each.queries,
        seconds: inSeconds(each.savedMs),
        what: yamlOf(each),
      })),
      ...unanswerable.map(({ metrics, reason, queries, totalMs: ms }) => ({
        advice: 'no rollup can',
        file: '',
        queries,
        seconds: inSeconds(ms),
        what: `${metrics.join(', ')}: ${reason}`,
      })),
    ],
    {
      columns: ['advice', 'file', 'queries', 'seconds', 'what'],
      notes: [`${missed.length} kinds of queries took the warehouse ${inSeconds(totalMs)} s so far`],
    },
  );
}

function inSeconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

/** As it would stand under pre_aggregations. */
function yamlOf({ name, measures, dimensions, timeDimension }: ProposedRollup): string {
  return [
    `{ name: ${name}`,
    `measures: [${measures.join(', ')}]`,
    `dimensions: [${dimensions.join(', ')}]`,
    `time_dimension: ${timeDimension}`,
    'granularity: day',
    'partition_granularity: month }',
  ].join(', ');
}
