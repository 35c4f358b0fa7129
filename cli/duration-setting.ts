import { z } from 'zod';
import { parseDurationMs } from '../lib/duration.ts';

/** A duration such as 30s, in milliseconds. */
export const duration = z.string().transform((text, context): number => {
  try {
    return parseDurationMs(text);
  } catch {
    context.addIssue(`"${text}" is no duration; write 30s or 5m`);
    return z.NEVER;
  }
});
