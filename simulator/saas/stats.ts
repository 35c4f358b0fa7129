/** One request as it ended. */
export interface RequestRecord {
  readonly at: Date;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly stream: string;
  /** The HTTP status, or what became of the connection. */
  readonly outcome: number | 'reset' | 'timeout';
}

/** What an API has been asked, for assertions. */
export interface ApiStats {
  readonly requests: number;
  readonly byStream: Readonly<Record<string, number>>;
  readonly byOutcome: Readonly<Record<string, number>>;
  /** The latest requests, oldest first. */
  readonly recent: readonly RequestRecord[];
}

/** Counts requests of one API. */
export interface StatsKeeper {
  readonly record: (request: RequestRecord) => void;
  readonly read: () => ApiStats;
  readonly reset: () => void;
}

const keepRecent = 10_000;

export function createStats(): StatsKeeper {
  let requests = 0;
  let byStream: Record<string, number> = {};
  let byOutcome: Record<string, number> = {};
  let recent: RequestRecord[] = [];
  return {
    record: (request) => {
      requests += 1;
      byStream[request.stream] = (byStream[request.stream] ?? 0) + 1;
      byOutcome[request.outcome] = (byOutcome[request.outcome] ?? 0) + 1;
      recent.push(request);
      if (recent.length >= keepRecent * 2) recent = recent.slice(-keepRecent);
    },
    read: () => ({
      requests,
      byStream: { ...byStream },
      byOutcome: { ...byOutcome },
      recent: recent.slice(-keepRecent),
    }),
    reset: () => {
      requests = 0;
      byStream = {};
      byOutcome = {};
      recent = [];
    },
  };
}
