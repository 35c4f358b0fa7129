import { z } from 'zod';
import { artifactMetadata, metadataSchema } from './metadata.ts';
import type { Invocation } from './metadata.ts';

/** How a node ended, in dbt's words. */
export type NodeStatus = 'success' | 'error' | 'skipped' | 'pass' | 'warn' | 'fail' | 'no-op';

/** What became of one model, seed or test of a run. */
export interface NodeResult {
  readonly uniqueId: string;
  readonly status: NodeStatus;
  /** Seconds. */
  readonly executionTime: number;
  readonly message?: string | undefined;
  /** Failing rows of a test. */
  readonly failures?: number | undefined;
  /** The SQL that was sent; undefined where nothing was compiled. */
  readonly compiledCode?: string | undefined;
  readonly relationName?: string | undefined;
  readonly startedAt: Date;
  readonly completedAt: Date;
  readonly threadId: string;
}

const resultSchema = z.looseObject({
  unique_id: z.string(),
  status: z.string(),
  execution_time: z.number(),
  message: z.string().nullish(),
  failures: z.number().nullish(),
});

/** The part of run-results v6 that is read back. */
export const runResultsSchema = z.looseObject({
  metadata: metadataSchema,
  results: z.array(resultSchema),
  elapsed_time: z.number(),
  args: z.record(z.string(), z.unknown()).default({}),
});

export type RunResults = z.infer<typeof runResultsSchema>;

/** What run results are made from. */
export interface RunResultsInput {
  readonly invocation: Invocation;
  readonly results: readonly NodeResult[];
  /** Seconds. */
  readonly elapsedTime: number;
  /** The command's name and the names of what it was given; values of vars are left out. */
  readonly args: {
    readonly which: string;
    readonly select: readonly string[];
    readonly exclude: readonly string[];
    readonly vars: Readonly<Record<string, unknown>>;
  };
}

/** dbt's run-results v6 of a finished run. */
export function buildRunResults({ invocation, results, elapsedTime, args }: RunResultsInput): RunResults {
  return {
    metadata: artifactMetadata('runResults', invocation),
    results: results.map(resultEntry),
    elapsed_time: elapsedTime,
    args: {
      which: args.which,
      select: args.select,
      exclude: args.exclude,
      // A var is often where a password slips in; its name tells enough.
      vars: Object.fromEntries(Object.keys(args.vars).map((name) => [name, '*****'])),
      invocation_command: `shopwave transform ${args.which}`,
    },
  };
}

function resultEntry(result: NodeResult): RunResults['results'][number] {
  return {
    status: result.status,
    timing: [
      {
        name: 'execute',
        started_at: result.startedAt.toISOString(),
        completed_at: result.completedAt.toISOString(),
      },
    ],
    thread_id: result.threadId,
    execution_time: result.executionTime,
    adapter_response: {},
    message: result.message ?? null,
    failures: result.failures ?? null,
    unique_id: result.uniqueId,
    compiled: result.compiledCode !== undefined,
    compiled_code: result.compiledCode ?? null,
    relation_name: result.relationName ?? null,
    batch_results: null,
  };
}
