import { cron, dag } from '../scheduler/index.ts';
import { compareWithRebuild, pruneResults, runCadence } from './operators/quality.ts';
import { defaultArgs, owner } from './policy.ts';
import type { PipelineServices } from './services.ts';

export default dag<PipelineServices>({
  dagId: 'quality_weekly',
  description: 'Proves that what builds have made of the marts is what a rebuild makes of them',
  schedule: cron('30 1 * * 0'),
  maxActiveRuns: 1,
  catchup: false,
  defaultArgs,
  owner,
  tags: ['quality'],
  tasks: (t) => {
    t.task('drift', compareWithRebuild());
    t.task('checks', runCadence('weekly'));
    t.task('prune', pruneResults());
  },
});
