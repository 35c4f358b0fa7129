import { errorCatalog } from '../../lib/errors.ts';

/** What can go wrong with Zendesk that no other API knows. */
export const zendeskErrors = errorCatalog({
  ZENDESK_SHAPE_UNKNOWN: {
    summary: 'An answer of Zendesk lacks what every page of its kind has.',
    remedy:
      'Compare ingest/zendesk/shapes.ts with the documentation pages it names; the pages were not landed.',
    retryable: false,
  },
  ZENDESK_SECOND_TOO_FULL: {
    summary:
      'More objects share one second than a page holds, and the list beside the export does not hold them.',
    remedy:
      'Nothing was skipped: the stream stands before that second. Ask the support of Zendesk, or read the stream ' +
      'again from a later time once the objects are known to be of no use (backfill).',
    retryable: false,
  },
});
