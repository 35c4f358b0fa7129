import { errorCatalog } from '../../../lib/errors.ts';

export const setupErrors = errorCatalog({
  WAREHOUSE_SETUP_INVALID: {
    summary: 'The Snowflake set-up was given a setting that it cannot use.',
    remedy: 'See `shopwave warehouse setup --help` and docs/snowflake.md.',
    retryable: false,
  },
  WAREHOUSE_SETUP_PRIVATE_KEY: {
    summary: 'The Snowflake set-up was given a private key where a public one belongs.',
    remedy:
      'Give the public half: `openssl rsa -in key.p8 -pubout`. The private key stays where the process runs.',
    retryable: false,
  },
  WAREHOUSE_SETUP_FAILED: {
    summary:
      'The account refused a statement of the set-up; those before it stand, those after it were not run.',
    remedy:
      'Connect as ACCOUNTADMIN, mend what the message says, and run it again: every statement may be run twice.',
    retryable: false,
  },
  WAREHOUSE_SETUP_DIFFERS: {
    summary: 'The Snowflake account is not what the plan says.',
    remedy:
      'Read the SQL beside each difference, `shopwave warehouse check --sql` prints all of it; run what is right as ACCOUNTADMIN.',
    retryable: false,
  },
  WAREHOUSE_SETUP_UNREADABLE: {
    summary: 'The check could not read a part of the account, and says nothing about the rest.',
    remedy: 'Connect as ACCOUNTADMIN, with a warehouse that may be used; see docs/snowflake.md.',
    retryable: false,
  },
});
