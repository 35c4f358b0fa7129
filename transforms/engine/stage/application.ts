import { messageOf } from '../../../lib/errors.ts';
import type { EngineContext } from '../context.ts';
import type { Statements } from '../materialize/replace.ts';
import { placeholders } from '../warehouse/insert-rows.ts';
import { isAhead, winnersStatements } from './apply-winners.ts';
import { standingOfTable } from './standing.ts';
import type { Prepared } from './winners.ts';

/** All statements of a step around and inside its transaction. */
export interface Application extends Statements {
  /** Models whose table is replaced before the transaction. */
  readonly ahead: readonly string[];
}

/** How the winners of a step get into their tables; what depends on the warehouse's abilities is decided here. */
export async function applicationOf(
  { warehouse }: EngineContext,
  run: string,
  prepared: readonly Prepared[],
  step: bigint,
): Promise<Application> {
  const ahead: string[] = [];
  const all = { before: [] as string[], inside: [] as string[], after: [] as string[] };
  for (const each of prepared) {
    const standing = await standingOfTable(warehouse, run, each);
    const statements = winnersStatements(run, each, step, standing);
    all.before.push(...statements.before);
    all.inside.push(...statements.inside);
    all.after.push(...statements.after);
    if (isAhead(each, standing)) ahead.push(each.model.name);
  }
  return { ...all, ahead };
}

/** Runs a step's transaction with what must stand before and after it. */
export async function applyAround(
  context: EngineContext,
  { before, after, ahead }: Application,
  transaction: () => Promise<void>,
): Promise<void> {
  const { warehouse, logger } = context;
  try {
    for (const statement of before) await warehouse.execute(statement);
    await transaction();
  } catch (error) {
    await forgetDefinitions(context, ahead);
    throw error;
  }
  for (const statement of after) {
    // The step is committed: a feed that stays behind is mended by the next step.
    await warehouse.execute(statement).catch((error: unknown) => {
      logger.error(`staged, but not what follows it: ${messageOf(error)}`, { statement });
    });
  }
}

/**
 * A table that was replaced for a step which did not happen may lack rows of a step that did, made by another process
 * at the same time. Without a definition it counts as edited, and the next step makes it anew from raw.
 */
async function forgetDefinitions({ warehouse }: EngineContext, models: readonly string[]): Promise<void> {
  if (models.length === 0) return;
  await warehouse
    .execute(`update _meta.model_state set fingerprint = '' where model in (${placeholders(models)})`, models)
    .catch(() => {});
}
