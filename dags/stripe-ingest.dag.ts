import { cron, dag } from '../scheduler/index.ts';
import { rawStripe } from './assets.ts';
import { apiFreshness } from './operators/api-freshness.ts';
import { extractApi } from './operators/extract-api.ts';
import { loadApi } from './operators/load-api.ts';
import { defaultArgs, owner } from './policy.ts';
import type { PipelineServices } from './services.ts';

export default dag<PipelineServices>({
  dagId: 'stripe_ingest',
  description: 'Brings what changed at Stripe into the raw tables',
  schedule: cron('@hourly'),
  // Each run reads on from where the last one stopped, however long ago that was.
  maxActiveRuns: 1,
  catchup: false,
  defaultArgs,
  owner,
  tags: ['ingest', 'stripe'],
  tasks: (t) => {
    const extract = t.task('extract', extractApi('stripe', 'incremental'));
    const load = t.task('load', loadApi('stripe', rawStripe)).after(extract);
    t.task('freshness', apiFreshness('stripe', '2h')).after(extract, load);
  },
});
