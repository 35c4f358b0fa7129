import { anyOf, assets, dag } from '../scheduler/index.ts';
import { rawShop, rawShopify, rawStripe, rawZendesk } from './assets.ts';
import { modelGraph } from './model-graph.ts';
import { buildMarts } from './operators/build-marts.ts';
import { freshnessGate } from './operators/freshness-gate.ts';
import { modelTasks } from './operators/model-tasks.ts';
import { stageBatches } from './operators/stage-batches.ts';
import { defaultArgs, owner } from './policy.ts';
import type { PipelineServices } from './services.ts';

export default dag<PipelineServices>({
  dagId: 'shop_marts',
  description: 'Builds, audits and publishes the marts from newly loaded data',
  // Whenever something new of any source was loaded; nothing runs when nothing changed.
  schedule: assets(anyOf(rawShop, rawStripe, rawShopify, rawZendesk)),
  // One publisher at a time. What is loaded meanwhile is published by the next run, all at once.
  maxActiveRuns: 1,
  defaultArgs,
  owner,
  tags: ['marts', 'shop'],
  tasks: (t) => {
    const fresh = t.sensor(
      'freshness_gate',
      freshnessGate({ dagId: 'shop_ingest', maxAge: '15m', timeout: '30m' }),
    );
    const stage = t.task('stage', stageBatches()).after(fresh);
    const build = t.task('build', buildMarts(new Set(Object.keys(modelGraph)))).after(stage);
    modelTasks(t, build, modelGraph);
  },
});
