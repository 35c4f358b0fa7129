import { z } from 'zod';

/** What the server of the bench is told, by its parent. */
export const commandSchema = z.object({ kind: z.enum(['publish', 'facts', 'stop']) });
export type Command = z.infer<typeof commandSchema>;

/** What it says of itself. */
export const factsSchema = z.object({
  version: z.number(),
  /** Of the semantic layer, and of plain Cube. */
  ports: z.tuple([z.number(), z.number()]),
  /** Statements that the warehouse got from the semantic layer. */
  statements: z.number(),
  rssMb: z.number(),
  peakRssMb: z.number(),
  cpuSeconds: z.number(),
  publishMs: z.number(),
});
export type Facts = z.infer<typeof factsSchema>;

export const jobSchema = z.object({ file: z.string(), folder: z.string(), lines: z.number() });

/** What the server of the SQL API says of itself. */
export const sqlFactsSchema = z.object({
  port: z.number(),
  /** Of the REST API of the same process. */
  restPort: z.number(),
  /** When its engine began to start, in ms since 1970. */
  startedAt: z.number(),
  rssMb: z.number(),
});
export type SqlFacts = z.infer<typeof sqlFactsSchema>;
