/** What the driver's errors say, of those fields that mean something; they come as anything at all. */
export interface SdkError {
  readonly message: string;
  /** Snowflake's six digits, or the driver's own number. */
  readonly code: string;
  readonly sqlState: string;
  /** HTTP status, where the server answered at all. */
  readonly status: number | undefined;
}

export function readSdkError(error: unknown): SdkError {
  const given = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const response = given['response'] as
    | { readonly status?: unknown; readonly statusCode?: unknown }
    | undefined;
  const status = response?.statusCode ?? response?.status;
  return {
    message: messageIn(given, error),
    code: typeof given['code'] === 'number' || typeof given['code'] === 'string' ? String(given['code']) : '',
    sqlState: typeof given['sqlState'] === 'string' ? given['sqlState'] : '',
    status: typeof status === 'number' ? status : undefined,
  };
}

function messageIn(given: Record<string, unknown>, error: unknown): string {
  const message = given['message'];
  if (typeof message === 'string' && message !== '') return message;
  return typeof error === 'string' ? error : 'the driver gave no reason';
}

/** The network, or something on the way: Snowflake itself has not refused anything. */
const networkCodes: ReadonlySet<string> = new Set(
  '401001 401002 401003 402001 402002 ECONNRESET ECONNREFUSED ECONNABORTED ETIMEDOUT EPIPE ENOTFOUND EAI_AGAIN ERR_NETWORK'.split(
    ' ',
  ),
);

export function isNetworkError(error: unknown): boolean {
  return networkCodes.has(readSdkError(error).code);
}

/** The session is over: its tokens are not valid any more, or the driver has given it up. */
const goneCodes: ReadonlySet<string> = new Set(
  '390104 390110 390111 390112 390114 390115 401004 405503 407001 407002'.split(' '),
);

export function isSessionGone(error: unknown): boolean {
  return goneCodes.has(readSdkError(error).code);
}

/** The virtual warehouse is asleep, and does not wake by itself. */
export function isSuspension(error: unknown): boolean {
  const { code, message } = readSdkError(error);
  return (
    ['000606', '000607', '000608', '000609'].includes(code.padStart(6, '0')) && !noWarehouse.test(message)
  );
}

/** Said with the same code of a warehouse that the role may not use: no session is given it then, and none is woken. */
export const noWarehouse = /no active warehouse/i;
