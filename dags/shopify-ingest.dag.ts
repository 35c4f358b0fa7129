import { cron, dag } from '../scheduler/index.ts';
import { rawShopify } from './assets.ts';
import { apiFreshness } from './operators/api-freshness.ts';
import { extractApi } from './operators/extract-api.ts';
import { loadApi } from './operators/load-api.ts';
import { defaultArgs, owner } from './policy.ts';
import type { PipelineServices } from './services.ts';

export default dag<PipelineServices>({
  dagId: 'shopify_ingest',
  description: 'Brings what changed at Shopify into the raw tables',
  schedule: cron('@hourly'),
  // Each run reads on from where the last one stopped, however long ago that was.
  maxActiveRuns: 1,
  catchup: false,
  defaultArgs,
  owner,
  tags: ['ingest', 'shopify'],
  tasks: (t) => {
    const extract = t.task('extract', extractApi('shopify', 'incremental'));
    const load = t.task('load', loadApi('shopify', rawShopify)).after(extract);
    t.task('freshness', apiFreshness('shopify', '2h')).after(extract, load);
  },
});
