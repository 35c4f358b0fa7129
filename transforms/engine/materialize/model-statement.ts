import { isRetryable, messageOf } from '../../../lib/errors.ts';
import type { EngineContext } from '../context.ts';
import { transformErrors } from '../errors.ts';
import type { Model } from '../project/model.ts';

/**
 * Runs what came from a model's SQL. What the warehouse refuses is reported with the model's file; the line in the
 * message counts in the compiled SQL. What a retry can help (conflicts, a full disk, a lost connection) passes.
 */
export async function blameModel<T>(model: Model, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isRetryable(error)) throw error;
    throw transformErrors.error('TRANSFORM_MODEL_FAILED', {
      message: `${model.name}: ${messageOf(error)}`,
      where: model.file,
      remedy: `See the SQL that was sent with \`shopwave transform compile --select ${model.name}\`.`,
      cause: error,
    });
  }
}

/** Creates a relation from a model's SQL. */
export async function createFromModel(
  context: EngineContext,
  model: Model,
  relation: string,
  sql: string,
): Promise<void> {
  await blameModel(model, () => context.warehouse.execute(`create or replace table ${relation} as\n${sql}`));
}

/** Adds the rows of a model's SQL to a relation made by createFromModel. */
export async function insertFromModel(
  context: EngineContext,
  model: Model,
  relation: string,
  sql: string,
): Promise<void> {
  await blameModel(model, () => context.warehouse.execute(`insert into ${relation}\n${sql}`));
}

/** Creates a view of a model's SQL. */
export async function createViewFromModel(
  context: EngineContext,
  model: Model,
  relation: string,
  sql: string,
): Promise<void> {
  await blameModel(model, () => context.warehouse.execute(`create or replace view ${relation} as\n${sql}`));
}
