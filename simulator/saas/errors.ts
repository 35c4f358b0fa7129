import { errorCatalog } from '../../lib/errors.ts';

/** What can go wrong with the host of the simulated SaaS APIs itself; what it plays to its clients is no error here. */
export const saasErrors = errorCatalog({
  SAAS_API_UNKNOWN: {
    summary: 'A simulated API was asked for that the host does not have.',
    remedy: 'Pass the API to startSaasHost, or use one of the names in the message.',
    retryable: false,
  },
  SAAS_PORT_TAKEN: {
    summary: 'The host of the simulated SaaS APIs cannot listen on its port.',
    remedy: 'Free the port, or pass port 0 for any free one.',
    retryable: false,
  },
});
