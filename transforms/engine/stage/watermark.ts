/** A batch as the chain of positions knows it: it holds the log from (exclusive) to (inclusive). */
export interface BatchRange {
  readonly fromPosition: string;
  readonly toPosition: string;
  readonly toCommittedAt: string | null;
}

export interface Watermark {
  readonly position: string;
  readonly committedAt: string | null;
}

/**
 * The furthest position reachable from `start` through batches that join without a gap. Batches are staged in any
 * order, so the newest position alone would claim changes that have not arrived.
 */
export function advanceWatermark(start: Watermark, batches: readonly BatchRange[]): Watermark {
  const next = new Map(batches.map((batch) => [batch.fromPosition, batch]));
  let reached = start;
  for (let batch = next.get(start.position); batch !== undefined; batch = next.get(reached.position)) {
    next.delete(batch.fromPosition);
    reached = { position: batch.toPosition, committedAt: batch.toCommittedAt ?? reached.committedAt };
  }
  return reached;
}
