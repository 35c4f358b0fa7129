import { cron, dag } from '../scheduler/index.ts';
import { archiveUpkeep } from './operators/archive-upkeep.ts';
import { defaultArgs, owner } from './policy.ts';
import type { PipelineServices } from './services.ts';

export default dag<PipelineServices>({
  dagId: 'archive_daily',
  description: 'Compacts closed days, removes what was compacted, retires what is older than three years',
  schedule: cron('40 2 * * *'),
  maxActiveRuns: 1,
  catchup: false,
  defaultArgs,
  owner,
  tags: ['archive'],
  tasks: (t) => {
    const compact = t.task('compact', archiveUpkeep('compact', 'Makes Parquet of closed days'));
    const remove = t
      .task('remove_originals', archiveUpkeep('removeOriginals', 'Removes originals that were compacted'))
      .after(compact);
    t.task('retire', archiveUpkeep('retire', 'Takes closed keys older than three years out of raw')).after(
      remove,
    );
  },
});
