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
import type { Fitting } from './fitting.ts';
import { keyingOfStaged } from './staging-models.ts';
import type { Standing } from './standing.ts';
import type { Prepared } from './winners.ts';

/**
 * What puts one model's winners into its table and its feed. With transactional DDL all of it happens in the staging
 * transaction, and only there. Without, DDL would commit the moved head before the rows, so that the transaction holds
 * DML only, as in materialize/replace.ts.
 */
export function winnersStatements(
  run: string,
  prepared: Prepared,
  step: bigint,
  standing: Standing,
): Statements {
  const { model, isRebuild } = prepared;
  if (!isRebuild)
    return { before: mendedFeed(model, standing), inside: merge(run, prepared, step), after: [] };
  const winners = deltaRelation(model, 'winners', run);
  if (standing !== 'transactional') return rebuildAround(model, winners, standing);
  return { before: [], inside: [table(model, winners), newFeed(model, winners), ...view(model)], after: [] };
}

/**
 * A rebuild where DDL commits by itself. An absent table is created empty, so that readers see no row before the head
 * has moved; one of other columns is replaced, a moment ahead of the head; a feed of other columns is replaced after it,
 * since rows that readers have not consumed must outlast a step that fails. Each of these is run whatever stands there,
 * so that what a crash left half made is whole after the next step.
 */
function rebuildAround(
  model: Model,
  winners: string,
  standing: Exclude<Standing, 'transactional'>,
): Statements {
  const isReplaced = standing.table === 'other';
  const empty = `create table if not exists ${stateTable(model)} as select * from ${winners} limit 0`;
  const rows = [
    `delete from ${stateTable(model)}`,
    `insert into ${stateTable(model)} select * from ${winners}`,
  ];
  const feed = newFeed(model, winners);
  return {
    before: [
      isReplaced ? table(model, winners) : empty,
      ...(standing.feed === 'none' ? [feed] : []),
      ...view(model),
    ],
    inside: [
      ...(isReplaced ? [] : rows),
      ...(standing.feed === 'other' ? [] : [`delete from ${feedTable(model)}`]),
    ],
    after: standing.feed === 'other' ? [feed] : [],
  };
}

/**
 * Whether what is made before the transaction must not be taken for a table that a step has filled: it is replaced, or
 * it is new and empty.
 */
export function isAhead({ prepared, standing }: Fitting): boolean {
  if (!prepared.isRebuild || standing === 'transactional') return false;
  return standing.table !== 'same' || standing.feed !== 'same';
}

function table(model: Model, winners: string): string {
  return `create or replace table ${stateTable(model)} as select * from ${winners}`;
}

function newFeed(model: Model, rows: string): string {
  return `create or replace table ${feedTable(model)} as ${feedShape(rows)}`;
}

/**
 * A crash between a rebuild's commit and its new feed leaves the feed of the old columns behind. It holds nothing that
 * readers still need: the rebuild has told them to read the whole table.
 */
function mendedFeed(model: Model, standing: Standing): string[] {
  if (standing === 'transactional' || standing.feed !== 'other') return [];
  return [newFeed(model, stateTable(model))];
}

function view(model: Model): string[] {
  if (model.materialization.kind !== 'latest') return [];
  return [
    `create or replace view ${publishedRelation(model)} as
     select * exclude (${logColumns.join(', ')}) from ${stateTable(model)} where _op <> 'd'`,
  ];
}

function merge(run: string, { model, replacesVersions }: Prepared, step: bigint): string[] {
  const winners = deltaRelation(model, 'winners', run);
  const [state, feed] = [stateTable(model), feedTable(model)];
  const insert = `insert into ${state} select * from ${winners}`;
  const { key, isHistory } = keyingOfStaged(model);
  const replaced = deltaRelation(model, 'old', run);
  if (isHistory) {
    const place = `${key}, _position, _ordinal`;
    const after = `select *, ${step}, 'after' from ${winners}`;
    if (!replacesVersions) return [`insert into ${feed} ${after}`, insert];
    return [
      `insert into ${feed} select *, ${step}, 'before' from ${replaced} union all ${after}`,
      `delete from ${state} where (${place}) in (select ${place} from ${replaced})`,
      insert,
    ];
  }
  return [
    `insert into ${feed} select *, ${step}, 'before' from ${replaced} where _op <> 'd'
     union all select *, ${step}, 'after' from ${winners} where _op <> 'd'`,
    `delete from ${state} where ${key} in (select ${key} from ${replaced})`,
    insert,
  ];
}
