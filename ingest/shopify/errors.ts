import { errorCatalog } from '../../lib/errors.ts';

const scopes = 'Grant it to the app in the Shopify admin, install the app anew, and store the new token.';

/** What can go wrong with Shopify that no other API knows. */
export const shopifyErrors = errorCatalog({
  SHOPIFY_SCOPE_MISSING: {
    summary: 'The token lacks an access scope; Shopify would leave rows out without an error.',
    remedy: `${scopes} Nothing was landed.`,
    retryable: false,
  },
  SHOPIFY_CUSTOMER_DATA_WITHHELD: {
    summary: 'Shopify sends customers without their protected data: the app is not approved for it.',
    remedy:
      'Request access to protected customer data (level 2, e-mail) for the app in the partner dashboard. ' +
      'Nothing was landed.',
    retryable: false,
  },
  SHOPIFY_HISTORY_CUT: {
    summary: 'Only the last sixty days of orders are visible, although older ones were there before.',
    remedy: `The scope read_all_orders was lost. ${scopes}`,
    retryable: false,
  },
  SHOPIFY_QUERY_TOO_COSTLY: {
    summary: 'A query costs more than Shopify takes in one request, even with pages of one object.',
    remedy: 'Take fields out of ingest/shopify/selections.ts, or split the query.',
    retryable: false,
  },
  SHOPIFY_OWNER_GONE: {
    summary: 'An object was deleted while what belongs to it was being read.',
    remedy: 'Nothing to do: the window is read again, without it.',
    retryable: true,
  },
  SHOPIFY_BULK_UNUSABLE: {
    summary: 'A bulk operation brought no complete result.',
    remedy: 'Nothing to do: its window is read page by page instead.',
    retryable: true,
  },
  SHOPIFY_SHAPE_UNKNOWN: {
    summary: 'An answer lacks what the query asked for.',
    remedy: 'Compare the pinned API version with the changelog of Shopify; the window was not landed.',
    retryable: false,
  },
  SHOPIFY_RECONCILE_IMPLAUSIBLE: {
    summary: 'So many landed objects are gone from Shopify that a lost right is likelier than deletions.',
    remedy:
      'Compare the counts in the Shopify admin. If they really were deleted, raise the limit for one run ' +
      '(maxDeletedShare).',
    retryable: false,
  },
});
