import { z } from 'zod';
import type { ShopwaveError } from '../../lib/errors.ts';
import type { OnProgress } from '../../lib/progress.ts';
import { cliErrors } from '../errors.ts';
import { toFailure } from './failure.ts';
import type { Failure } from './failure.ts';
import type { Platform } from '../wire.ts';

/** One value of a result. Wide integers travel as text, so that no door rounds them. */
export type Cell = string | number | boolean | null;

/** What every operation answers with: a table, or named documents such as compiled SQL. */
export type OperationResult =
  | {
      readonly kind: 'rows';
      readonly columns: readonly string[];
      readonly rows: ReadonlyArray<Readonly<Record<string, Cell>>>;
      /** The rows as programs read them, where they hold more than cells can; plain JSON values. */
      readonly json?: ReadonlyArray<Readonly<Record<string, unknown>>>;
      /** Set when the work ran and did not succeed: it is shown after the rows, and the command exits 1. */
      readonly failure?: Failure;
      /** What the rows are, said before them on standard error. */
      readonly preface?: readonly string[];
      /** What whoever asked should know besides; shown on standard error. */
      readonly notes?: readonly string[];
    }
  | {
      readonly kind: 'documents';
      readonly documents: ReadonlyArray<{ readonly name: string; readonly text: string }>;
    };

/** What a verb sends, and where its progress goes. */
export interface OperationCall {
  readonly name: string;
  readonly input: unknown;
  readonly dataDir: string;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** What an operation may use besides its input. */
export interface OperationContext {
  readonly platform: Platform;
  readonly onProgress: OnProgress;
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal;
}

/** One thing the platform can be asked to do, by whoever owns the data folder. */
export interface Operation {
  readonly name: string;
  readonly invoke: (input: unknown, context: OperationContext) => Promise<OperationResult>;
}

/** Declares an operation; its input is checked by the schema at whichever door it comes in. */
export function defineOperation<Schema extends z.ZodType>(definition: {
  readonly name: string;
  readonly input: Schema;
  readonly run: (input: z.infer<Schema>, context: OperationContext) => Promise<OperationResult>;
}): Operation {
  return {
    name: definition.name,
    invoke: async (raw, context) => {
      const parsed = definition.input.safeParse(raw);
      if (parsed.success) return definition.run(parsed.data, context);
      throw cliErrors.error('CLI_OPERATION_INPUT', {
        message: `${definition.name}: ${z.prettifyError(parsed.error)}`,
      });
    },
  };
}

/** Rows whose columns are the keys of the first one, in its order, unless given. */
export function rowsResult(
  rows: ReadonlyArray<Readonly<Record<string, Cell>>>,
  options: {
    readonly columns?: readonly string[];
    readonly json?: ReadonlyArray<Readonly<Record<string, unknown>>>;
    readonly failure?: ShopwaveError | undefined;
    readonly preface?: readonly string[];
    readonly notes?: readonly string[];
  } = {},
): OperationResult {
  const columns = options.columns ?? Object.keys(rows[0] ?? {});
  return {
    kind: 'rows',
    columns,
    rows,
    ...(options.json === undefined ? {} : { json: options.json }),
    ...(options.failure === undefined ? {} : { failure: toFailure(options.failure) }),
    ...(options.preface === undefined ? {} : { preface: options.preface }),
    ...(options.notes === undefined || options.notes.length === 0 ? {} : { notes: options.notes }),
  };
}

/** Any value a part returns, as a cell. */
export function toCell(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  }
  if (value instanceof Date) return value.toISOString();
  return JSON.stringify(value);
}
