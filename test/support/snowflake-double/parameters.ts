/** A parameter as answers carry it. */
export interface WireParameter {
  readonly name: string;
  readonly value: string | number | boolean;
}

/**
 * What an account says of a session in which nothing was set: Snowflake's own defaults, a zone far from UTC among them.
 * The driver formats dates by these, and takes no other source.
 */
const defaults: Readonly<Record<string, string | number | boolean>> = {
  AUTOCOMMIT: true,
  BINARY_OUTPUT_FORMAT: 'HEX',
  CLIENT_SESSION_KEEP_ALIVE: false,
  CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY: 3600,
  CLIENT_STAGE_ARRAY_BINDING_THRESHOLD: 65_280,
  DATE_OUTPUT_FORMAT: 'YYYY-MM-DD',
  JS_TREAT_INTEGER_AS_BIGINT: false,
  MULTI_STATEMENT_COUNT: 1,
  QUERY_CONTEXT_CACHE_SIZE: 5,
  QUERY_TAG: '',
  STATEMENT_TIMEOUT_IN_SECONDS: 172_800,
  TIMESTAMP_LTZ_OUTPUT_FORMAT: '',
  TIMESTAMP_NTZ_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF3',
  TIMESTAMP_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM',
  TIMESTAMP_TYPE_MAPPING: 'TIMESTAMP_NTZ',
  TIMESTAMP_TZ_OUTPUT_FORMAT: '',
  TIMEZONE: 'America/Los_Angeles',
  TIME_OUTPUT_FORMAT: 'HH24:MI:SS',
};

/** What a session's answers carry: the defaults under what the session set, typed as the default is. */
export function wireParameters(set: ReadonlyMap<string, string>): WireParameter[] {
  const names = new Set([...Object.keys(defaults), ...set.keys()]);
  return [...names].map((name) => ({ name, value: valueOf(name, set.get(name)) }));
}

/** A parameter of a statement: the request's own, else the session's, else the default, as text. */
export function parameterInForce(
  name: string,
  ofRequest: Readonly<Record<string, string>>,
  ofSession: ReadonlyMap<string, string>,
): string {
  return ofRequest[name] ?? ofSession.get(name) ?? String(defaults[name] ?? '');
}

function valueOf(name: string, text: string | undefined): string | number | boolean {
  const initial = defaults[name];
  if (text === undefined) return initial ?? '';
  if (typeof initial === 'boolean') return text.toLowerCase() === 'true';
  return typeof initial === 'number' ? Number(text) : text;
}
