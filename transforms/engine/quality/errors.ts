import { errorCatalog } from '../../../lib/errors.ts';

/** Of looking at the quality of what is published. */
export const qualityErrors = errorCatalog({
  QUALITY_BEHIND_STAGING: {
    summary: 'Staging is ahead of what is published, so that comparing the two would say nothing.',
    remedy: 'Try again once the marts are built, or build them with shopwave transform build.',
    retryable: true,
  },
  QUALITY_MARTS_MOVED: {
    summary: 'Marts were published while the semantic layer was compared with them.',
    remedy: 'Try again; the task of the DAG does so by itself.',
    retryable: true,
  },
});
