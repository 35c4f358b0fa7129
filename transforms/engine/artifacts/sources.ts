import { z } from 'zod';
import { artifactMetadata, metadataSchema } from './metadata.ts';
import type { Invocation } from './metadata.ts';

/** How fresh one raw table was found, or why that could not be told. */
export type SourceFreshness =
  | {
      readonly uniqueId: string;
      readonly status: 'pass' | 'warn' | 'error';
      readonly maxLoadedAt: Date;
      /** When the warehouse was asked. */
      readonly snapshottedAt: Date;
      readonly criteria: {
        readonly warnAfter: FreshnessLimit | undefined;
        readonly errorAfter: FreshnessLimit | undefined;
        readonly filter: string | undefined;
      };
      /** Seconds. */
      readonly executionTime: number;
      readonly threadId: string;
    }
  | { readonly uniqueId: string; readonly status: 'runtime error'; readonly message: string };

/** `{ count: 12, period: 'hour' }`. */
export interface FreshnessLimit {
  readonly count: number;
  readonly period: string;
}

/** The part of sources v3 that is read back. */
export const sourcesSchema = z.looseObject({
  metadata: metadataSchema,
  results: z.array(
    z.looseObject({ unique_id: z.string(), status: z.string(), max_loaded_at: z.string().optional() }),
  ),
  elapsed_time: z.number(),
});

export type Sources = z.infer<typeof sourcesSchema>;

/** What it is made from. */
export interface SourcesInput {
  readonly invocation: Invocation;
  readonly results: readonly SourceFreshness[];
  /** Seconds. */
  readonly elapsedTime: number;
}

/** dbt's sources v3: what a freshness check found. */
export function buildSources({ invocation, results, elapsedTime }: SourcesInput): Sources {
  return {
    metadata: artifactMetadata('sources', invocation),
    results: results.map(sourceResult),
    elapsed_time: elapsedTime,
  };
}

function sourceResult(result: SourceFreshness): Sources['results'][number] {
  if (result.status === 'runtime error') {
    return { unique_id: result.uniqueId, status: result.status, error: result.message };
  }
  const { criteria, maxLoadedAt, snapshottedAt } = result;
  const never = { count: null, period: null };
  return {
    unique_id: result.uniqueId,
    status: result.status,
    max_loaded_at: maxLoadedAt.toISOString(),
    snapshotted_at: snapshottedAt.toISOString(),
    max_loaded_at_time_ago_in_s: (snapshottedAt.getTime() - maxLoadedAt.getTime()) / 1000,
    criteria: {
      warn_after: criteria.warnAfter ?? never,
      error_after: criteria.errorAfter ?? never,
      filter: criteria.filter ?? null,
    },
    adapter_response: {},
    timing: [],
    thread_id: result.threadId,
    execution_time: result.executionTime,
  };
}
