import { z } from 'zod';
import { defineOperation, rowsResult } from '../operation.ts';

/** What is held back at an older version, since when, and why. */
export const transformHeld = defineOperation({
  name: 'transform.held',
  input: z.object({}),
  run: async (_, { platform }) => {
    const held = await (await platform.transforms()).heldBack();
    return rowsResult(
      held.map(({ model, version, since, sourceCommittedAt, reasons }) => ({
        model,
        version,
        since,
        reflects: sourceCommittedAt,
        reasons: reasons.join('; '),
      })),
      { columns: ['model', 'version', 'since', 'reflects', 'reasons'] },
    );
  },
});
