import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { retryDelayMs } from '../../scheduler/core/retry-policy.ts';
import { loadDags } from '../support/load-dags.ts';

const folder = fileURLToPath(new URL('../../dags', import.meta.url));

/** A minute away, and time to come up again. */
const outageMs = 90_000;
/** By the next tick of shop_ingest whoever watches should know. */
const tickMs = 300_000;

test('retries outlast a minute without warehouse or control store, and come quickly after a blip', async () => {
  const { dags } = await loadDags(folder);
  expect(dags.size).toBeGreaterThan(0);
  for (const { definition } of dags.values()) {
    for (const { taskId, retryPolicy } of definition.tasks) {
      for (let run = 0; run < 500; run += 1) {
        const key = { dagId: definition.dagId, taskId, runKey: `run ${run}` };
        const waits = Array.from({ length: retryPolicy.retries }, (_, index) =>
          retryDelayMs(retryPolicy, { ...key, tryNumber: index + 1 }),
        );
        const span = waits.reduce((sum, wait) => sum + wait, 0);
        expect(span, taskId).toBeGreaterThanOrEqual(outageMs);
        expect(span, taskId).toBeLessThanOrEqual(tickMs);
        expect(waits[0], taskId).toBeLessThanOrEqual(4_000);
      }
    }
  }
});
