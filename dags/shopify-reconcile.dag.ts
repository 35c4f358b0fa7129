import { cron, dag } from '../scheduler/index.ts';
import { rawShopify } from './assets.ts';
import { extractApi } from './operators/extract-api.ts';
import { loadApi } from './operators/load-api.ts';
import { defaultArgs, owner } from './policy.ts';
import type { PipelineServices } from './services.ts';

export default dag<PipelineServices>({
  dagId: 'shopify_reconcile',
  description: 'Reads again what can change at Shopify without a trace',
  schedule: cron('20 3 * * *'),
  maxActiveRuns: 1,
  catchup: false,
  defaultArgs,
  owner,
  tags: ['ingest', 'reconcile', 'shopify'],
  tasks: (t) => {
    const extract = t.task(
      'extract',
      extractApi('shopify', 'reconcile', ['orders', 'products', 'customers']),
    );
    t.task('load', loadApi('shopify', rawShopify)).after(extract);
  },
});
