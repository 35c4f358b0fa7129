import { errorCatalog } from '../lib/errors.ts';

/** What tasks of the platform's own DAGs find wrong themselves; the rest comes from the doors they call. */
export const dagErrors = errorCatalog({
  INGEST_SOURCE_STALE: {
    summary: 'A stream of a source is complete only up to longer ago than it may be.',
    remedy: 'See the last runs of its ingest DAG, and shopwave sources check for credentials and rights.',
    retryable: true,
  },
  QUALITY_CHECK_FAILED: {
    summary: 'A check of what is published has failed, or a mart is not what a rebuild makes of it.',
    remedy:
      'See shopwave quality show for the rows; a backfill or a full rebuild of the mart makes it right again.',
    retryable: false,
  },
  ARCHIVE_NOT_WHOLE: {
    summary: 'The archive does not hold what its manifests name.',
    remedy: 'Run shopwave archive verify; restore what it names from a copy of the archive.',
    retryable: false,
  },
});
