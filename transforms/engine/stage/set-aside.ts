import { isRetryable } from '../../../lib/errors.ts';
import { quoteLiteral } from '../../../warehouse/sql-text.ts';
import type { EngineContext } from '../context.ts';
import { describeQuery } from '../materialize/shape.ts';
import type { Model } from '../project/model.ts';
import { deltaRelation, rawTable } from '../warehouse/relations.ts';
import { isOfBadValue, namingBadValue } from './bad-value.ts';
import type { Selecting } from './bad-value.ts';
import { isMark } from './changes.ts';
import { shareLimit } from './limit.ts';
import { selectParts, unreadable } from './select-items.ts';
import { keyingOfStaged } from './staging-models.ts';

/** The columns of a model's relation of rows set aside. */
export const asideColumns = 'log_position, log_ordinal, key_text, column_name, reason, detail, batch_id';

/**
 * Does work over a model's SELECT. Where a value has no place in its column's type, the rows that have such values are set
 * aside into the run's relation `aside`, and the work is done over the rest. So many of them that the model must be
 * wrong, or a SELECT that cannot be taken apart, stop it. Resolves to whether there is such a relation.
 */
export async function settingAside(
  context: EngineContext,
  selecting: Selecting,
  work: (select: string) => Promise<void>,
): Promise<boolean> {
  const select = await selecting.over(selecting.filter);
  try {
    await work(select);
    return false;
  } catch (error) {
    if (isRetryable(error) || !isOfBadValue(error)) throw error;
    const failing = (): Promise<void> => Promise.reject(error);
    const probe = await probeOf(context, selecting, select);
    if (probe === undefined) {
      await namingBadValue(context, selecting, failing);
      return false;
    }
    const { bad, rows } = await isolate(context, selecting, probe);
    const isAllThereIs = bad > 0 && bad <= shareLimit(context, rows);
    if (!isAllThereIs) await namingBadValue(context, selecting, failing, ofAll(bad, rows));
    await work(await selecting.over(`${selecting.filter} and not (${probe.isBad})`));
    return true;
  }
}

function ofAll(bad: number, rows: number): string {
  return bad === 0 ? '' : `; ${bad} of ${rows} rows are like it, too many to set aside`;
}

interface Probe {
  /** True of a raw row of which any column cannot be read. */
  readonly isBad: string;
  /** The first column that cannot be read, and what is to be said of it. */
  readonly column: string;
  readonly detail: string;
  readonly keyText: string;
}

async function probeOf(
  { warehouse }: EngineContext,
  { model, run }: Selecting,
  select: string,
): Promise<Probe | undefined> {
  const { dialect } = warehouse.capabilities;
  const parts = selectParts(select);
  if (parts === undefined) return undefined;
  const probes = parts.items.flatMap((item) => {
    const test = item.reads.length === 0 ? undefined : unreadable[dialect](item);
    return test === undefined ? [] : [{ column: item.column, test }];
  });
  if (probes.length === 0) return undefined;
  const types = new Map(
    (await describeQuery(warehouse, select, deltaRelation(model, 'select', run))).map(
      ({ name, type }) => [name, type] as const,
    ),
  );
  const whens = (then: (column: string) => string): string =>
    `case ${probes.map(({ column, test }) => `when ${test} then ${quoteLiteral(then(column))}`).join('\n')} end`;
  return {
    isBad: probes.map(({ test }) => `(${test})`).join('\nor '),
    column: whens((column) => column),
    detail: whens((column) => `${column} (${types.get(column) ?? 'its type'}) cannot take its value`),
    keyText: keyTextOf(model, select, dialect) ?? 'cast(null as varchar)',
  };
}

/** The text of a raw row's key; undefined where a model's key is made from more than one column of the source. */
export function keyTextOf(model: Model, select: string, dialect: 'duckdb' | 'snowflake'): string | undefined {
  const { key } = keyingOfStaged(model);
  const reads = selectParts(select)?.items.find(({ column }) => column === key)?.reads ?? [];
  const [column, ...others] = reads;
  if (column === undefined || others.length > 0) return undefined;
  return dialect === 'duckdb' ? `(data->>'$.${column}')` : `cast(data['${column}'] as varchar)`;
}

async function isolate(
  { warehouse }: EngineContext,
  { model, run, filter }: Selecting,
  { isBad, column, detail, keyText }: Probe,
): Promise<{ readonly bad: number; readonly rows: number }> {
  const raw = rawTable(model.sources[0] ?? '');
  const aside = deltaRelation(model, 'aside', run);
  await warehouse.execute(
    `create or replace table ${aside} as
     select _position as log_position, _ordinal as log_ordinal, ${keyText} as key_text, ${column} as column_name,
       'VALUE_INVALID' as reason, ${detail} as detail, _batch_id as batch_id
     from ${raw} where ${filter} and not (${isMark}) and (${isBad})`,
  );
  const [row] = await warehouse.query(
    `select (select count(*) from ${aside}) as bad, (select count(*) from ${raw} where ${filter}) as n`,
  );
  return { bad: Number(row?.['bad']), rows: Number(row?.['n']) };
}
