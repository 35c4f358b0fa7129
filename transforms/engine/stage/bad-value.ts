import { isRetryable, messageOf, ShopwaveError } from '../../../lib/errors.ts';
import type { Row } from '../../../warehouse/warehouse.ts';
import { quoteIdentifier, quoteLiteral } from '../../../warehouse/sql-text.ts';
import type { EngineContext } from '../context.ts';
import { describeQuery } from '../materialize/shape.ts';
import type { Model } from '../project/model.ts';
import { deltaRelation, rawTable } from '../warehouse/relations.ts';
import { stageErrors } from './errors.ts';

/** A staging model's SELECT over some of its raw rows. */
export interface Selecting {
  readonly model: Model;
  readonly run: string;
  /** The condition on the raw rows that were to be staged. */
  readonly filter: string;
  /** The model's SELECT over the raw rows for which a condition holds. */
  readonly over: (condition: string) => Promise<string>;
}

/** What engines say of a value that has no place in a type. */
const isOfValue =
  /conversion error|out of range|invalid input|could not convert|is not recognized|failed to cast/i;

/** Whether an engine failed over a value that has no place in a type. */
export function isOfBadValue(error: unknown): boolean {
  return isOfValue.test(messageOf(error));
}

/**
 * Does work over raw rows. One value that is none of its column's type stops it, and the warehouse says neither whose it
 * is nor where it stands: then the first such row is looked for by halves, and named; `besides` follows.
 */
export async function namingBadValue(
  context: EngineContext,
  selecting: Selecting,
  work: () => Promise<void>,
  besides = '',
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (isRetryable(error) || !isOfBadValue(error)) throw error;
    // Looking is a help only: where it fails, what the warehouse said is all there is to say.
    const found = await describeFirst(context, selecting).catch(() => undefined);
    if (found === undefined) throw error;
    throw stageErrors.error('TRANSFORM_RAW_VALUE_INVALID', {
      message: `${selecting.model.name}: ${found}${besides}`,
      where: error instanceof ShopwaveError ? error.where : selecting.model.file,
      cause: error,
    });
  }
}

interface Place {
  readonly position: string;
  readonly ordinal: string;
}

const upTo = ({ position, ordinal }: Place): string =>
  `(_position < ${quoteLiteral(position)} or (_position = ${quoteLiteral(position)} and _ordinal <= ${ordinal}))`;

async function describeFirst(context: EngineContext, selecting: Selecting): Promise<string | undefined> {
  const place = await firstBad(context, selecting);
  if (place === undefined) return undefined;
  const { model, filter, over } = selecting;
  const { position, ordinal } = place;
  const sql = await over(`${filter} and _position = ${quoteLiteral(position)} and _ordinal = ${ordinal}`);
  const [key, failing] = await Promise.all([
    keyOf(context, model, sql),
    failingColumn(context, selecting, sql),
  ]);
  const whose = key === undefined ? 'a row' : key;
  const table = rawTable(model.sources[0] ?? '');
  const at = `${whose} at position ${position} (row ${ordinal} of its transaction) of ${table}`;
  return failing === undefined ? at : `${at}: ${failing}`;
}

/** Halves the raw rows until the first offending one is left; each half is made once, so that all of it costs two passes. */
async function firstBad(context: EngineContext, selecting: Selecting): Promise<Place | undefined> {
  let [low, high] = [undefined as Place | undefined, undefined as Place | undefined];
  for (;;) {
    const within = [
      selecting.filter,
      ...(low === undefined ? [] : [`not ${upTo(low)}`]),
      ...(high === undefined ? [] : [upTo(high)]),
    ].join(' and ');
    const middle = await middleOf(context, selecting.model, within);
    if (middle === undefined) return undefined;
    const isLast = high !== undefined && middle.position === high.position && middle.ordinal === high.ordinal;
    if (isLast) return high;
    if (await canSelect(context, selecting, `${within} and ${upTo(middle)}`)) low = middle;
    else high = middle;
  }
}

/** The last place of the lower half; the only one where there is no more. */
async function middleOf(
  { warehouse }: EngineContext,
  model: Model,
  condition: string,
): Promise<Place | undefined> {
  const [row] = await warehouse.query(
    `select _position as position, _ordinal as ordinal from (
       select _position, _ordinal, row_number() over (order by _position, _ordinal) as place, count(*) over () as n
       from (select distinct _position, _ordinal from ${rawTable(model.sources[0] ?? '')} where ${condition}) as places
     ) as placed where place = floor((n + 1) / 2)`,
  );
  return row === undefined ? undefined : placeIn(row);
}

function placeIn(row: Row): Place {
  return { position: String(row['position']), ordinal: String(row['ordinal']) };
}

async function canSelect(
  { warehouse }: EngineContext,
  { model, run, over }: Selecting,
  condition: string,
): Promise<boolean> {
  try {
    await warehouse.execute(
      `create or replace table ${deltaRelation(model, 'select', run)} as\n${await over(condition)}`,
    );
    return true;
  } catch (error) {
    if (isRetryable(error)) throw error;
    return false;
  }
}

/** The key of a row of which another column cannot be read; engines compute only the columns they are asked for. */
async function keyOf(
  { warehouse }: EngineContext,
  { materialization }: Model,
  sql: string,
): Promise<string | undefined> {
  if (materialization.kind !== 'latest' && materialization.kind !== 'history') return undefined;
  const key = materialization.uniqueKey;
  const [row] = await warehouse.query(`select ${key} as k from (\n${sql}\n) as one`).catch(() => []);
  return row === undefined ? undefined : `${key} = ${String(row['k'])}`;
}

/** The first column that cannot be read, and what the warehouse says of it. */
async function failingColumn(
  { warehouse }: EngineContext,
  { model, run }: Selecting,
  sql: string,
): Promise<string | undefined> {
  for (const { name, type } of await describeQuery(warehouse, sql, deltaRelation(model, 'select', run))) {
    const failure = await warehouse
      .query(`select ${quoteIdentifier(name)} as v from (\n${sql}\n) as one`)
      .then(() => undefined, messageOf);
    if (failure !== undefined)
      return `${name} (${type}) cannot take its value: ${failure.split('\n')[0] ?? ''}`;
  }
  return undefined;
}
