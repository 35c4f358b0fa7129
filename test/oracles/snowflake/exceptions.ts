/**
 * What fakesnow does not do as Snowflake documents it, by the macro's call (`name(arguments)`), where that is not enough
 * by the statement, and what it says instead.
 * Each line must fit something that is wrong, in that way, and nothing that is right.
 */
export interface Exception {
  readonly of: RegExp;
  readonly sql?: RegExp;
  readonly says: RegExp;
  readonly why: string;
}

const noFunction = (name: string): RegExp => new RegExp(`name ${name} does not exist`);

const json: readonly Exception[] = [
  {
    of: /^json_text\(«(?:".*"|null)»\)$/,
    says: /and not/,
    why: 'CAST of a VARIANT to VARCHAR gives a string without its quotes, and NULL for a JSON null; sqlglot casts the JSON',
  },
  {
    of: /^json_(?:text|number)\(.*: -?(?:90071992547409\.93|0\.1234567890123456789)/,
    says: /and not/,
    why: 'a JSON number keeps 38 digits in a VARIANT; in DuckDB it is a double',
  },
  { of: /^json_number\(.*12345678901234567890/, says: /to INT64/, why: 'the same, beyond 64 bits' },
  {
    of: /^json_text\(.*"\*"/,
    says: /and not/,
    why: 'GET_PATH takes "*" for a key; in DuckDB it stands for all of them',
  },
  {
    of: /^json_kind\((?![^]*missing\)$)/,
    says: /^null and not/,
    why: "TYPEOF gives a VARIANT's type (OBJECT, VARCHAR, ...); it is left to DuckDB's function of that name",
  },
  {
    of: /^flatten\(.*tags, e\)$/,
    says: /and not/,
    why: 'FLATTEN gives a JSON null as a VARIANT that is not NULL, and TO_JSON writes it: here it is NULL',
  },
  { of: /^flatten\(.*(?:empty|missing), e, true\)$/, says: /^"0"/, why: 'OUTER => TRUE is not looked at' },
  { of: /^flatten\(.*address, e\)$/, says: /^"2"/, why: "MODE => 'ARRAY' is not looked at" },
];

const dates: readonly Exception[] = [
  { of: /^date_add\(quarter/, says: /00:00:00/, why: 'DATEADD of days or longer gives a DATE for a DATE' },
  {
    of: /^date_add\(\w+, -?\d\.\d/,
    says: /at or near|and not/,
    why: 'DATEADD rounds its amount to a whole number; sqlglot makes an INTERVAL of it',
  },
  {
    of: /^(?:type of |dbt\.)?date_trunc\(\w+, cast\('\S+ as date\)\)$/,
    says: /00:00:00|timestamp_ntz/,
    why: 'DATE_TRUNC gives a DATE for a DATE; DuckDB gives a TIMESTAMP',
  },
  {
    of: /^add_months\(cast\('2024-02-29 10/,
    says: /2024-03-29/,
    why: "ADD_MONTHS goes from a month's last day to a month's last day",
  },
  { of: /^timestamp_to_epoch\(.*\.999/, says: /1700000001/, why: 'EPOCH_SECOND is cut off and not rounded' },
  {
    of: /try_to_timestamp\(/,
    says: noFunction('try_to_timestamp_tz'),
    why: 'TRY_TO_TIMESTAMP_TZ is not translated',
  },
  {
    of: /^(?:concat|sha256|md5|hash_text|dbt\.hash|dbt\.cast)\(.*cast\('20\d\d-\d\d-\d\d \S+ as timestamp\)(?:\)|, string\))$/,
    says: /and not/,
    why: 'a timestamp becomes text by the session parameter TIMESTAMP_NTZ_OUTPUT_FORMAT; fakesnow has no session parameters',
  },
];

const numbers: readonly Exception[] = [
  {
    of: /^(?:divide|safe_divide|dbt\.cast)\((?:5, 2, 0|10, 4, 0|-?2\.5e0, int)\)$/,
    says: /and not/,
    why: 'numbers are rounded half away from zero; DuckDB rounds doubles half to even',
  },
  {
    of: /^(?:divide\(9|median\(x, 2)/,
    sql: /9007199254740993/,
    says: /9007199254740/,
    why: 'NUMBERs are divided and averaged exactly; here by way of a double',
  },
  {
    of: /^(?:field\(f, (?:bigint|integer|money)|try_to_number\('1_000'\)|dbt\.safe_cast\('1_000', int)/,
    sql: /1_0|0x1A/,
    says: /1000|26|10\.50/,
    why: 'digits with underscores and hexadecimal ones are no number in Snowflake',
  },
  {
    of: /^field\(f, (?:timestamp|date)\)$/,
    sql: /infinity|10000-|"0044-03-15 BC"/,
    says: /^no error/,
    why: 'Snowflake has neither infinity nor years after 9999 nor before Christ; DuckDB has',
  },
  {
    of: /^(?:type of )?hash_key\(/,
    says: noFunction('m_d5_number_lower64'),
    why: 'MD5_NUMBER_LOWER64 is not translated',
  },
];

const aggregates: readonly Exception[] = [
  {
    of: /^(?:dbt\.listagg|list_agg)\(x(?:, ',')?\)$/,
    says: /^null/,
    why: 'LISTAGG of nothing is an empty string',
  },
  {
    of: /^array_agg\(/,
    says: /null/,
    why: 'ARRAY_AGG leaves NULLs out, and gives [] where there is nothing else',
  },
  {
    of: /^(?:max|min)_by\(x, y\)$/,
    sql: /\(null, [12]\)/,
    says: /"(?:old|new)" and not null/,
    why: 'MAX_BY and MIN_BY return NULL where the row has it',
  },
  { of: /^count_if\(x > 0\)$/, sql: /where x > 1/, says: /^null/, why: 'COUNT_IF of nothing is 0' },
  { of: /^asof_join\(/, says: /MATCH_CONDITION/, why: 'MATCH_CONDITION is not translated' },
  {
    of: /^dbt\.array_(?:append|concat)\(/,
    says: /list_concat/,
    why: 'a VARIANT that is an array goes where an ARRAY is wanted; DuckDB concatenates no JSON',
  },
  {
    of: /^dbt\.listagg\(.*, 2\)$/,
    says: /list_transform/,
    why: 'an ARRAY of any values; ARRAY_TO_STRING wants a list of texts here',
  },
];

export const truthExceptions: readonly Exception[] = [...json, ...dates, ...numbers, ...aggregates];

/** The same of the statements that the engine and the loader send, by what they do and how they begin. */
export const playExceptions: readonly Exception[] = [];

/** What sqlglot takes as it is, without a grammar for it, by the statement. */
export const parseExceptions: readonly Exception[] = [
  {
    of: /^create (?:role|user|resource monitor|masking policy|network policy) /,
    says: /^not understood$/,
    why: 'sqlglot has no grammar for what an account holds beside data',
  },
  {
    of: /^alter (?:role|user|warehouse|resource monitor|database|schema|file format|stage|storage integration|tag|(?:masking|network) policy) /,
    says: /^not understood$/,
    why: 'of ALTER .. SET it has that of tables alone',
  },
  {
    of: /^grant (?:role |ownership |\w+ on future )/,
    says: /^not understood$/,
    why: 'of GRANT it has that of privileges on things that are there',
  },
];
