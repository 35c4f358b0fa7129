import { isRetryable, messageOf } from '../../../lib/errors.ts';
import { quoteLiteral } from '../../../warehouse/sql-text.ts';
import type { EngineContext } from '../context.ts';
import { renderMapping } from '../compile/compile.ts';
import { runScope } from '../materialize/delta.ts';
import type { BuildRun } from '../materialize/delta.ts';
import { createFromModel } from '../materialize/model-statement.ts';
import { describeRelation } from '../materialize/shape.ts';
import { mustModel, rowInputs } from '../project/laws.ts';
import { keyingOf } from '../project/model.ts';
import type { Model } from '../project/model.ts';
import { deltaRelation, feedTable, publishedRelation, stateTable } from '../warehouse/relations.ts';
import { runErrors } from './errors.ts';

/** A stretch of an input's change feed: after `from`, up to and with `to`. */
export interface FeedWindow {
  readonly input: string;
  readonly from: bigint;
  readonly to: bigint;
}

/** Half-open, UTC, as `YYYY-MM-DD HH:MM:SS`. */
export interface EventRange {
  readonly from: string;
  readonly to: string;
}

/** Creates the relation of touch keys that the changes in some windows map to. */
export async function touchedInWindows(
  context: EngineContext,
  run: BuildRun,
  model: Model,
  windows: readonly FeedWindow[],
): Promise<string> {
  const selects: string[] = [];
  for (const { input, from, to } of windows) {
    const feed = feedTable(mustModel(context.project, input));
    const changed = `(select * from ${feed} where _step > ${from} and _step <= ${to}) as changed`;
    selects.push(...(await mapped(context, run, model, input, changed)));
  }
  return await createAsked(context, run, model, selects);
}

/**
 * Creates the relation of touch keys of everything that happened in some ranges: of the model's own rows, so that those
 * go which should not be there, and of its inputs' rows, so that those come which are missing.
 */
export async function touchedByEvents(
  context: EngineContext,
  run: BuildRun,
  model: Model,
  ranges: readonly EventRange[],
): Promise<string> {
  const inRanges = (column: string): string =>
    ranges
      .map(({ from, to }) => `(${column} >= timestamp '${from}' and ${column} < timestamp '${to}')`)
      .join(' or ');
  const selects: string[] = [];
  const { eventTime } = model.config;
  const touchKey = keyingOf(model)?.touchKey;
  if (eventTime !== undefined && touchKey !== undefined) {
    selects.push(
      `select ${touchKey} as touch_key from ${publishedRelation(model)} where ${inRanges(eventTime)}`,
    );
  }
  for (const input of rowInputs(context.project, model.name)) {
    const inputModel = mustModel(context.project, input);
    const column = inputModel.config.eventTime;
    if (column === undefined) continue;
    const rows = inputModel.layer === 'staging' ? stateTable(inputModel) : publishedRelation(inputModel);
    const changed = `(select *, ${run.version} as _step, 'after' as _image from ${rows} where ${inRanges(column)}) as changed`;
    selects.push(...(await mapped(context, run, model, input, changed)));
  }
  if (selects.length > 0) return await createAsked(context, run, model, selects);
  throw runErrors.error('TRANSFORM_NO_EVENT_TIME', {
    message: `neither ${model.name} nor anything it reads has an event_time`,
    where: model.file,
  });
}

/** Creates the relation of touch keys given by name; they take the type of the model's own column. */
export async function touchedByName(
  context: EngineContext,
  run: BuildRun,
  model: Model,
  keys: readonly string[],
): Promise<string> {
  const touchKey = mustTouchKey(model);
  const type = await typeOf(context, model, touchKey);
  const listed = keys.map((key) => `(${quoteLiteral(key)})`).join(', ');
  try {
    return await createAsked(context, run, model, [
      `select cast(given.k as ${type}) as touch_key from (values ${listed}) as given(k)`,
    ]);
  } catch (error) {
    if (isRetryable(error)) throw error;
    throw runErrors.error('TRANSFORM_BACKFILL_INVALID', {
      message: `a key is no ${touchKey} of ${model.name} (${type}): ${messageOf(error)}`,
      remedy: 'Give the keys as the column has them, one a line.',
      cause: error,
    });
  }
}

async function typeOf({ warehouse }: EngineContext, model: Model, column: string): Promise<string> {
  const columns = await describeRelation(warehouse, publishedRelation(model));
  const found = columns?.find(({ name }) => name.toLowerCase() === column.toLowerCase());
  return found?.type ?? 'varchar';
}

/** The touch key of a model that is recomputed by key; others cannot be backfilled by range or key. */
export function mustTouchKey(model: Model): string {
  const keying = keyingOf(model);
  if (keying !== undefined) return keying.touchKey;
  throw runErrors.error('TRANSFORM_BACKFILL_INVALID', {
    message: `${model.name} is not recomputed by key, so that a part of it cannot be backfilled`,
    where: model.file,
    remedy: 'Backfill it by a full rebuild.',
  });
}

async function mapped(
  context: EngineContext,
  run: BuildRun,
  model: Model,
  input: string,
  changed: string,
): Promise<string[]> {
  const sql = await renderMapping(context.project, model, input, { ...runScope(context, run), changed });
  return sql === undefined ? [] : [sql];
}

async function createAsked(
  context: EngineContext,
  run: BuildRun,
  model: Model,
  selects: readonly string[],
): Promise<string> {
  const relation = deltaRelation(model, 'asked', run.id);
  const none = `select ${mustTouchKey(model)} as touch_key from ${publishedRelation(model)} where 1 = 0`;
  await createFromModel(
    context,
    model,
    relation,
    `select distinct touch_key from (${[none, ...selects].join('\nunion all\n')}) as mapped where touch_key is not null`,
  );
  return relation;
}
