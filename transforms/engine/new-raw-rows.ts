/**
 * The condition on raw rows that they belong to one of the batches listed (column batch_id) in a table or subquery.
 * `since`, when the oldest of them was loaded (UTC), is there for the warehouse to skip what is older: a batch's name
 * says nothing of where its rows lie.
 */
export function isNew({
  table,
  since,
}: {
  readonly table: string;
  readonly since: string | undefined;
}): string {
  const bound =
    since === undefined ? '' : ` and _loaded_at >= cast('${since}' as timestamp) - interval '1 day'`;
  return `_batch_id in (select batch_id from ${table})${bound}`;
}
