const limit = 300;

/** A message as one line that a terminal can hold; `rest` is the command that shows the whole. */
export function shorten(message: string, rest: string): string {
  const line = message.replaceAll(/\s+/g, ' ').trim();
  if (line.length <= limit) return line;
  return `${line.slice(0, limit).trimEnd()} … (${line.length - limit} more; \`${rest}\`)`;
}

/** The command that tells all of a task's error. */
export function restOf(code: string): string {
  return code === 'TRANSFORM_HELD_BACK' ? 'shopwave transform held' : 'shopwave tasks logs';
}
