/** What the semantic layer is told of a publication. */
export interface PublicationNews {
  readonly version: number;
  /** Marts whose rows it changed. */
  readonly models: readonly string[];
  /** When it was published, and up to which commit of the source every mart reflects; null where none is known. */
  readonly publishedAt: string | null;
  readonly sourceCommittedAt: string | null;
}

/** Before the first publication. */
export const unpublished: PublicationNews = {
  version: 0,
  models: [],
  publishedAt: null,
  sourceCommittedAt: null,
};

/** Since which publication marts are what they are: answers of one stamp are the same answer. */
export type StampOf = (marts: readonly string[]) => number;

/**
 * Which publication the marts stand at. A publication is announced with its commit, and settled once rollups follow it
 * and the most used answers are there again; in between, answers of the one before are still given, and say so.
 */
export interface Publications {
  readonly newest: () => PublicationNews;
  /** What is known of a version: little of one that is long past. */
  readonly newsOf: (version: number) => PublicationNews;
  readonly announce: (publication: PublicationNews) => void;
  readonly settle: () => void;
  readonly stampOf: StampOf;
  /** Stamps at the publication that was settled last. */
  readonly settledStampOf: StampOf;
}

/** Rollups may stay behind for a while; what was published in it is remembered for so many publications. */
const remembered = 300;

/** A mart that no publication has named is taken to be of the version at the start, or of the last that came unheard. */
export function createPublications(first: PublicationNews): Publications {
  let newest = first;
  let floor = first.version;
  const news = new Map([[first.version, first]]);
  const changedAt = new Map<string, number>();
  let settledAt = new Map<string, number>();
  const stampBy =
    (versions: () => ReadonlyMap<string, number>): StampOf =>
    (marts) =>
      Math.max(floor, ...marts.map((mart) => versions().get(mart) ?? 0));
  return {
    newest: () => newest,
    newsOf: (version) => news.get(version) ?? { ...unpublished, version },
    announce: (publication) => {
      if (publication.version < newest.version) return;
      // One in between was not heard of: it may have changed any mart.
      if (publication.version > newest.version + 1) floor = publication.version;
      newest = publication;
      news.set(publication.version, publication);
      const [oldest] = news.keys();
      if (news.size > remembered && oldest !== undefined) news.delete(oldest);
      for (const mart of publication.models) changedAt.set(mart, publication.version);
    },
    settle: () => {
      settledAt = new Map(changedAt);
    },
    stampOf: stampBy(() => changedAt),
    settledStampOf: stampBy(() => settledAt),
  };
}

/** The marts that a statement reads, by the names that the model gives them: `marts.fct_orders`. */
export function martsIn(sql: string): string[] {
  return [...new Set([...sql.matchAll(/\bmarts\.(\w+)/g)].map(([, name = '']) => name))].sort();
}
