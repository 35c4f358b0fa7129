import { refused } from './refused.ts';

/**
 * Session parameters and what they are where nobody sets them. A session that forgets one gets Snowflake's default: a
 * time zone that is not UTC, quoted names whose case counts, timestamps as texts of three digits.
 */
const defaults: Readonly<Record<string, string>> = {
  ABORT_DETACHED_QUERY: 'false',
  AUTOCOMMIT: 'true',
  BINARY_INPUT_FORMAT: 'HEX',
  BINARY_OUTPUT_FORMAT: 'HEX',
  CLIENT_MEMORY_LIMIT: '1536',
  CLIENT_METADATA_REQUEST_USE_CONNECTION_CTX: 'false',
  CLIENT_PREFETCH_THREADS: '4',
  CLIENT_RESULT_CHUNK_SIZE: '160',
  CLIENT_SESSION_KEEP_ALIVE: 'false',
  CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY: '3600',
  CLIENT_STAGE_ARRAY_BINDING_THRESHOLD: '65280',
  DATE_INPUT_FORMAT: 'AUTO',
  DATE_OUTPUT_FORMAT: 'YYYY-MM-DD',
  DEFAULT_NULL_ORDERING: 'LAST',
  ENABLE_UNLOAD_PHYSICAL_TYPE_OPTIMIZATION: 'true',
  ERROR_ON_NONDETERMINISTIC_MERGE: 'true',
  ERROR_ON_NONDETERMINISTIC_UPDATE: 'false',
  GEOGRAPHY_OUTPUT_FORMAT: 'GeoJSON',
  JDBC_TREAT_DECIMAL_AS_INT: 'true',
  JS_TREAT_INTEGER_AS_BIGINT: 'false',
  JSON_INDENT: '2',
  LOCK_TIMEOUT: '43200',
  MULTI_STATEMENT_COUNT: '1',
  NODEJS_QUERY_RESULT_FORMAT: 'JSON',
  QUERY_RESULT_FORMAT: 'JSON',
  QUERY_TAG: '',
  QUOTED_IDENTIFIERS_IGNORE_CASE: 'false',
  ROWS_PER_RESULTSET: '0',
  STATEMENT_QUEUED_TIMEOUT_IN_SECONDS: '0',
  STATEMENT_TIMEOUT_IN_SECONDS: '172800',
  STRICT_JSON_OUTPUT: 'false',
  TIMESTAMP_DAY_IS_ALWAYS_24H: 'false',
  TIMESTAMP_INPUT_FORMAT: 'AUTO',
  TIMESTAMP_LTZ_OUTPUT_FORMAT: '',
  TIMESTAMP_NTZ_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF3',
  TIMESTAMP_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM',
  TIMESTAMP_TYPE_MAPPING: 'TIMESTAMP_NTZ',
  TIMESTAMP_TZ_OUTPUT_FORMAT: '',
  TIMEZONE: 'America/Los_Angeles',
  TIME_INPUT_FORMAT: 'AUTO',
  TIME_OUTPUT_FORMAT: 'HH24:MI:SS',
  TRANSACTION_ABORT_ON_ERROR: 'false',
  TRANSACTION_DEFAULT_ISOLATION_LEVEL: 'READ COMMITTED',
  TWO_DIGIT_CENTURY_START: '1970',
  USE_CACHED_RESULT: 'true',
  WEEK_OF_YEAR_POLICY: '0',
  WEEK_START: '0',
};

/** What drivers tell at a login beside the account's own parameters. */
const ofDrivers = /^(?:CLIENT_|JS_|JDBC_|ODBC_|PYTHON_|GO_|SERVICE_NAME$|PREVENT_|ENABLE_|SF_)/;

const choices: Readonly<Record<string, RegExp>> = {
  TIMESTAMP_TYPE_MAPPING: /^TIMESTAMP_(?:NTZ|LTZ|TZ)$/i,
  BINARY_OUTPUT_FORMAT: /^(?:HEX|BASE64)$/i,
  DEFAULT_NULL_ORDERING: /^(?:FIRST|LAST)$/i,
  WEEK_START: /^[0-7]$/,
  WEEK_OF_YEAR_POLICY: /^[01]$/,
};

/** One session's parameters: what was set over Snowflake's defaults. */
export class SessionParameters {
  readonly set = new Map<string, string>();

  get(name: string): string {
    const value = this.set.get(name) ?? defaults[name];
    if (value === undefined) throw refused('invalidParameter', `'${name}'`);
    return value;
  }

  is(name: string): boolean {
    return this.get(name).toLowerCase() === 'true';
  }

  /** Given at login or by ALTER SESSION; what a parameter cannot be is refused. */
  change(name: string, value: string, isAtLogin = false): void {
    const initial = defaults[name];
    if (initial === undefined) {
      if (!isAtLogin || !ofDrivers.test(name)) throw refused('invalidParameter', `'${name}'`);
    } else if (!isPossible(name, initial, value)) {
      throw refused('invalidParameterValue', `[${value}] for parameter '${name}'`);
    }
    this.set.set(name, value);
  }

  reset(name: string): void {
    this.get(name);
    this.set.delete(name);
  }

  all(): {
    readonly name: string;
    readonly value: string;
    readonly initial: string;
    readonly isSet: boolean;
  }[] {
    return Object.entries(defaults).map(([name, initial]) => ({
      name,
      value: this.set.get(name) ?? initial,
      initial,
      isSet: this.set.has(name),
    }));
  }
}

function isPossible(name: string, initial: string, value: string): boolean {
  const choice = choices[name];
  if (choice !== undefined) return choice.test(value);
  if (name === 'TIMEZONE') return Intl.supportedValuesOf('timeZone').concat('UTC').includes(value);
  if (/^(?:true|false)$/.test(initial)) return /^(?:true|false)$/i.test(value);
  return /^\d+$/.test(initial) ? /^\d+$/.test(value) : true;
}
