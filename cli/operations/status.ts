import process from 'node:process';
import { z } from 'zod';
import { formatDuration } from '../../lib/duration.ts';
import { toIso } from '../output/summary.ts';
import { countLayers } from '../supervisor/headline.ts';
import { currentOwner } from '../supervisor/lock.ts';
import { defineOperation, rowsResult } from './operation.ts';
import type { Cell } from './operation.ts';

/** What runs, what is published, and how fresh it is; looks at the warehouse only. */
export const status = defineOperation({
  name: 'status',
  input: z.object({}),
  run: async (_, { platform }) => {
    const [owner, transforms, warehouse] = await Promise.all([
      currentOwner(platform.paths.lock),
      platform.transforms(),
      platform.warehouse(),
    ]);
    const [publication, rows] = await Promise.all([transforms.publication(), countLayers(warehouse)]);
    const isUp = owner?.role === 'supervisor' && owner.pid === process.pid;
    const facts: Array<readonly [string, Cell]> = [
      ['supervisor', isUp ? `process ${owner.pid}, http://127.0.0.1:${owner.port}` : 'not running'],
      ['data folder', platform.paths.root],
      ['publication', publication?.version ?? 'none yet'],
    ];
    if (publication !== undefined) {
      const publishedAt = toIso(publication.publishedAt);
      const ageMs = platform.clock.now().getTime() - Date.parse(publishedAt);
      facts.push(
        ['published at', publishedAt],
        ['published', `${formatDuration(Math.max(0, ageMs))} ago`],
        ['source watermark', publication.sourceWatermark],
        [
          'source committed at',
          publication.sourceCommittedAt === null ? null : toIso(publication.sourceCommittedAt),
        ],
      );
    }
    facts.push(['raw rows', rows.raw], ['staging rows', rows.staging], ['mart rows', rows.marts]);
    return rowsResult(facts.map(([what, value]) => ({ what, value })));
  },
});
