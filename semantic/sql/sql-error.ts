import { ShopwaveError, messageOf } from '../../lib/errors.ts';

/** What PostgreSQL's ErrorResponse holds. */
export interface SqlErrorFields {
  /** SQLSTATE. */
  readonly code: string;
  readonly message: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  /** Character of the statement's text at which it is wrong, from 1. */
  readonly position?: number | undefined;
}

/** An error as clients of PostgreSQL know it. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
  readonly fields: SqlErrorFields;

  constructor(fields: SqlErrorFields) {
    super(fields.message);
    this.fields = fields;
  }
}

/** Codes of the semantic layer as SQLSTATEs; what is not here is `XX000`, an internal error. */
const sqlStates: Readonly<Record<string, string>> = {
  SEMANTIC_MEMBER_UNKNOWN: '42703',
  SEMANTIC_MEMBER_HIDDEN: '42703',
  SEMANTIC_MIXED_CURRENCIES: '22000',
  SEMANTIC_NOT_PUBLISHED: '57P03',
  SEMANTIC_QUERY_REJECTED: '42000',
  SEMANTIC_QUERY_FAILED: '58000',
  SEMANTIC_QUERY_TIMEOUT: '57014',
  SEMANTIC_RESULT_TOO_LARGE: '54000',
  SEMANTIC_QUERIES_TOO_MANY: '53300',
  SEMANTIC_OVERTAKEN: '40001',
  SEMANTIC_STOPPED: '57P01',
  SEMANTIC_UNAUTHENTICATED: '28P01',
};

/** Whatever was thrown, as a client is told it. */
export function sqlErrorOf(error: unknown): SqlErrorFields {
  if (error instanceof SqlError) return error.fields;
  if (!(error instanceof ShopwaveError)) return { code: 'XX000', message: messageOf(error) };
  return {
    code: sqlStates[error.code] ?? 'XX000',
    message: error.message,
    detail: error.code,
    hint: error.remedy,
  };
}
