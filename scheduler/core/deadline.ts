import type { DeadlineReference } from '../authoring/dag-callbacks.ts';

/** When a deadline falls, as a DAG declares it. */
export interface DeadlineRule {
  readonly reference: DeadlineReference;
  readonly intervalMs: number;
}

/** How a run stands to its deadline once that is decided, which it is once. */
export type DeadlineOutcome = 'met' | 'missed';

/** By when a run must have succeeded; null where nothing says so. */
export function deadlineOf(
  rule: DeadlineRule | undefined,
  run: { readonly queuedAt: Date; readonly logicalDate: Date | null },
): Date | null {
  if (rule === undefined) return null;
  const from = referenceOf(rule.reference, run);
  return from === null ? null : new Date(from.getTime() + rule.intervalMs);
}

function referenceOf(
  reference: DeadlineReference,
  { queuedAt, logicalDate }: Parameters<typeof deadlineOf>[1],
): Date | null {
  switch (reference) {
    case 'queued_at':
      return queuedAt;
    case 'logical_date':
      return logicalDate;
    default:
      return reference;
  }
}
