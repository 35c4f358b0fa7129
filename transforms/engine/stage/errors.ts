import { errorCatalog } from '../../../lib/errors.ts';

export const stageErrors = errorCatalog({
  TRANSFORM_RAW_VALUE_INVALID: {
    summary: 'A value in the raw log is none of the type that its staging column has.',
    remedy:
      'Nothing was staged. Let the staging model read such values in another way (as null, or by a wider type); the next call takes the same batches up again.',
    retryable: false,
  },
  TRANSFORM_RAW_INCOMPLETE: {
    summary:
      'A staging model has to be made anew, because it was edited or its table is broken, and raw no longer holds everything it has to be made from.',
    remedy: 'Nothing was changed. Load the archive into raw again, or set the model back to what it was.',
    retryable: false,
  },
});
