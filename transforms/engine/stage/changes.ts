/** Raw rows that are no whole row of one key: a truncate, the head of a complete snapshot, a row with values left out. */
export const isMark = "_op in ('t', 's')";
export const isPartial = '_unchanged is not null';
export const isChange = `(${isMark} or ${isPartial})`;

/** Where an event stands in the log, as a text that sorts like the log. */
export function placeOf(alias = ''): string {
  return `${alias}_position || lpad(cast(${alias}_ordinal as varchar), 20, '0')`;
}
