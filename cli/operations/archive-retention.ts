import { z } from 'zod';
import { consumedBatches } from '../archive-parts.ts';
import { archiveDeps } from './archive-deps.ts';
import { defineOperation, rowsResult } from './operation.ts';
import type { OperationContext, OperationResult } from './operation.ts';

const input = z.object({ keepDays: z.int().min(1) });

async function retain(
  keepDays: number,
  dryRun: boolean,
  context: OperationContext,
): Promise<OperationResult> {
  const { applyRetention } = await import('../../ingest/archive/retention.ts');
  const { retentionRules: rules } = await import('../../ingest/archive/retention-rules.ts');
  const { platform } = context;
  // Which makes the table of what is staged, where nothing was ever.
  await platform.transforms();
  const deps = { ...(await archiveDeps(context)), warehouse: await platform.warehouse() };
  const result = await applyRetention(deps, { rules, keepDays, consumed: consumedBatches, dryRun });
  return rowsResult(
    result.map((each) => ({ ...each })),
    {
      columns: ['entity', 'table', 'keys', 'rows'],
      notes: dryRun ? ['nothing was removed'] : [],
    },
  );
}

/** What would leave raw. */
export const retentionPlan = defineOperation({
  name: 'retention.plan',
  input,
  run: ({ keepDays }, context) => retain(keepDays, true, context),
});

/** Takes business keys out of raw that nothing has changed for so long, once the archive is shown to hold them. */
export const retentionApply = defineOperation({
  name: 'retention.apply',
  input: input.extend({ dryRun: z.boolean().default(false) }),
  run: ({ keepDays, dryRun }, context) => retain(keepDays, dryRun, context),
});
