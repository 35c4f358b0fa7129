import type { Session } from '../../../warehouse/warehouse.ts';
import { keyingOf } from '../project/model.ts';
import { deltaRelation, feedTable, publishedRelation } from '../warehouse/relations.ts';
import { applyRows } from './apply-rows.ts';
import type { BuildRun, DeltaWrite, ModelDelta } from './delta.ts';
import { feedShape, replaceStatements } from './replace.ts';

/**
 * What must run before the publish transaction, outside any: DDL of a warehouse whose DDL commits. Empty where DDL is
 * transactional. Each statement can be repeated or leaves readers as they are, but for a table whose columns change
 * in a way that adding cannot express: it is replaced a moment ahead of the head.
 */
export function statementsBefore(run: BuildRun, delta: ModelDelta): readonly string[] {
  const write = writeOf(delta);
  if (write.how === 'rows') return write.before;
  if (write.how === 'view')
    return write.isTransactional || write.sql === undefined ? [] : viewStatements(delta, write);
  return replaceStatements(run, delta, write).before;
}

/** Applies one model's delta to production and to its feed, then its post-hooks; inside the publish transaction, and only there. */
export async function applyDelta(session: Session, run: BuildRun, delta: ModelDelta): Promise<void> {
  const write = writeOf(delta);
  if (write.how === 'rows') await applyRows(session, run, delta, write);
  else {
    const statements =
      write.how === 'replace'
        ? replaceStatements(run, delta, write).inside
        : write.isTransactional && write.sql !== undefined
          ? viewStatements(delta, write)
          : [];
    for (const statement of statements) await session.execute(statement);
  }
  for (const statement of delta.followUps?.inside ?? []) await session.execute(statement);
}

/** What is left to run once the publication is committed: grants, post-hooks that stand outside it, new feeds. */
export function statementsAfter(run: BuildRun, delta: ModelDelta): readonly string[] {
  const write = writeOf(delta);
  const own =
    write.how === 'replace'
      ? replaceStatements(run, delta, write).after
      : write.how === 'rows' && write.isNewFeed
        ? [
            `create or replace table ${feedTable(delta.model)} as ${feedShape(deltaRelation(delta.model, 'added', run.id))}`,
          ]
        : [];
  return [...own, ...(delta.followUps?.after ?? [])];
}

function writeOf(delta: ModelDelta): DeltaWrite {
  if (delta.write !== undefined) return delta.write;
  const key = keyingOf(delta.model)?.uniqueKey;
  if (delta.kind === 'incremental' && key !== undefined) {
    return { how: 'rows', match: [key], columns: undefined, before: [], isNewFeed: false, isTouched: true };
  }
  return { how: 'replace', isTransactional: true, existing: 'other', replacesView: false };
}

function viewStatements(delta: ModelDelta, write: DeltaWrite & { readonly how: 'view' }): string[] {
  const target = publishedRelation(delta.model);
  return [
    `create schema if not exists ${delta.model.config.schema}`,
    ...(write.replacesTable ? [`drop table ${target}`] : []),
    `create or replace view ${target} as\n${write.sql ?? ''}`,
  ];
}
