import type { Connection } from 'snowflake-sdk';
import type { Clock } from '../../lib/clock.ts';
import { isNetworkError } from './sdk-error.ts';

/** One session with Snowflake, and what is known of its health. */
export interface Link {
  readonly connection: Connection;
  /**
   * Set once it cannot be counted on: its session is gone, or an answer stayed away. It is then closed, never used again;
   * in the middle of a transaction nothing takes its place.
   */
  isBroken: boolean;
  /** Whether each of its statements commits by itself; otherwise it is one for transactions. */
  autocommits: boolean;
  /** When it was last of use, by the monotonic clock. */
  usedAtMs: number;
}

/** Waits between attempts to end a session that may have left a transaction open, whose locks stand in others' way. */
const waitsMs = [1_000, 4_000, 15_000];

/** Ends the session at Snowflake, which rolls back what is open in it. Resolves when it is gone, or out of reach. */
export async function endSession(link: Link, clock: Clock): Promise<void> {
  const waits = link.isBroken ? waitsMs : [];
  link.isBroken = true;
  for (let attempt = 0; ; attempt += 1) {
    const error = await destroyed(link.connection);
    const waitMs = waits[attempt];
    if (!isNetworkError(error) || waitMs === undefined) return;
    await clock.sleep(waitMs);
  }
}

/** What kept it, if anything did. */
function destroyed(connection: Connection): Promise<unknown> {
  return new Promise((resolve) => {
    try {
      connection.destroy(resolve);
    } catch (error) {
      resolve(error);
    }
  });
}
