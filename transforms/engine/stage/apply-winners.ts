import type { Session } from '../../../warehouse/warehouse.ts';
import type { Model } from '../project/model.ts';
import {
  deltaRelation,
  feedTable,
  logColumns,
  publishedRelation,
  stateTable,
} from '../warehouse/relations.ts';
import type { Prepared } from './winners.ts';

/** Puts one model's winners into its table and its feed; inside the staging transaction, and only there. */
export async function applyWinners(
  session: Session,
  run: string,
  prepared: Prepared,
  step: bigint,
): Promise<void> {
  const { model } = prepared;
  if (prepared.isRebuild) await replaceTable(session, model, deltaRelation(model, 'winners', run));
  else await mergeWinners(session, run, model, step);
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

async function mergeWinners(session: Session, run: string, model: Model, step: bigint): Promise<void> {
  const winners = deltaRelation(model, 'winners', run);
  const [state, feed] = [stateTable(model), feedTable(model)];
  if (model.materialization.kind === 'latest') {
    const key = model.materialization.uniqueKey;
    const replaced = deltaRelation(model, 'old', run);
    await session.execute(
      `insert into ${feed} select *, ${step}, 'before' from ${replaced} where _op <> 'd'`,
    );
    await session.execute(`delete from ${state} where ${key} in (select ${key} from ${replaced})`);
    await session.execute(`insert into ${feed} select *, ${step}, 'after' from ${winners} where _op <> 'd'`);
  } else {
    await session.execute(`insert into ${feed} select *, ${step}, 'after' from ${winners}`);
  }
  await session.execute(`insert into ${state} select * from ${winners}`);
}
