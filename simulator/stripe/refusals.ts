import type { Refusal, SaasResponse } from '../saas/api.ts';

/** Stripe's error envelope. */
interface ErrorBody {
  readonly type: 'invalid_request_error' | 'api_error' | 'rate_limit_error';
  readonly message: string;
  readonly code?: string;
  readonly param?: string;
}

/** Something wrong with a request, in the place of what it asked for. */
export interface Refused {
  readonly refused: SaasResponse;
}

function stripeError(status: number, error: ErrorBody, headers: Record<string, string> = {}): SaasResponse {
  const url =
    error.code === undefined ? {} : { doc_url: `https://stripe.com/docs/error-codes/${error.code}` };
  return { status, headers, json: { error: { ...error, ...url } } };
}

/** A parameter that cannot be. */
export function badRequest(message: string, details: { code?: string; param?: string } = {}): Refused {
  return { refused: stripeError(400, { type: 'invalid_request_error', message, ...details }) };
}

/** A cursor or a filter that names an object which is not there. */
export function missingReference(object: string, id: string, param: string): Refused {
  return badRequest(`No such ${object}: '${id}'`, { code: 'resource_missing', param });
}

/** An object asked for by an id that there is not. */
export function notFound(object: string, id: string): SaasResponse {
  const message = `No such ${object}: '${id}'`;
  return stripeError(404, { type: 'invalid_request_error', code: 'resource_missing', param: 'id', message });
}

export function unknownUrl(method: string, path: string): SaasResponse {
  const message = `Unrecognized request URL (${method}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`;
  return stripeError(404, { type: 'invalid_request_error', message });
}

/** What Stripe answers when the host turns a request away. */
export function refusalResponse(refusal: Refusal, stream: string, query: URLSearchParams): SaasResponse {
  switch (refusal.kind) {
    case 'rate-limited':
      return stripeError(
        429,
        { type: 'rate_limit_error', code: 'rate_limit', message: 'Request rate limit exceeded.' },
        { 'stripe-rate-limited-reason': refusal.limit ?? 'global-rate' },
      );
    case 'server-error':
      return stripeError(500, unexpected, { 'stripe-should-retry': 'true' });
    case 'unavailable':
      return stripeError(503, unexpected, { 'stripe-should-retry': 'true' });
    case 'unauthorised':
      return stripeError(
        401,
        { type: 'invalid_request_error', message: 'Invalid API Key provided.' },
        { 'www-authenticate': 'Bearer realm="Stripe"' },
      );
    case 'forbidden':
      return stripeError(403, {
        type: 'invalid_request_error',
        message: `The provided key does not have the required permissions for this endpoint. Having the '${permissionOf(stream)}' permission would allow this request to continue.`,
      });
    case 'cursor-gone':
      return cursorGone(stream, query);
  }
}

function cursorGone(stream: string, query: URLSearchParams): SaasResponse {
  const param = query.has('starting_after') ? 'starting_after' : 'ending_before';
  return missingReference(stream.replace(/s$/, ''), query.get(param) ?? '', param).refused;
}

const unexpected: ErrorBody = {
  type: 'api_error',
  message: 'An unknown error occurred. Please contact us at https://support.stripe.com/ if it persists.',
};

/** The permission of a restricted key that reading a list takes: `rak_charge_read`. */
export function permissionOf(stream: string): string {
  return `rak_${stream.replace(/s$/, '')}_read`;
}
