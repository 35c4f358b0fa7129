import type { RateLimit } from '../extract/budget.ts';
import type { ApiProfile } from '../extract/api-profile.ts';

/** Where the e-mail address of the agent and the API token are read from. */
export const zendeskSecretNames = ['SHOPWAVE_ZENDESK_EMAIL', 'SHOPWAVE_ZENDESK_TOKEN'] as const;

/** Zendesk has one version, `/api/v2`, and changes it in place. */
export const zendeskApiVersion = 'v2';

/** "Incremental Exports", section "Rate limits": ten requests a minute. Two at once and eight more never exceed it. */
export const exportRateLimit: RateLimit = { perSecond: 8 / 60, burst: 2 };

/** "Rate limits": 200 a minute on the smallest plan, for everything in the account; half of it is left to others. */
export const listRateLimit: RateLimit = { perSecond: 100 / 60, burst: 10 };

/** The Support API of one account. `baseUrl` is `https://<subdomain>.zendesk.com`, without a path. */
export function zendeskProfile(baseUrl: string): ApiProfile {
  return {
    source: 'zendesk',
    baseUrl,
    secretNames: zendeskSecretNames,
    authorize: ([email = '', token = '']) => ({
      authorization: `Basic ${Buffer.from(`${email}/token:${token}`).toString('base64')}`,
    }),
    headers: {},
    requestIdHeader: 'x-request-id',
  };
}
