import { z } from 'zod';

/** What a process is to run, and on which store. */
export const runJobInput = z.object({
  url: z.string(),
  files: z.record(z.string(), z.string()),
  parallelism: z.number(),
  executor: z.enum(['in_process', 'process']),
  runsEach: z.number(),
  /** DAGs that are waited for, by id; without it all of them. */
  waitFor: z.array(z.string()).optional(),
  /** Begins with a run of that DAG, once so many sensors of others wait. */
  trigger: z.object({ dagId: z.string(), whenWaiting: z.number() }).optional(),
});
export type RunJob = z.infer<typeof runJobInput>;

/** From the start of the loop to the end of the last run. */
export const runResult = z.object({
  seconds: z.number(),
  cpuSeconds: z.number(),
  runs: z.number(),
  tasks: z.number(),
  /** From the success of a task to the start of what follows, in milliseconds, of every edge. */
  gapsMs: z.array(z.number()),
});
export type RunResult = z.infer<typeof runResult>;

/** So many DAG files are written and loaded; their texts would be too long for an argument. */
export const loadJobInput = z.object({ url: z.string(), dags: z.number() });
export type LoadJob = z.infer<typeof loadJobInput>;

/** Loading a folder of DAG files, and keeping it. */
export const loadResult = z.object({
  loadSeconds: z.number(),
  changedMs: z.number(),
  idleRssMb: z.number(),
  /** Of one core, while nothing is due. */
  idleCpuPercent: z.number(),
});
export type LoadResult = z.infer<typeof loadResult>;
