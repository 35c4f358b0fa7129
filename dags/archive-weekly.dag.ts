import { cron, dag } from '../scheduler/index.ts';
import { verifyArchive } from './operators/archive-upkeep.ts';
import { defaultArgs, owner } from './policy.ts';
import type { PipelineServices } from './services.ts';

export default dag<PipelineServices>({
  dagId: 'archive_weekly',
  description: 'Proves that the archive holds all that its manifests name',
  schedule: cron('10 4 * * 0'),
  maxActiveRuns: 1,
  catchup: false,
  defaultArgs,
  owner,
  tags: ['archive'],
  tasks: (t) => {
    t.task('verify', verifyArchive());
  },
});
