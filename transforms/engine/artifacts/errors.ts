import { errorCatalog } from '../../../lib/errors.ts';

/** Of artifact files that cannot be read. */
export const artifactErrors = errorCatalog({
  ARTIFACT_MISSING: {
    summary: 'A file that an earlier command writes (manifest.json, run_results.json, ...) is not there.',
    remedy: 'Run the command that writes it first, or name the folder that holds it.',
    retryable: false,
  },
  ARTIFACT_INVALID: {
    summary: 'An artifact is not JSON, or lacks a field that its version must have.',
    remedy: 'It was cut short or edited: write it again with the command that makes it.',
    retryable: false,
  },
  ARTIFACT_VERSION: {
    summary: 'An artifact has another schema version than this platform reads.',
    remedy: 'Write it again with the same version of the command that reads it now.',
    retryable: false,
  },
});
