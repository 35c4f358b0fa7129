import { schedulerErrors } from '../errors.ts';

/** A named piece of data that tasks produce (as an outlet) and DAGs can be scheduled on. */
export interface Asset {
  readonly name: string;
}

/** Which assets must have been produced: one, all of some, any of some, nested at will. */
export type AssetExpression =
  | Asset
  | { readonly kind: 'all' | 'any'; readonly of: readonly AssetExpression[] };

/** Declares an asset. Two assets of one name are the same asset. */
export function asset(name: string): Asset {
  return { name };
}

/** Every one of them: Airflow's `a & b`. */
export function allOf(...of: readonly AssetExpression[]): AssetExpression {
  return combination('all', of);
}

/** At least one of them: Airflow's `a | b`. */
export function anyOf(...of: readonly AssetExpression[]): AssetExpression {
  return combination('any', of);
}

function combination(kind: 'all' | 'any', of: readonly AssetExpression[]): AssetExpression {
  if (of.length > 0) return { kind, of };
  throw schedulerErrors.error('DAG_ARGUMENT_INVALID', { message: `${kind}Of() names no asset` });
}

/** The names of all assets in an expression, each once. */
export function assetNames(expression: AssetExpression): readonly string[] {
  if (!('kind' in expression)) return [expression.name];
  return [...new Set(expression.of.flatMap(assetNames))];
}

/** Whether the expression holds, given the assets that were produced. */
export function isSatisfied(expression: AssetExpression, produced: ReadonlySet<string>): boolean {
  if (!('kind' in expression)) return produced.has(expression.name);
  return expression.kind === 'all'
    ? expression.of.every((each) => isSatisfied(each, produced))
    : expression.of.some((each) => isSatisfied(each, produced));
}
