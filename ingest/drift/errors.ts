import { errorCatalog } from '../../lib/errors.ts';

export const driftErrors = errorCatalog({
  SCHEMA_COLUMN_UNKNOWN: {
    summary: 'There is no such column at the source.',
    remedy: 'See shopwave schema diff --all for what there is; write SOURCE.TABLE.COLUMN.',
    retryable: false,
  },
  SCHEMA_TABLE_UNKNOWN: {
    summary: 'The table is not one that is captured.',
    remedy:
      'Declare it in ingest/postgres/shop-tables.ts with its key, then run shopwave sources postgres resync.',
    retryable: false,
  },
  SCHEMA_CARD_DATA: {
    summary: 'The name of the column says that card data is in it.',
    remedy: 'Card data never enters the pipeline. If the name misleads, take a token of it: --as token:card.',
    retryable: false,
  },
  SCHEMA_KEY_NEEDED: {
    summary: 'A key column cannot be taken off the allow-list.',
    remedy: 'Rows are told apart by it. Leave the table out as a whole instead.',
    retryable: false,
  },
  SCHEMA_RULE_UNKNOWN: {
    summary: 'There is no such rule for the values of a column.',
    remedy: 'Use allow, scrub, subject, token:<purpose> or mask:<kind>.',
    retryable: false,
  },
});
