import type { LoadAnswer, LoadRequest } from '../cube-server.ts';
import type { Publications } from '../publications.ts';
import { queryErrorText } from '../query-errors.ts';
import type { ModelVisit, Served } from '../query-watch.ts';
import { isError } from './answer.ts';
import type { Asked, KeptAnswer } from './answer.ts';
import { createFlights } from './flights.ts';
import { overtaken } from './one-publication.ts';

export interface LoadingOptions {
  /** Has Cube answer. */
  readonly load: (request: LoadRequest, visit: ModelVisit) => Promise<LoadAnswer>;
  readonly publications: Publications;
  /** Resolves once rollups follow the newest publication, or cannot. */
  readonly settled: () => Promise<void>;
}

/** Has Cube answer, each question once at a time. */
export interface Loading {
  /** Waits with whoever waits for the same flight. */
  readonly join: (flight: string, asked: Asked, visit: ModelVisit) => Promise<KeptAnswer>;
}

/** A publication may come between the parts of an answer; then all are asked again. */
const mostTries = 5;
/** Rollups may stay behind for as long as the warehouse is away; from this try on it has to answer all of it. */
const triesWithRollups = 3;

export function createLoading({ load, publications, settled }: LoadingOptions): Loading {
  const flights = createFlights<KeptAnswer>();

  /** Of one publication, even where it takes several queries. */
  const once = async (asked: Asked, visit: ModelVisit, signal: AbortSignal): Promise<KeptAnswer> => {
    const { text, ...request } = asked;
    for (let tries = 1; ; tries += 1) {
      const served: Served[] = [];
      const withoutRollups = tries >= triesWithRollups;
      const onServed = (each: Served): void => void served.push(each);
      const loaded = await load({ ...request, query: text }, { ...visit, signal, withoutRollups, onServed });
      const versions = new Set(served.map(({ publication }) => publication));
      if (versions.size > 1) {
        if (tries === mostTries) return { ...refusal(), served: [], publication: publications.newest() };
        await settled();
        continue;
      }
      const [version = publications.newest().version] = versions;
      return { ...loaded, served, publication: publications.newsOf(version) };
    }
  };

  /** A refusal is of whoever began: others who waited for the same ask again, within limits of their own. */
  const join: Loading['join'] = async (flight, asked, visit) => {
    for (;;) {
      let isOwnFlight = false;
      const answer = await flights.join(flight, visit.signal, (signal) => {
        isOwnFlight = true;
        return once(asked, visit, signal);
      });
      const isForOthers = !isOwnFlight && isError(answer, 'SEMANTIC_QUERIES_TOO_MANY');
      if (!isForOthers || visit.signal?.aborted === true) return answer;
    }
  };

  return { join };
}

function refusal(): LoadAnswer {
  return { status: 503, body: Buffer.from(JSON.stringify({ error: queryErrorText(overtaken()) })) };
}
