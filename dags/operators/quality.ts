import { isBlocking } from '../../transforms/engine/checks/check.ts';
import type { CheckResult } from '../../transforms/engine/checks/check.ts';
import type { Cadence } from '../../transforms/engine/project/model.ts';
import type { FunctionTask } from '../../scheduler/index.ts';
import { TaskSkip } from '../../scheduler/index.ts';
import { dagErrors } from '../errors.ts';
import type { PipelineServices } from '../services.ts';
import { metricSource } from './metric-source.ts';

interface ChecksOutput {
  readonly checks: number;
  readonly warnings: number;
}

/** Runs the checks of a cadence on what is published. One that fails is for a person, at once; a warning is recorded. */
export function runCadence(cadence: Cadence): FunctionTask<PipelineServices, ChecksOutput> {
  return {
    description: `Runs the ${cadence} checks on what is published`,
    run: async ({ services, logger }) => {
      const transforms = await services.transforms();
      const { checks, left } = await transforms.runCadence(cadence).catch(skipWhereNothing);
      for (const { check, why } of left) logger.warn(`${check.name} on ${check.model} was not run: ${why}`);
      return outcome(checks, logger);
    },
  };
}

/** Rebuilds every mart aside and compares: the engine's own changes must add up to what a rebuild gives. */
export function compareWithRebuild(): FunctionTask<PipelineServices, ChecksOutput> {
  return {
    description: 'Rebuilds every mart aside from staging and compares it with what builds have made of it',
    executionTimeout: '12h',
    run: async ({ services, logger, signal }) => {
      const transforms = await services.transforms();
      const { checks, left } = await transforms.drift({ signal }).catch(skipWhereNothing);
      for (const { model, why } of left) logger.warn(`${model} was not compared: ${why}`);
      return outcome(checks, logger);
    },
  };
}

/** R9: asks the semantic layer for every governed metric, and compares what it serves with the marts. */
export function compareMetrics(): FunctionTask<PipelineServices, ChecksOutput> {
  return {
    description: 'Compares every governed metric, as it is served, with plain SQL over the marts',
    run: async ({ services, logger }) => {
      const transforms = await services.transforms();
      const source = metricSource(await services.metrics());
      const checks = await transforms.checkMetrics(source).catch(skipWhereNothing);
      return outcome(checks, logger);
    },
  };
}

/** Deletes results of checks that nobody looks at any more. */
export function pruneResults(): FunctionTask<PipelineServices, { readonly deleted: number }> {
  return {
    description: 'Deletes results of checks older than 400 days',
    run: async ({ services }) => ({ deleted: await (await services.transforms()).pruneResults() }),
  };
}

function skipWhereNothing(error: unknown): never {
  const isEmpty = error instanceof Error && 'code' in error && error.code === 'TRANSFORM_NOTHING_PUBLISHED';
  throw isEmpty ? new TaskSkip('nothing is published yet') : error;
}

function outcome(
  checks: readonly CheckResult[],
  logger: { readonly warn: (message: string) => void },
): ChecksOutput {
  const told = checks.filter(({ status }) => status !== 'pass');
  const line = ({ model, name, failures, message }: CheckResult): string =>
    `${name} on ${model}: ${failures} rows${message === undefined ? '' : `, ${message}`}`;
  for (const check of told) logger.warn(line(check));
  const bad = told.filter(isBlocking);
  if (bad.length > 0) {
    throw dagErrors.error('QUALITY_CHECK_FAILED', {
      message: bad.map(line).join('; '),
      where: bad[0]?.model,
    });
  }
  return { checks: checks.length, warnings: told.length };
}
