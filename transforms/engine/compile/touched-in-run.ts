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
  {
    changedInRun,
    at,
  }: {
    readonly changedInRun: ((model: string) => string | undefined) | undefined;
    readonly at: string | undefined;
  },
): string {
  const selects: string[] = [];
  for (const [model, mapping] of mappings) {
    const changed = changedInRun?.(model);
    if (changed === undefined) return '1 = 1';
    selects.push(
      /^\s*(select|with)\b/i.test(mapping)
        ? `select * from (with changed as (select * from ${changed} as rows_changed)\n${mapping}) as mapped`
        : `select ${mapping} from ${changed} as changed`,
    );
  }
  const values = selects.join('\nunion all\n');
  const isAmong = `${expression} in (\n${values}\n)`;
  if (at === undefined) return isAmong;
  const bound = (of: string): string => `(select ${of} from (\n${values}\n) as days_changed(day_changed))`;
  return `${isAmong} and ${at} >= ${bound('min(day_changed) - 1')} and ${at} < ${bound('max(day_changed) + 2')}`;
}
