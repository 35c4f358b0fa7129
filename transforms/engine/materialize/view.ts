import { publishedRelation, rawTable } from '../warehouse/relations.ts';
import { mustModel, rowInputs } from '../project/laws.ts';
import { mustKeepContract } from './contract.ts';
import { runScope } from './delta.ts';
import type { ModelDelta } from './delta.ts';
import { createViewFromModel } from './model-statement.ts';
import { relationKind } from './shape.ts';
import { renderStatement } from './statement.ts';
import { partOf } from './work.ts';
import type { Work } from './work.ts';

/**
 * A view holds no rows, so its delta is its definition; its readers depend on what it selects from. In a run it stands
 * for the same SELECT over the run's own scope, so that later models and all checks see what it will show.
 */
export async function computeView(work: Work): Promise<ModelDelta> {
  const { context, run, model, plan, fingerprint } = work;
  const { project, warehouse } = context;
  const inRun = await renderStatement(project, model.name, runScope(context, run));
  await mustKeepContract(work, inRun);
  await createViewFromModel(context, model, partOf(work, 'current'), inRun);
  await warehouse.execute(
    `create or replace view ${partOf(work, 'new')} as select * from ${partOf(work, 'current')}`,
  );
  const isRebuilt = rowInputs(project, model.name).some((input) => run.deltas.get(input)?.kind === 'full');
  const isSame = plan.kind === 'full' && plan.cause === 'input' && !isRebuilt;
  const published = await renderStatement(project, model.name, {
    ...runScope(context, run),
    relation: (name) => publishedRelation(mustModel(project, name)),
    source: rawTable,
  });
  const standing = isSame ? undefined : await relationKind(warehouse, publishedRelation(model));
  return {
    model,
    kind: 'full',
    fingerprint,
    removed: 0,
    added: 0,
    write: {
      how: 'view',
      isTransactional: warehouse.capabilities.transactionalDdl,
      sql: isSame ? undefined : published,
      replacesTable: standing === 'table',
    },
  };
}
