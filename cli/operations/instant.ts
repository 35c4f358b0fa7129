import { z } from 'zod';

/** A date (midnight UTC) or a time, UTC unless it names an offset. */
export const instant = z.string().transform((text, context): Date => {
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const isZoned = /([zZ]|[+-]\d{2}:?\d{2})$/.test(text);
  const at = new Date(isDate || isZoned ? text : `${text}Z`);
  if (Number.isNaN(at.getTime())) {
    context.addIssue(`"${text}" is no date or time; write 2026-01-31 or 2026-01-31T06:00:00Z`);
    return z.NEVER;
  }
  return at;
});
