import type { ApiSource } from '../dags/services.ts';

/** Sources that are read through an API, by the names that DAGs, commands and raw tables know them by. */
export const apiSources = ['stripe', 'shopify', 'zendesk'] as const satisfies readonly ApiSource[];
