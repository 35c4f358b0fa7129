import type { Publications } from './publications.ts';
import { martsIn } from './publications.ts';
import type { ModelVisit, QueryWatch } from './query-watch.ts';
import type { Rollups } from './rollups/rollups.ts';

/** A query of Cube's on its way to the warehouse or a rollup. */
export interface PlannedQuery {
  readonly query?: unknown;
  readonly external?: boolean;
  readonly preAggregations?: readonly { readonly preAggregationId: string }[];
}

export interface AnsweringOptions {
  readonly publications: Publications;
  readonly rollups: Pick<Rollups, 'versionOf' | 'martsOf'>;
  readonly watch: Pick<QueryWatch, 'run'>;
}

/** What Cube is to key a result by, beside the statement. */
type Key = readonly (readonly [string, string | number])[];

const tenYearsSec = 10 * 365 * 86_400;
/** A publication may come while a statement runs; it is then sent again, so that an answer is of one publication. */
const mostTries = 3;
const wasEnded = /cancell?ed|interrupted/i;

/**
 * Answers planned queries by publication. Cube would key a result by SQL refresh keys, which wake the warehouse. Here
 * that since which the marts have not changed is part of the key of cache and queue alike: while they have not, nothing
 * is sent, and a query that began before a publication can neither be shared with nor stored for one that began after
 * it. The versions of the policies and of the model are part of it, too, and what policies allow is in the statement
 * itself; who asks is not, so that people with the same rights share.
 */
export function answering({ publications, rollups, watch }: AnsweringOptions) {
  return (
    visit: ModelVisit,
    planned: PlannedQuery,
    execute: (keyed: PlannedQuery) => Promise<unknown>,
  ): Promise<unknown> => {
    const used = (planned.preAggregations ?? []).map(({ preAggregationId }) => preAggregationId);
    const isRollup = planned.external === true && used.length > 0;
    const marts = isRollup ? rollups.martsOf(used) : martsIn(String(planned.query));
    const stamp = (): number => (isRollup ? rollups.versionOf(used) : publications.stampOf(marts));

    const once = async (before: number): Promise<unknown> => {
      const key: Key = [
        ['marts', before],
        ['policies', visit.caller.policyVersion],
        ['model', visit.model.version],
      ];
      return execute({ ...planned, ...keyedBy(key) });
    };
    return watch.run(visit, async () => {
      for (let tries = 1; ; tries += 1) {
        const before = stamp();
        try {
          const answer = await once(before);
          if (before !== stamp() && tries < mostTries) continue;
          const isNewest = before >= publications.stampOf(marts);
          const publication = isNewest ? publications.newest().version : before;
          return { answer, publication, marts, stamp: isNewest ? publications.stampOf(marts) : before };
        } catch (error) {
          // Somebody else who waited for the same statement has gone, and had it ended.
          const text = String(Object(error).error ?? error);
          const isOthers = wasEnded.test(text) && visit.signal?.aborted !== true;
          if (!isOthers || tries >= mostTries) throw error;
        }
      }
    });
  };
}

function keyedBy(invalidate: Key): object {
  return {
    invalidate,
    cacheKeyQueries: { queries: [], renewalThreshold: tenYearsSec },
    expireSecs: tenYearsSec,
  };
}
