/**
 * The condition that {{ touched_in_run(expression, {model: mapping, ...}) }} stands for in a test of its own: the
 * expression is among the values that rows changed in this run map to. A mapping is an SQL expression over the model's
 * columns, or a select that reads from `changed`. Where a model's changes are not known (first build, `transform
 * test`) the condition is always true, so that the test looks at everything. `at` is the instant of which the expression
 * is the business day: engines prune by a column and not by what is made of it.
 */
export function touchedInRun(
  expression: string,
  mappings: ReadonlyMap<string, string>,
  { changedInRun, keysInRun, at }: TouchedScope,
): string {
  const selects: string[] = [];
  const columns: { readonly model: string; readonly column: string }[] = [];
  for (const [model, mapping] of mappings) {
    const changed = changedInRun?.(model);
    if (changed === undefined) return '1 = 1';
    if (/^\w+$/.test(mapping)) columns.push({ model, column: mapping });
    selects.push(
      /^\s*(select|with)\b/i.test(mapping)
        ? `select * from (with changed as (select * from ${changed} as rows_changed)\n${mapping}) as mapped`
        : `select ${mapping} from ${changed} as changed`,
    );
  }
  const values = selects.join('\nunion all\n');
  return keysInRun?.({ expression, at, values, columns }) ?? amongValues(expression, values, at);
}

/** What a test asks by touched_in_run(). */
export interface AskedKeys {
  readonly expression: string;
  readonly at: string | undefined;
  /** A select of the values, of one column. */
  readonly values: string;
  /** Columns of models that the values are taken from as they are: they tell the type. */
  readonly columns: readonly { readonly model: string; readonly column: string }[];
}

export interface TouchedScope {
  readonly changedInRun: ((model: string) => string | undefined) | undefined;
  /** The condition where the values are gathered for all tests of a run; undefined: they stand in the condition. */
  readonly keysInRun: ((asked: AskedKeys) => string | undefined) | undefined;
  readonly at: string | undefined;
}

/** The condition with the values themselves in it. */
export function amongValues(expression: string, values: string, at: string | undefined): string {
  const isAmong = `${expression} in (\n${values}\n)`;
  if (at === undefined) return isAmong;
  const bound = (of: string): string => `(select ${of} from (\n${values}\n) as days_changed(day_changed))`;
  return `${isAmong} and ${at} >= ${bound('min(day_changed) - 1')} and ${at} < ${bound('max(day_changed) + 2')}`;
}
