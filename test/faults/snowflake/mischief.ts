import type { PlantedFault } from '../../support/snowflake-double/faults.ts';
import type { SnowflakeDouble } from '../../support/snowflake-double/start.ts';

/** Before the next statement that matches, somebody else runs these; `of` makes them from the statement's text. */
export function meanwhile(
  { faults, administer }: SnowflakeDouble,
  sql: RegExp,
  of: (sql: string) => readonly string[],
  after = 0,
): PlantedFault {
  return faults.add({ do: { kind: 'meanwhile', work: (text) => administer(...of(text)) }, sql, after });
}

/**
 * A transaction that such a statement is in commits, and nobody is told: the reply is lost, and by the time the driver asks
 * again the session is gone. `tag` is of its commit.
 */
export function loseCommit({ faults }: SnowflakeDouble, inside: RegExp, tag: RegExp): () => number {
  const lost: PlantedFault[] = [];
  const plant = async (): Promise<void> => {
    lost.push(faults.add({ do: { kind: 'gone-after' }, sql: /^commit$/i, tag }));
    await Promise.resolve();
  };
  faults.add({ do: { kind: 'meanwhile', work: plant }, sql: inside });
  return () => lost.reduce((sum, { struck }) => sum + struck, 0);
}

/** The folder that COPY reads from, emptied. */
export function removeStaged(copy: string): string[] {
  const [, folder = ''] = /from '@([^']*\/)'/.exec(copy) ?? [];
  return [`remove '@shopwave.${folder}'`];
}
