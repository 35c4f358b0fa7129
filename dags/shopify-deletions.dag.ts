import { cron, dag } from '../scheduler/index.ts';
import { rawShopify } from './assets.ts';
import { extractApi } from './operators/extract-api.ts';
import { loadApi } from './operators/load-api.ts';
import { defaultArgs, owner } from './policy.ts';
import type { PipelineServices } from './services.ts';

export default dag<PipelineServices>({
  dagId: 'shopify_deletions',
  description: 'Compares all ids at Shopify with those that were landed',
  schedule: cron('50 3 * * 6'),
  maxActiveRuns: 1,
  catchup: false,
  defaultArgs,
  owner,
  tags: ['ingest', 'reconcile', 'shopify'],
  tasks: (t) => {
    const extract = t.task('extract', extractApi('shopify', 'reconcile', ['deletions']));
    t.task('load', loadApi('shopify', rawShopify)).after(extract);
  },
});
