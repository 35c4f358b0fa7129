import { errorCatalog } from '../../lib/errors.ts';

/** What can go wrong with Stripe in particular. */
export const stripeErrors = errorCatalog({
  STRIPE_PAYOUT_MISMATCH: {
    summary: 'The balance transactions of a payout do not add up to what was paid out.',
    remedy:
      'Compare the payout with Stripe’s payout reconciliation report; read balance_transactions of its days again with a backfill.',
    retryable: false,
  },
  STRIPE_OBJECT_MISSING: {
    summary: 'An event points to an object that the API no longer knows.',
    remedy:
      'Nothing to do for test data that was cleared. Otherwise check that the key belongs to the account.',
    retryable: false,
  },
});
