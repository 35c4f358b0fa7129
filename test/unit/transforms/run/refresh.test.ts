import { expect, test } from 'vitest';
import { systemClock } from '../../../../lib/clock.ts';
import { silentLogger } from '../../../../lib/logger.ts';
import { ignoreProgress } from '../../../../lib/progress.ts';
import type { EngineContext } from '../../../../transforms/engine/context.ts';
import { build } from '../../../../transforms/engine/run/build.ts';
import type { Warehouse } from '../../../../warehouse/warehouse.ts';
import { makeModel, makeProject } from '../../../support/project-parts.ts';

const context: EngineContext = {
  project: makeProject([makeModel('kept', { config: { fullRefresh: false } }), makeModel('other')]),
  // What is refused is refused before the warehouse is asked anything.
  warehouse: undefined as unknown as Warehouse,
  clock: systemClock,
  logger: silentLogger,
  onProgress: ignoreProgress,
};

test('a full refresh that would take along what cannot be made again is refused', async () => {
  await expect(build(context, { fullRefresh: true })).rejects.toMatchObject({
    code: 'TRANSFORM_FULL_REFRESH_FORBIDDEN',
    message: 'a full refresh was asked for, and kept may not be rebuilt',
  });
});

test('a model that does not exist is not silently left out', async () => {
  await expect(build(context, { select: new Set(['othre']) })).rejects.toMatchObject({
    code: 'TRANSFORM_UNKNOWN_REF',
    message: expect.stringContaining('did you mean other') as string,
  });
});
