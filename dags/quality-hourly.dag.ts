import { cron, dag } from '../scheduler/index.ts';
import { compareMetrics, runCadence } from './operators/quality.ts';
import { defaultArgs, owner } from './policy.ts';
import type { PipelineServices } from './services.ts';

export default dag<PipelineServices>({
  dagId: 'quality_hourly',
  description:
    'Volumes, freshness and closed days of what is published, and the metrics that are served of it',
  schedule: cron('25 * * * *'),
  maxActiveRuns: 1,
  catchup: false,
  defaultArgs,
  owner,
  tags: ['quality'],
  tasks: (t) => {
    t.task('checks', runCadence('hourly'));
    t.task('metrics', compareMetrics());
  },
});
