import { renderText } from '../compile/compile.ts';
import type { Model } from '../project/model.ts';
import { publishedRelation } from '../warehouse/relations.ts';
import { splitStatements } from '../warehouse/statements.ts';
import { runScope } from './delta.ts';
import type { FollowUps } from './delta.ts';
import { grantStatements } from './grants.ts';
import { blameModel } from './model-statement.ts';
import type { Work } from './work.ts';

/**
 * Runs a model's pre-hooks, at once and each by itself: a model is computed beside production, so there is no
 * transaction yet that they could belong to, and they stay done when nothing is published.
 */
export async function runPreHooks(work: Work): Promise<void> {
  for (const hook of work.model.config.preHook) {
    for (const sql of await renderHook(work, hook))
      await blameModel(work.model, () => work.context.warehouse.execute(sql));
    work.context.shapes?.forget();
  }
}

/**
 * A model's post-hooks and grants, rendered. A post-hook belongs to the publish transaction, and a failing one undoes
 * the publication; `transaction: false` lets it run after the commit, as what commits by itself must.
 */
export async function followUpsOf(work: Work): Promise<FollowUps | undefined> {
  const { context, model } = work;
  const inside: string[] = [];
  const after: string[] = [];
  for (const hook of model.config.postHook) {
    (isOutside(model, hook) ? after : inside).push(...(await renderHook(work, hook)));
  }
  const { dialect } = context.warehouse.capabilities;
  after.push(...grantStatements(dialect, publishedRelation(model), model.config.grants));
  return inside.length + after.length === 0 ? undefined : { inside, after };
}

/**
 * A hook's statements, each apart: engines other than DuckDB take one at a time. `{{ this }}` is the published relation;
 * refs are read as this run leaves them.
 */
async function renderHook({ context, run, model }: Work, text: string): Promise<string[]> {
  const { file, line = 1 } = model.properties ?? { file: model.file };
  const rendered = await renderText(
    context.project,
    text,
    { file, line, column: 1 },
    { ...runScope(context, run), model, isHook: true, self: publishedRelation(model) },
  );
  return splitStatements(rendered, context.warehouse.capabilities.dialect).map(({ sql }) => sql);
}

/** The flag of a hook that was authored as { sql, transaction }. */
function isOutside({ config }: Model, hook: string): boolean {
  const authored = config.authored['post-hook'] ?? config.authored['post_hook'];
  const hooks: readonly unknown[] = Array.isArray(authored) ? authored : [authored];
  return hooks.some(
    (each) =>
      typeof each === 'object' &&
      each !== null &&
      'sql' in each &&
      each.sql === hook &&
      'transaction' in each &&
      each.transaction === false,
  );
}
