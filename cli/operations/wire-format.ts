import { z } from 'zod';
import { ShopwaveError, messageOf } from '../../lib/errors.ts';
import type { ProgressEvent } from '../../lib/progress.ts';
import { toFailure } from './failure.ts';
import type { Failure } from './failure.ts';
import type { OperationResult } from './operation.ts';

/** How an error crosses a process boundary. */
const errorShape = z.object({
  code: z.string(),
  message: z.string(),
  where: z.string().optional(),
  remedy: z.string(),
  retryable: z.boolean(),
});

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const resultShape = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('rows'),
    columns: z.array(z.string()),
    rows: z.array(z.record(z.string(), cell)),
    json: z.array(z.record(z.string(), z.unknown())).optional(),
    failure: errorShape.optional(),
    preface: z.array(z.string()).optional(),
    notes: z.array(z.string()).optional(),
  }),
  z.object({
    kind: z.literal('documents'),
    documents: z.array(z.object({ name: z.string(), text: z.string() })),
  }),
]);

const progressShape = z.object({
  step: z.string(),
  state: z.enum(['started', 'running', 'finished', 'failed', 'said']),
  done: z.number().optional(),
  total: z.number().optional(),
  unit: z.string().optional(),
  note: z.string().optional(),
});

/** An operation's answer is a stream of JSON lines: any number of progress lines, then one result or error. */
const lineShape = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), event: progressShape }),
  z.object({ type: z.literal('result'), result: resultShape }),
  z.object({ type: z.literal('error'), error: errorShape }),
]);

export type AnswerLine =
  | { readonly type: 'progress'; readonly event: ProgressEvent }
  | { readonly type: 'result'; readonly result: OperationResult }
  | { readonly type: 'error'; readonly error: Failure };

/** Reads one line of an answer. */
export function parseAnswerLine(text: string): AnswerLine {
  return lineShape.parse(JSON.parse(text)) as AnswerLine;
}

/** An error as a line; what is not typed crosses as its message. */
export function errorLine(error: unknown): AnswerLine {
  if (!(error instanceof ShopwaveError)) {
    const remedy = 'Look into logs/shopwave.log of the data folder.';
    return {
      type: 'error',
      error: { code: 'INTERNAL', message: messageOf(error), remedy, retryable: false },
    };
  }
  return { type: 'error', error: toFailure(error) };
}
