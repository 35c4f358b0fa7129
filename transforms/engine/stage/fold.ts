import { quoteLiteral } from '../../../warehouse/sql-text.ts';
import type { EngineContext } from '../context.ts';
import { createFromModel } from '../materialize/model-statement.ts';
import { describeRelation } from '../materialize/shape.ts';
import { deltaRelation, rawTable } from '../warehouse/relations.ts';
import type { Selecting } from './bad-value.ts';
import type { NewBatches } from './batches.ts';
import { isMark, isPartial, placeOf } from './changes.ts';
import { eventsSql, livesSql, lostSql, movesSql, winnersSql } from './fold-sql.ts';
import type { Fold } from './fold-sql.ts';
import { filledSql } from './fill-sql.ts';
import type { CarriedColumn } from './fill-sql.ts';
import type { Pending } from './pending.ts';
import { selectParts } from './select-items.ts';
import { asideColumns, settingAside } from './set-aside.ts';
import { keyingOfStaged } from './staging-models.ts';

/**
 * Winners where the raw rows are not all whole rows of one key: truncates, complete snapshots, rows that leave out what
 * did not change, and rows out of quarantine. The events of the keys concerned are put in order with what is staged of
 * them, values are filled in along the lives of rows, over moves to another key, and then the same rules as ever say
 * what is to be staged. Every statement is over sets. Resolves to whether the relation `aside` was made.
 */
export async function foldWinners(
  context: EngineContext,
  batches: NewBatches,
  { model, isRebuild, marks }: Pending,
  asked: Selecting,
): Promise<boolean> {
  const { warehouse } = context;
  const { run } = asked;
  const relation = (part: Parameters<typeof deltaRelation>[1]): string => deltaRelation(model, part, run);
  const raw = rawTable(model.sources[0] ?? '');
  const keyed = { ...asked, filter: `${asked.filter} and not (${isMark})` };
  const hasAside = await settingAside(context, keyed, (select) =>
    createFromModel(context, model, relation('select'), select),
  );
  if (!hasAside) await createAside(context, relation('aside'));
  const columns = (await describeRelation(warehouse, relation('select'))) ?? [];
  const { key, isHistory } = keyingOfStaged(model);
  const partial = await makePartial(context, raw, asked.filter, relation('partial'));
  if (marks > 0) {
    await warehouse.execute(
      `create or replace table ${relation('marks')} as
       select distinct _op, _position, _ordinal, _committed_at, ${placeOf()} as _place from ${raw}
       where ${isMark} and ${asked.filter}`,
    );
  }
  const fold: Fold = {
    model,
    key,
    isHistory,
    isRebuild,
    hasMarks: marks > 0,
    columns,
    hasQuarantine: batches.quarantined > 0 && !isRebuild,
    isFilled: partial.length > 0,
    relation,
  };
  const make = async (part: 'events' | 'lives' | 'moves' | 'filled', sql: string): Promise<void> => {
    await warehouse.execute(`create or replace table ${relation(part)} as\n${sql}`);
  };
  await make('events', eventsSql(fold));
  await make('lives', livesSql(fold));
  if (partial.length > 0) {
    await make('moves', movesSql(fold));
    const carried = carriedColumns(await asked.over(asked.filter), partial);
    await make('filled', filledSql(fold, carried));
    await warehouse.execute(`insert into ${relation('aside')} (${asideColumns})\n${lostSql(fold)}`);
  }
  await warehouse.execute(`create or replace table ${relation('winners')} as\n${winnersSql(fold)}`);
  return true;
}

async function createAside({ warehouse }: EngineContext, aside: string): Promise<void> {
  await warehouse.execute(
    `create or replace table ${aside} (log_position varchar, log_ordinal bigint, key_text varchar,
       column_name varchar, reason varchar, detail varchar, batch_id varchar)`,
  );
}

/** The raw rows that leave values out, and the names of all columns that any of them leaves out. */
async function makePartial(
  { warehouse }: EngineContext,
  raw: string,
  filter: string,
  relation: string,
): Promise<string[]> {
  await warehouse.execute(
    `create or replace table ${relation} as
     select _position, _ordinal, _unchanged, min(_batch_id) as _batch_id from ${raw}
     where ${isPartial} and ${filter} group by _position, _ordinal, _unchanged`,
  );
  const rows = await warehouse.query(`select distinct _unchanged as names from ${relation}`);
  const names = rows.flatMap(({ names }) => JSON.parse(String(names)) as unknown[]);
  return [...new Set(names.map(String))];
}

/** The staging columns made from columns of the source that some row leaves out. */
function carriedColumns(
  select: string,
  names: readonly string[],
): { readonly columns: readonly CarriedColumn[]; readonly isTangled: string } {
  const parts = selectParts(select);
  const left = (name: string): string => `position(${quoteLiteral(JSON.stringify(name))} in _unchanged) > 0`;
  const any = (of: readonly string[]): string =>
    of.length === 0 ? '1 = 0' : `(${of.map(left).join(' or ')})`;
  // A SELECT that cannot be taken apart may make anything from anything.
  if (parts === undefined) return { columns: [], isTangled: any(names) };
  const columns = parts.items.flatMap(({ column, reads }) => {
    const open = reads.filter((name) => names.includes(name));
    if (open.length === 0) return [];
    return [{ column, isCarried: `(${reads.map(left).join(' and ')})`, isAnyCarried: any(open) }];
  });
  const tangled = columns.map(({ isCarried, isAnyCarried }) => `(${isAnyCarried} and not ${isCarried})`);
  const elsewhere = any(parts.readElsewhere.filter((name) => names.includes(name)));
  return { columns, isTangled: [elsewhere, ...tangled].join(' or ') };
}
