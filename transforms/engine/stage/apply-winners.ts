import type { Session } from '../../../warehouse/warehouse.ts';
import type { Model } from '../project/model.ts';
import { deltaRelation, feedTable, logColumns, publishedRelation, stateTable } from '../warehouse/relations.ts';
import type { Prepared } from './winners.ts';

/** Puts one model's winners into its table and its feed; inside the staging transaction, and only there. */
export async function applyWinners(session: Session, run: string, prepared: Prepared, step: bigint): Promise<void> {
  const winners = deltaRelation(prepared.model, 'winners', run);
  if (prepared.isRebuild) await replaceTable(session, prepared.model, winners);
  else await mergeWinners(session, prepared.model, winners, step);
}

async function replaceTable(session: Session, model: Model, winners: string): Promise<void> {
  await session.execute(`create or replace table ${stateTable(model)} as select * from ${winners}`);
  await session.execute(
    `create or replace table ${feedTable(model)} as
     select *, cast(0 as bigint) as _step, cast('' as varchar) as _image from ${winners} limit 0`,
  );
  if (model.materialization.kind !== 'latest') return;
  await session.execute(
    `create or replace view ${publishedRelation(model)} as
     select * exclude (${logColumns.join(', ')}) from ${stateTable(model)} where _op <> 'd'`,
  );
}

async function mergeWinners(session: Session, model: Model, winners: string, step: bigint): Promise<void> {
  const state = stateTable(model);
  const feed = feedTable(model);
  if (model.materialization.kind === 'latest') {
    const key = model.materialization.uniqueKey;
    const isReplaced = `${key} in (select ${key} from ${winners})`;
    await session.execute(
      `insert into ${feed} select *, ${step}, 'before' from ${state} where _op <> 'd' and ${isReplaced}`,
    );
    await session.execute(`delete from ${state} where ${isReplaced}`);
    await session.execute(`insert into ${feed} select *, ${step}, 'after' from ${winners} where _op <> 'd'`);
  } else {
    await session.execute(`insert into ${feed} select *, ${step}, 'after' from ${winners}`);
  }
  await session.execute(`insert into ${state} select * from ${winners}`);
}
