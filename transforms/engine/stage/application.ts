import { messageOf } from '../../../lib/errors.ts';
import type { Session } from '../../../warehouse/warehouse.ts';
import type { EngineContext } from '../context.ts';
import type { Statements } from '../materialize/replace.ts';
import { afterDdl } from '../warehouse/ddl-ahead.ts';
import { isAhead, winnersStatements } from './apply-winners.ts';
import type { Fitting } from './fitting.ts';

/** All statements of a step around and inside its transaction. */
export interface Application extends Statements {
  /** Models of which something is made before the transaction that a merge must not find. */
  readonly ahead: readonly string[];
}

/** How the winners of a step get into their tables; what depends on the warehouse's abilities is decided here. */
export function applicationOf(run: string, fitting: readonly Fitting[], step: bigint): Application {
  const all = fitting.map(({ prepared, standing }) => winnersStatements(run, prepared, step, standing));
  return {
    before: all.flatMap(({ before }) => before),
    inside: all.flatMap(({ inside }) => inside),
    after: all.flatMap(({ after }) => after),
    ahead: fitting.filter(isAhead).map(({ prepared }) => prepared.model.name),
  };
}

/** Runs a step's transaction with what must stand before and after it. */
export async function applyAround(
  context: EngineContext,
  { before, after, ahead }: Application,
  mustStand: (session: Session) => Promise<void>,
  transaction: () => Promise<void>,
): Promise<void> {
  await afterDdl(context, { statements: before, models: ahead, mustStand }, transaction);
  for (const statement of after) {
    // The step is committed: a feed that stays behind is mended by the next step.
    await context.warehouse.execute(statement).catch((error: unknown) => {
      context.logger.error(`staged, but not what follows it: ${messageOf(error)}`, { statement });
    });
  }
}
