/** Snowflake's words for something that fakesnow has in other words only; the statement is tried in its own once. */
export interface Rewording {
  readonly of: RegExp;
  readonly words: (sql: string) => readonly string[];
  /** What it says of Snowflake's words. */
  readonly says: RegExp;
  readonly why: string;
}

export const rewordings: readonly Rewording[] = [
  {
    of: /^insert overwrite into /,
    words: (sql) => [
      `delete from ${/^insert overwrite into (\S+)/.exec(sql)?.[1]}`,
      sql.replace('insert overwrite into', 'insert into'),
    ],
    says: /at or near "OVERWRITE"/,
    why: 'INSERT OVERWRITE is not translated',
  },
  {
    of: /\bmd5_number_lower64\(/,
    words: (sql) => [sql.replaceAll('md5_number_lower64(', 'lower_half_of_md5(')],
    says: /m_d5_number_lower64/,
    why: 'MD5_NUMBER_LOWER64 is not translated; the shim has a function of another name for it',
  },
  {
    of: /\bmatch_condition \(/,
    words: (sql) => [
      sql
        .replaceAll('asof join ', 'asof left join ')
        .replaceAll(/ match_condition \(((?:[^()]|\([^()]*\))*)\) on /g, ' on $1 and '),
    ],
    says: /MATCH_CONDITION/,
    why: 'MATCH_CONDITION is not translated',
  },
  {
    of: /\bhash\(\*\)/,
    words: (sql) => [
      sql.replaceAll(
        /hash\(\*\) order by 1\) as _copy from \((select \* from [\w.]+)\)/g,
        'hash(copied) order by 1) as _copy from ($1) as copied',
      ),
    ],
    says: /'hash\(\)'/,
    why: 'HASH(*) is not translated: DuckDB hashes a row by the name of its table',
  },
  {
    of: /\bleast\(cast\(\? as timestamp\)/,
    words: (sql) => [
      sql.replace(
        /\bleast\((cast\(\? as timestamp\)), (coalesce\(l\.oldest, cast\(\? as timestamp\)\))\)/,
        '(select min(moment) from (select $1 as moment union all select $2) as moments)',
      ),
    ],
    says: /Values were not provided/,
    why: 'LEAST is written with its arguments twice, their question marks among them',
  },
];
