import { isRetryable, messageOf } from '../../../lib/errors.ts';
import type { EngineContext } from '../context.ts';
import { transformErrors } from '../errors.ts';
import type { Model } from '../project/model.ts';
import { blameOf } from './sql-position.ts';
import type { SentSql } from './sql-position.ts';

/**
 * Runs what came from a model's SQL. What the warehouse refuses is reported with its place in the model's file, where
 * the statement is given and the warehouse names one. What a retry can help (conflicts, a full disk, a lost connection)
 * passes.
 */
export async function blameModel<T>(model: Model, work: () => Promise<T>, sent?: SentSql): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isRetryable(error)) throw error;
    const { message, where } = blameOf(model, messageOf(error), sent);
    throw transformErrors.error('TRANSFORM_MODEL_FAILED', {
      message: `${model.name}: ${message}`,
      where,
      remedy: `See the SQL that was sent with \`shopwave transform compile --select ${model.name}\`.`,
      cause: error,
    });
  }
}

/** Creates a relation from a model's SQL; `rendered` is what of it the template gave, the whole unless said. */
export async function createFromModel(
  context: EngineContext,
  model: Model,
  relation: string,
  sql: string,
  rendered = sql,
): Promise<void> {
  await execute(context, model, `create or replace table ${relation} as\n${sql}`, rendered);
}

/** Adds the rows of a model's SQL to a relation made by createFromModel. */
export async function insertFromModel(
  context: EngineContext,
  model: Model,
  relation: string,
  sql: string,
  rendered = sql,
): Promise<void> {
  await execute(context, model, `insert into ${relation}\n${sql}`, rendered);
}

/** Creates a view of a model's SQL. */
export async function createViewFromModel(
  context: EngineContext,
  model: Model,
  relation: string,
  sql: string,
): Promise<void> {
  await execute(context, model, `create or replace view ${relation} as\n${sql}`, sql);
}

async function execute(
  { warehouse }: EngineContext,
  model: Model,
  statement: string,
  rendered: string,
): Promise<void> {
  await blameModel(model, () => warehouse.execute(statement), { statement, rendered });
}
