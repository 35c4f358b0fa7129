/** One thing that was tried, and what came of it. */
export interface Finding {
  readonly name: string;
  readonly sql: string;
  /** What is wrong; undefined where all is as it should be. */
  readonly wrong: string | undefined;
}

/** What differs in numbers, in ids of runs and in spaces alone is one statement. */
export function shapeOf(sql: string): string {
  return sql
    .replaceAll(/(?<=_|:)r[0-9a-z]{8,}/g, 'run')
    .replaceAll(/\d+/g, '0')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
