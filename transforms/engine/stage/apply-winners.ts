import type { Statements } from '../materialize/replace.ts';
import { feedShape } from '../materialize/replace.ts';
import type { Model } from '../project/model.ts';
import {
  deltaRelation,
  feedTable,
  logColumns,
  publishedRelation,
  stateTable,
} from '../warehouse/relations.ts';
import type { Standing } from './standing.ts';
import type { Prepared } from './winners.ts';

/**
 * What puts one model's winners into its table and its feed. With transactional DDL all of it happens in the staging
 * transaction, and only there. Without, DDL would commit the moved head before the rows, so that the transaction holds
 * DML only, as in materialize/replace.ts: an absent table is created empty before it; one of other columns is replaced
 * before it, a moment ahead of the head, and its feed after it.
 */
export function winnersStatements(
  run: string,
  { model, isRebuild }: Prepared,
  step: bigint,
  standing: Standing,
): Statements {
  const winners = deltaRelation(model, 'winners', run);
  if (!isRebuild) return { before: mendedFeed(model, standing), inside: merge(run, model, step), after: [] };
  const table = `create or replace table ${stateTable(model)} as select * from ${winners}`;
  const feed = `create or replace table ${feedTable(model)} as ${feedShape(winners)}`;
  if (standing === 'transactional') return { before: [], inside: [table, feed, ...view(model)], after: [] };
  if (standing.table === 'other') return { before: [table, ...view(model)], inside: [], after: [feed] };
  return {
    before: standing.table === 'same' ? mendedFeed(model, standing) : creation(model, winners),
    inside: [
      `delete from ${stateTable(model)}`,
      `insert into ${stateTable(model)} select * from ${winners}`,
      `delete from ${feedTable(model)}`,
    ],
    after: [],
  };
}

/** Whether a statement before the transaction changes what readers see: it must be made good where the head does not follow. */
export function isAhead({ isRebuild }: Prepared, standing: Standing): boolean {
  return isRebuild && standing !== 'transactional' && standing.table === 'other';
}

/** Empty, so that readers see no row before the head has moved, and harmless where they are there already. */
function creation(model: Model, winners: string): string[] {
  return [
    `create table if not exists ${stateTable(model)} as select * from ${winners} limit 0`,
    `create or replace table ${feedTable(model)} as ${feedShape(winners)}`,
    ...view(model),
  ];
}

/**
 * A crash between a rebuild's commit and its new feed leaves the feed of the old columns behind. It holds nothing that
 * readers still need: the rebuild has told them to read the whole table.
 */
function mendedFeed(model: Model, standing: Standing): string[] {
  if (standing === 'transactional' || standing.feed !== 'other') return [];
  return [`create or replace table ${feedTable(model)} as ${feedShape(stateTable(model))}`];
}

function view(model: Model): string[] {
  if (model.materialization.kind !== 'latest') return [];
  return [
    `create or replace view ${publishedRelation(model)} as
     select * exclude (${logColumns.join(', ')}) from ${stateTable(model)} where _op <> 'd'`,
  ];
}

function merge(run: string, model: Model, step: bigint): string[] {
  const winners = deltaRelation(model, 'winners', run);
  const [state, feed] = [stateTable(model), feedTable(model)];
  const insert = `insert into ${state} select * from ${winners}`;
  if (model.materialization.kind !== 'latest')
    return [`insert into ${feed} select *, ${step}, 'after' from ${winners}`, insert];
  const key = model.materialization.uniqueKey;
  const replaced = deltaRelation(model, 'old', run);
  return [
    `insert into ${feed} select *, ${step}, 'before' from ${replaced} where _op <> 'd'`,
    `delete from ${state} where ${key} in (select ${key} from ${replaced})`,
    `insert into ${feed} select *, ${step}, 'after' from ${winners} where _op <> 'd'`,
    insert,
  ];
}
