import { errorCatalog } from '../../lib/errors.ts';

/** What can go wrong between an API and the landed batch, whatever the API is. */
export const extractErrors = errorCatalog({
  EXTRACT_RATE_LIMITED: {
    summary: 'The API kept refusing requests because its rate limit was used up.',
    remedy:
      'Nothing to do: the next run goes on from the cursor. If it repeats, lower the source’s request rate.',
    retryable: true,
  },
  EXTRACT_SERVER_ERROR: {
    summary: 'The API kept answering with server errors.',
    remedy: 'Look at the status page of the API. The next run goes on from the cursor.',
    retryable: true,
  },
  EXTRACT_UNREACHABLE: {
    summary: 'The API could not be reached.',
    remedy: 'Check the base URL, DNS and the network. The next run goes on from the cursor.',
    retryable: true,
  },
  EXTRACT_TIMEOUT: {
    summary: 'The API did not answer in time, or the request with its retries took longer than its deadline.',
    remedy: 'Nothing to do: the next run goes on from the cursor.',
    retryable: true,
  },
  EXTRACT_TRUNCATED: {
    summary: 'Answers of the API kept ending before their end.',
    remedy: 'Look for a proxy between here and the API. The next run goes on from the cursor.',
    retryable: true,
  },
  EXTRACT_NOT_JSON: {
    summary: 'The API kept answering with something that is not JSON, such as an HTML page.',
    remedy: 'Check the base URL, and whether a proxy or a maintenance page answers in the API’s place.',
    retryable: true,
  },
  EXTRACT_TOO_LARGE: {
    summary: 'An answer of the API is larger than the cap.',
    remedy: 'Ask for smaller pages. The window was not landed.',
    retryable: false,
  },
  EXTRACT_UNAUTHORIZED: {
    summary: 'The API does not accept the credentials.',
    remedy:
      'Put a valid key where the platform reads it (environment or secret store); no restart is needed.',
    retryable: false,
  },
  EXTRACT_FORBIDDEN: {
    summary: 'The credentials lack a right or scope that a stream needs.',
    remedy: 'Grant the missing scope to the key. Nothing was landed, so that no table looks empty instead.',
    retryable: false,
  },
  EXTRACT_REQUEST_REFUSED: {
    summary: 'The API refused a request as wrong.',
    remedy: 'Check the pinned API version against the API’s changelog.',
    retryable: false,
  },
  EXTRACT_NOT_FOUND: {
    summary: 'The API does not know what was asked for.',
    remedy: 'Check the base URL and the pinned API version.',
    retryable: false,
  },
  EXTRACT_SECRET_MISSING: {
    summary: 'No credentials are configured for a source.',
    remedy: 'Set the environment variable that the message names, or store the secret under that name.',
    retryable: false,
  },
  EXTRACT_SHAPE_UNKNOWN: {
    summary: 'An answer of the API lacks what every answer of its kind has.',
    remedy: 'Compare the pinned API version with the API’s changelog; the window was not landed.',
    retryable: false,
  },
  EXTRACT_CURSOR_STUCK: {
    summary: 'The API gave the same cursor twice within one window: paging makes no progress.',
    remedy:
      'Nothing was landed. The next run tries the window again; if it repeats, report it to the API’s vendor.',
    retryable: true,
  },
  EXTRACT_EMPTY_PAGE: {
    summary: 'The API sent an empty page and said that more follows.',
    remedy: 'Nothing was landed. The next run tries the window again.',
    retryable: true,
  },
  EXTRACT_TOO_MANY_PAGES: {
    summary: 'A window has more pages than the cap.',
    remedy: 'Make the stream’s windows smaller.',
    retryable: false,
  },
  EXTRACT_CURSOR_INVALID: {
    summary: 'The stored cursor of a stream cannot be understood.',
    remedy: 'It was written by another version. Read the stream’s history again.',
    retryable: false,
  },
  EXTRACT_CURSOR_OLD: {
    summary: 'A stream has not been read for so long that its source will soon forget what was missed.',
    remedy: 'Run the source’s extract now; after the source’s retention, all history has to be read again.',
    retryable: false,
  },
  EXTRACT_STREAM_UNKNOWN: {
    summary: 'The source has no stream of this name.',
    remedy: 'Choose one of the streams that the message lists.',
    retryable: false,
  },
  EXTRACT_WINDOW_INVALID: {
    summary: 'The window to read again is empty or reaches into the future.',
    remedy: 'Give a beginning before the end, and an end in the past.',
    retryable: false,
  },
  EXTRACT_ABORTED: {
    summary: 'The extract was stopped before it was done.',
    remedy: 'Nothing to do: what was read is landed in whole windows, the next run goes on.',
    retryable: true,
  },
});
