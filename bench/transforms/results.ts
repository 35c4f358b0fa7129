import { z } from 'zod';

// What the processes of this folder are told, and what they print.

export const compileJob = z.object({ folder: z.string(), changedFile: z.string() });

export const compileRun = z.object({
  /** Milliseconds from nothing read to every model rendered, without the start of the process. */
  cold: z.number(),
  /** The same in the same process, after one inlined model's file has changed. */
  again: z.number(),
});

export const scaleJob = z.object({
  file: z.string(),
  lines: z.number(),
  /** Changed lines of each batch to run; none: only make the history. */
  batches: z.array(z.number()),
  /** Changed lines of a last batch, in which it is looked at what statements read; 0: none. */
  scanned: z.number(),
  /** Also rebuild all marts whole. */
  rebuild: z.boolean(),
});

export type ScaleJob = z.infer<typeof scaleJob>;

/** What one run of the engine cost; of a scanned one its times say nothing. */
export const scaleRun = z.object({
  kind: z.enum(['make', 'rebuild', 'batch', 'scanned']),
  changedLines: z.number(),
  seconds: z.number(),
  /** Processor time of the whole process; on a busy machine it says more than the clock. */
  cpuSeconds: z.number(),
  peakRssGb: z.number(),
  /** Blocks of the file that hold something after the run; the file itself keeps those that became free. */
  usedBytes: z.number(),
  /** The engine's own time: what is left without SQL. */
  besideSqlSeconds: z.number(),
  /** Models that the run looked at. */
  models: z.number(),
  phases: z.record(z.string(), z.number()),
  slow: z.array(z.object({ phase: z.string(), seconds: z.number(), sql: z.string() })),
  /** Of a scanned run: reads of more of a large table than a small batch may. */
  wide: z.array(
    z.object({ by: z.string(), table: z.string(), rows: z.number(), share: z.number(), sql: z.string() }),
  ),
});
export type ScaleRun = z.infer<typeof scaleRun>;
