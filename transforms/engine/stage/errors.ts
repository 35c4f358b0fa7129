import { errorCatalog } from '../../../lib/errors.ts';

export const stageErrors = errorCatalog({
  TRANSFORM_RAW_VALUE_INVALID: {
    summary:
      'Values in the raw log are none of the type that their staging column has, and too many (or too well hidden) to set aside.',
    remedy:
      'Nothing was staged. Let the staging model read such values in another way (as null, or by a wider type); the next call takes the same batches up again.',
    retryable: false,
  },
  TRANSFORM_RAW_INCOMPLETE: {
    summary:
      'A staging model has to be made anew, because it was edited or its table is broken, and raw no longer holds everything it has to be made from.',
    remedy:
      'Nothing was changed. Bring back what has left raw: `shopwave archive restore --entity SOURCE.TABLE` for each table that a message names (in parts with --from … --to …), then stage again; or set the model back to what it was.',
    retryable: false,
  },
  TRANSFORM_QUARANTINE_LIMIT: {
    summary: 'A var that says how many rows may be set aside is no number.',
    remedy: 'Set quarantine_share to a share such as 0.001, and quarantine_rows to a number of rows.',
    retryable: false,
  },
  TRANSFORM_QUARANTINE_UNKNOWN: {
    summary: 'A row is named that does not stand open in quarantine.',
    remedy: 'See what does with `shopwave quarantine list`.',
    retryable: false,
  },
});
