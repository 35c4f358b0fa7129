import type { Link } from './link.ts';
import { runOnLink } from './statement.ts';
import type { StatementDeps } from './statement.ts';
import type { Watch } from './watch.ts';

/**
 * Has each statement of a session commit by itself, or none. What Snowflake has rolled back behind our back, its
 * transaction having been idle in somebody's way, is not noticed by the session: where statements do not commit by
 * themselves, those that follow open another transaction, which is then found out and undone.
 */
export async function setAutocommit(
  deps: StatementDeps,
  link: Link,
  autocommits: boolean,
  watch: Watch,
): Promise<void> {
  if (link.autocommits === autocommits) return;
  try {
    await runOnLink(deps, link, { sql: `alter session set autocommit = ${autocommits}` }, watch);
    link.autocommits = autocommits;
  } catch (error) {
    // In between: nobody can count on either.
    link.isBroken = true;
    throw error;
  }
}
