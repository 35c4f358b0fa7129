import { nearest } from '../../../lib/edit-distance.ts';
import type { ColumnDoc, Model } from '../project/model.ts';
import { declaredTypes } from './declared-types.ts';
import type { DeclaredType } from './declared-types.ts';
import { materializeErrors } from './errors.ts';
import { blameModel } from './model-statement.ts';
import { describeQuery, shapeDifference } from './shape.ts';
import type { Column } from './shape.ts';
import { partOf } from './work.ts';
import type { Work } from './work.ts';

/** One difference between what a contract promises and what the SELECT gives. */
export interface ContractDefect {
  readonly column: string;
  readonly what: string;
}

/** Compares names and types, whatever their order; every difference is listed. */
export function contractDefects(
  declared: ReadonlyMap<string, DeclaredType>,
  select: readonly Column[],
): ContractDefect[] {
  const selected = new Map(select.map((column) => [column.name, column.type]));
  const extra = select.filter((column) => !declared.has(column.name));
  const defects: ContractDefect[] = [];
  for (const [column, type] of declared) {
    const found = selected.get(column);
    if (type.problem !== undefined) defects.push({ column, what: type.problem });
    else if (found === undefined) {
      const near = nearest(
        column,
        extra.map(({ name }) => name),
      );
      const hint = near === undefined ? '' : `; did you mean ${near}?`;
      defects.push({ column, what: `is declared and not selected${hint}` });
    } else if (found !== type.type) {
      defects.push({ column, what: `is declared ${String(type.type)} and selected ${found}` });
    }
  }
  return [
    ...defects,
    ...extra.map(({ name, type }) => ({ column: name, what: `is selected (${type}) and not declared` })),
  ];
}

/**
 * Checks a model's SELECT against its contract before anything is built; does nothing where none is enforced. Resolves
 * to the columns that the SELECT gives, where they were asked for.
 */
export async function mustKeepContract(
  work: Work,
  sql: string,
  known?: readonly Column[],
): Promise<readonly Column[] | undefined> {
  const { context, model } = work;
  if (!model.config.contractEnforced) return known;
  const select = known ?? (await describeModel(work, sql));
  const declared = await declaredTypes(context.warehouse, model.columns, partOf(work, 'select'));
  const defects = contractDefects(declared, select);
  if (defects.length === 0) return select;
  const lines = defects.map(({ column, what }) => `${column} ${what} (${placeOf(model, column)})`);
  throw materializeErrors.error('TRANSFORM_CONTRACT_BROKEN', {
    message: `${model.name} breaks its contract in ${defects.length} place(s): ${lines.join('; ')}`,
    where: placeOf(model, defects[0]?.column ?? ''),
  });
}

/** The columns of a model's SELECT; what the warehouse refuses is blamed on the model. */
export async function describeModel(work: Work, sql: string): Promise<readonly Column[]> {
  return await blameModel(
    work.model,
    () => describeQuery(work.context.warehouse, sql, partOf(work, 'select')),
    { statement: `describe\n${sql}`, rendered: sql },
  );
}

/**
 * dbt's rule of breaking changes, against what is published: a column taken away or given another type breaks readers,
 * a new one does not. Asking for a full refresh accepts the break.
 */
export function mustNotBreakReaders(
  work: Work,
  published: readonly Column[],
  select: readonly Column[],
): void {
  const { model, plan } = work;
  if (!model.config.contractEnforced || (plan.kind === 'full' && plan.cause === 'refresh')) return;
  const { removed, retyped } = shapeDifference(published, select);
  const breaks = [
    ...removed.map(({ name }) => `${name} is taken away`),
    ...retyped.map(({ name, from, to }) => `${name} turns from ${from} into ${to}`),
  ];
  if (breaks.length === 0) return;
  throw materializeErrors.error('TRANSFORM_CONTRACT_BREAKING', {
    message: `${model.name} would break its readers: ${breaks.join('; ')}`,
    where: model.properties === undefined ? model.file : `${model.properties.file}:${model.properties.line}`,
  });
}

/** file:line of a column in the YAML file, or as near to it as is known. */
function placeOf(model: Model, column: string): string {
  const { properties } = model;
  if (properties === undefined) return model.file;
  const line = lineOf(model.columns.find((each) => each.name === column));
  return `${properties.file}:${line ?? properties.line}`;
}

function lineOf(column: ColumnDoc | undefined): number | undefined {
  return column?.line;
}
