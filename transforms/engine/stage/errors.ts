import { errorCatalog } from '../../../lib/errors.ts';

export const stageErrors = errorCatalog({
  TRANSFORM_RAW_INCOMPLETE: {
    summary: 'A staging model was edited, and raw no longer holds everything it has to be made from.',
    remedy: 'Nothing was changed. Load the archive into raw again, or set the model back to what it was.',
    retryable: false,
  },
});
