import type { ApiReply } from '../extract/api-profile.ts';
import type { HttpClient } from '../extract/http-client.ts';
import type { JsonObject } from '../extract/json.ts';
import type { SourcePage, SourceRecord } from '../extract/stream.ts';

/** What all exports are read with. */
export interface ExportClient {
  readonly http: HttpClient;
  /** Seconds since 1970: nothing that changed later is in an export yet. */
  readonly horizon: () => number;
}

/** Objects of a page that the page before did not hold in the same version. */
interface EdgeFilter {
  readonly fresh: (rows: readonly JsonObject[]) => readonly JsonObject[];
}

/** Pages of an export overlap at their edges; what is repeated stands in the page right before. */
export function createEdgeFilter(versionField: string): EdgeFilter {
  let before = new Set<string>();
  return {
    fresh: (rows) => {
      const identities = rows.map((row) => JSON.stringify([row['id'], row[versionField]]));
      const fresh = rows.filter((_, index) => !before.has(identities[index] ?? ''));
      before = new Set(identities);
      return fresh;
    },
  };
}

/** A page as the skeleton takes it. */
export function pageOf(
  reply: Pick<ApiReply, 'sha256' | 'requests' | 'sentAtMicros'>,
  records: readonly SourceRecord[],
  place: Pick<SourcePage, 'cursor' | 'freshToMs' | 'isLast'>,
): SourcePage {
  const { sha256, requests, sentAtMicros } = reply;
  return { sha256, requests, sentAtMicros, records, ...place };
}
