import { quoteIdentifier } from '../../../warehouse/sql-text.ts';
import type { Model } from '../project/model.ts';
import { materializeErrors } from './errors.ts';
import type { Work } from './work.ts';

interface Constraint {
  readonly name: string;
  /** A condition that holds for offending rows. */
  readonly offends: string;
}

/**
 * Constraints that the engine itself enforces, since not every warehouse does: not_null, primary_key as far as nulls
 * go, and check. unique and foreign_key are tests.
 */
function constraintsOf(model: Model): Constraint[] {
  return model.columns.flatMap((column) =>
    column.constraints.flatMap(({ type, expression }): Constraint[] => {
      if (type === 'not_null' || type === 'primary_key')
        return [{ name: `${type} ${column.name}`, offends: `${quoteIdentifier(column.name)} is null` }];
      if (type === 'check' && expression !== undefined)
        return [{ name: `check ${column.name} (${expression})`, offends: `not (${expression})` }];
      return [];
    }),
  );
}

/** Refuses rows that break a constraint of an enforced contract, before they can be published. One statement. */
export async function mustMeetConstraints(work: Work, relation: string): Promise<void> {
  const { context, model } = work;
  const constraints = model.config.contractEnforced ? constraintsOf(model) : [];
  if (constraints.length === 0) return;
  const counts = constraints.map(
    ({ offends }, index) => `coalesce(sum(case when ${offends} then 1 else 0 end), 0) as c${index}`,
  );
  const [row] = await context.warehouse.query(`select ${counts.join(', ')} from ${relation}`);
  const broken = constraints.flatMap(({ name }, index) => {
    const rows = Number(row?.[`c${index}`] ?? 0);
    return rows === 0 ? [] : [`${name}: ${rows} row(s)`];
  });
  if (broken.length === 0) return;
  throw materializeErrors.error('TRANSFORM_CONSTRAINT_VIOLATED', {
    message: `${model.name}: ${broken.join('; ')}`,
    where: model.file,
  });
}
