import { dag, every } from '../scheduler/index.ts';
import { rawShop } from './assets.ts';
import { captureShop } from './operators/capture-shop.ts';
import { loadRaw } from './operators/load-raw.ts';
import { watchSchema } from './operators/watch-schema.ts';
import { defaultArgs, owner } from './policy.ts';
import type { PipelineServices } from './services.ts';

export default dag<PipelineServices>({
  dagId: 'shop_ingest',
  description: 'Brings the changes of the shop into the raw tables',
  schedule: every('5m'),
  // One reader of the log at a time. Ticks missed meanwhile are not made up for: the next run reads on from where
  // the last one stopped.
  maxActiveRuns: 1,
  catchup: false,
  defaultArgs,
  owner,
  tags: ['ingest', 'shop'],
  tasks: (t) => {
    // Beside the others: when capture refuses what drifted, this is what tells why.
    t.task('watch_schema', watchSchema(rawShop));
    const capture = t.task('capture', captureShop());
    t.task('load', loadRaw(rawShop)).after(capture);
  },
});
