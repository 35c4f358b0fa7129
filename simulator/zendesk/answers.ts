import type { Refusal, SaasResponse } from '../saas/api.ts';

/** A parameter that cannot be used. */
export function invalid(parameter: string, problem: string): SaasResponse {
  const description = `${parameter} ${problem}`;
  return {
    status: 400,
    json: { error: { title: 'Invalid attribute', message: description }, description },
  };
}

/** An export that would begin within the last minute. */
export function tooRecent(): SaasResponse {
  return {
    status: 422,
    json: { error: 'StartTimeTooRecent', description: 'start_time must be older than 60 seconds' },
  };
}

/** Nothing is there, or not any more. */
export const notFound: SaasResponse = {
  status: 404,
  json: { error: 'RecordNotFound', description: 'Not found' },
};

/** What the API says when it turns a request away before looking at it. */
export function refusal({ kind, retryAfterSeconds = 1 }: Refusal): SaasResponse {
  switch (kind) {
    case 'rate-limited':
      return {
        status: 429,
        headers: { 'retry-after': String(Math.ceil(retryAfterSeconds)) },
        json: {
          error: 'APIRateLimitExceeded',
          description: 'Number of allowed incremental ticket export API requests per minute exceeded',
        },
      };
    case 'unauthorised':
      return { status: 401, json: { error: "Couldn't authenticate you" } };
    case 'forbidden':
      return {
        status: 403,
        json: {
          error: 'Forbidden',
          description:
            'You do not have access to this page. Please contact the account owner of this help desk for further help.',
        },
      };
    case 'server-error':
      return { status: 500, json: { error: 'InternalError', description: 'Internal error' } };
    case 'unavailable':
      return { status: 503, headers: { 'retry-after': '1' }, text: 'Service Unavailable' };
    case 'cursor-gone':
      return invalid('cursor', 'is not a valid cursor');
  }
}
