import { z } from 'zod';

// What the processes of this folder are told, and what they print.

export const captureJob = z.object({
  phase: z.enum(['snapshot', 'changes', 'load']),
  sourceUrl: z.string(),
  controlUrl: z.string(),
  archive: z.string(),
  warehouse: z.string(),
});
export type CaptureJob = z.infer<typeof captureJob>;

export const captureRun = z.object({
  seconds: z.number(),
  /** Of this process: the server's and the compression of other processes are not in it. */
  cpuSeconds: z.number(),
  rows: z.number(),
  peakRssMb: z.number(),
});
export type CaptureRun = z.infer<typeof captureRun>;

export const listServerJob = z.object({
  objects: z.number(),
  fromSeconds: z.number(),
  toSeconds: z.number(),
});

export const extractJob = z.object({
  controlUrl: z.string(),
  archive: z.string(),
  baseUrl: z.string(),
  fromSeconds: z.number(),
  toSeconds: z.number(),
});

export const extractRun = z.object({
  seconds: z.number(),
  cpuSeconds: z.number(),
  objects: z.number(),
  requests: z.number(),
  peakRssMb: z.number(),
});
