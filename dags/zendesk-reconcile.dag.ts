import { cron, dag } from '../scheduler/index.ts';
import { rawZendesk } from './assets.ts';
import { extractApi } from './operators/extract-api.ts';
import { loadApi } from './operators/load-api.ts';
import { defaultArgs, owner } from './policy.ts';
import type { PipelineServices } from './services.ts';

export default dag<PipelineServices>({
  dagId: 'zendesk_reconcile',
  description: 'Reads again what can change at Zendesk without a trace',
  schedule: cron('20 3 * * *'),
  maxActiveRuns: 1,
  catchup: false,
  defaultArgs,
  owner,
  tags: ['ingest', 'reconcile', 'zendesk'],
  tasks: (t) => {
    const extract = t.task('extract', extractApi('zendesk', 'reconcile'));
    t.task('load', loadApi('zendesk', rawZendesk)).after(extract);
  },
});
