/** Forms of texts that Snowflake reads; DuckDB reads more. */
const number = String.raw`\s*([+-]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][+-]?[0-9]+)?)\s*`;
const clock = '(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,9})?)?';
const zone = ' ?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)';
const moment = `([0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T]${clock}(?:${zone})?)?)`;

/** The text where it has a form, '' otherwise, which no cast takes. */
function ofForm(text: string, form: string): string {
  return `regexp_extract(${text}, '^${form}$', 1)`;
}

/** What DuckDB would read as a number and Snowflake does not, spoilt so that the cast fails: 1_000, 0x1A. */
const spoiltNumber = String.raw`regexp_replace(x, '^(\s*[-+]?0[xX]|[^a-zA-Z]*[0-9]_)', '?\1')`;
/** The same of points in time: infinity, years before Christ and after 9999, names of zones, 24 o'clock. */
const spoiltMoment = String.raw`regexp_replace(x, '^([^\n]*(?:[A-SU-Ya-z(]|[ T]24:)|[0-9]{5})', '?\1')`;

const booleanWords = `regexp_replace(regexp_replace(lower(trim(x)), '^(t|yes|y|on|1)$', 'true'), '^(f|no|n|off|0)$', 'false')`;

/** A text of JSON, cut into strings, numbers and what stands between them. */
const jsonTokens = String.raw`"([^"\\]|\\.)*"|-?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?|[^"0-9-]+|-`;
/** Marks numbers of so many digits that DuckDB, which reads them as doubles, would lose some: they go as texts meanwhile. */
const mark = '\uE000';
const hasLongNumber = "regexp_matches(cast(x as varchar), '[0-9.]{16}')";

/**
 * Macros by name and parameters. Each looks at the type its argument has, which a column's text does not tell; DuckDB drops
 * the branches of other types before it runs anything.
 */
const macros: Readonly<Record<string, string>> = {
  // Texts.
  'sf_float_text(x)': `regexp_replace(cast(x as varchar), '[.]0$', '')`,
  'sf_json_text(x)': `case json_type(x) when 'VARCHAR' then json_extract_string(x, '$') when 'NULL' then null else cast(x as varchar) end`,
  'sf_zoned_text(x)': `strftime(x, '%Y-%m-%d %H:%M:%S.%f ') || rpad(replace(strftime(x, '%z'), ':', ''), 5, '0')`,
  'sf_text(x)': `case typeof(x)
    when 'VARCHAR' then cast(x as varchar)
    when 'JSON' then sf_json_text(cast(cast(x as varchar) as json))
    when 'TIMESTAMP' then strftime(try_cast(cast(x as varchar) as timestamp), '%Y-%m-%d %H:%M:%S.%f')
    when 'TIMESTAMP WITH TIME ZONE' then sf_zoned_text(try_cast(cast(x as varchar) as timestamptz))
    when 'DOUBLE' then sf_float_text(x)
    else cast(x as varchar) end`,
  'sf_fitting(x, n)': `case when length(x) > n then error('String ''' || x || ''' is too long and would be truncated') else x end`,
  'sf_left(x, n)': `left(x, case when n < 0 then 0 else cast(n as bigint) end)`,
  'sf_right(x, n)': `right(x, case when n < 0 then 0 else cast(n as bigint) end)`,
  'sf_substr(x, i)': `substr(x, case when i = 0 then 1 else cast(i as bigint) end)`,
  'sf_substr_of(x, i, n)': `case when n <= 0 then '' else substr(x, case when i = 0 then 1 else cast(i as bigint) end, cast(n as bigint)) end`,
  'sf_split_part(x, d, n)': `case when d = '' then case when n in (0, 1, -1) then x when n is not null and x is not null then '' end
    else split_part(x, d, case when n = 0 then 1 else cast(n as bigint) end) end`,
  'sf_initcap(x)': `array_to_string(list_transform(regexp_extract_all(lower(x), '${String.raw`[^\s!?@"^#$&~_,.:;+\-*%/|\\\[\](){}<>]+|[\s!?@"^#$&~_,.:;+\-*%/|\\\[\](){}<>]+`}'), lambda w: upper(w[1]) || w[2:]), '')`,
  'sf_regexp_substr(x, p, g)': `regexp_extract_all(x, p, g)[1]`,
  'sf_md5_lower(x)': `cast(cast('0x' || substr(md5(x), 17) as ubigint) as decimal(38,0))`,
  // Casts of texts. Each mentions its argument once: it may be long, and hold others of these.
  'sf_text_number(x)': spoiltNumber,
  'sf_text_number_or_null(x)': ofForm('x', number),
  'sf_text_boolean(x)': `cast(${booleanWords} as boolean)`,
  'sf_text_boolean_or_null(x)': `try_cast(${booleanWords} as boolean)`,
  'sf_text_moment(x)': `regexp_replace(${spoiltMoment}, ' ([+-][0-9:]+)$', '\\1')`,
  'sf_text_moment_or_null(x)': `regexp_replace(${ofForm('x', moment)}, ' ([+-][0-9:]+)$', '\\1')`,
  'sf_without_zone(x)': `regexp_replace(x, '(:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]+)?)?)${zone}$', '\\1')`,
  // By way of a timestamp: a DATE is read as far as it goes, whatever follows.
  'sf_text_date(x)': `cast(cast(sf_without_zone(sf_text_moment(x)) as timestamp) as date)`,
  'sf_text_day_or_null(x)': ofForm('x', '([0-9]{4}-[0-9]{2}-[0-9]{2})'),
  'sf_text_clock(x)': spoiltNumber,
  'sf_text_clock_or_null(x)': ofForm('x', `(${clock})`),
  // Casts of what may be anything.
  'sf_number(x)': `case typeof(x) when 'BOOLEAN' then case cast(x as varchar) when 'true' then '1' when 'false' then '0' end else sf_text_number(sf_text(x)) end`,
  'sf_boolean(x)': `case when typeof(x) in ('VARCHAR', 'JSON', 'BOOLEAN', '"NULL"') then sf_text_boolean(sf_text(x)) else try_cast(cast(x as varchar) as double) <> 0 end`,
  'sf_date(x)': `sf_text_date(sf_text(x))`,
  'sf_time(x)': `case typeof(x) when 'VARCHAR' then cast(sf_text_clock(sf_text(x)) as time) when 'TIME' then cast(cast(x as varchar) as time)
    else cast(cast(sf_without_zone(sf_text_moment(sf_text(x))) as timestamp) as time) end`,
  'sf_ntz(x)': `cast(sf_without_zone(sf_text_moment(sf_text(x))) as timestamp)`,
  'sf_tz(x)': `cast(sf_text_moment(sf_text(x)) as timestamptz)`,
  // Numbers. The quotient has six digits more than the dividend, rounded once, half away from zero.
  'sf_divisor(x)': `case when x = 0 then error('Division by zero') else x end`,
  'sf_scale(t)': `case when t like 'DECIMAL%' then cast(regexp_extract(t, ',([0-9]+)', 1) as integer) else 0 end`,
  'sf_units(x)': `cast(cast(x as decimal(38,6)) * 1000000 as hugeint)`,
  'sf_half_up(a, b)': `(abs(a) * 2 + abs(b)) // (abs(b) * 2) * sign(a) * sign(b)`,
  'sf_digits(q, k)': `lpad(cast(abs(q) as varchar), cast(greatest(k + 1, length(cast(abs(q) as varchar))) as integer), '0')`,
  'sf_pointed(q, k)': `case when q < 0 then '-' else '' end || left(sf_digits(q, k), -k) || '.' || right(sf_digits(q, k), k)`,
  'sf_quotient(a, b, k)': `sf_pointed(sf_half_up(sf_units(a) * cast(10 ** k as hugeint), sf_units(b)), k)`,
  'sf_divided(a, b)': `case when b = 0 then error('Division by zero')
    when typeof(a) in ('DOUBLE', 'FLOAT') or typeof(b) in ('DOUBLE', 'FLOAT') then cast(cast(a as double) / cast(b as double) as varchar)
    when sf_scale(typeof(a)) > 6 or sf_scale(typeof(b)) > 6 then error('a quotient of more than 6 digits is not known to this double')
    else sf_quotient(a, b, cast(sf_scale(typeof(a)) + 6 as integer)) end`,
  // The fields by function: in HAVING a dot would be a column's.
  'sf_divide(a, b)': `list_transform([{'a': a, 'b': b}], lambda v: cast_to_type(sf_divided(struct_extract(v, 'a'), struct_extract(v, 'b')), struct_extract(v, 'a') * cast(0 as decimal(7,6)) + 0 * struct_extract(v, 'b')))[1]`,
  'sf_interpolated(s, place)': `s[cast(floor(place) as bigint) + 1] + cast(place - floor(place) as decimal(7,6))
    * (s[cast(ceil(place) as bigint) + 1] - s[cast(floor(place) as bigint) + 1])`,
  // Three digits more than the values have.
  'sf_percentile(s, p)': `list_transform([s], lambda v: cast_to_type(sf_interpolated(v, p * (len(v) - 1)), v[1] * cast(0 as decimal(4,3))))[1]`,
  // Variants.
  'sf_marked(x)': `cast(array_to_string(list_transform(regexp_extract_all(cast(x as varchar), '${jsonTokens}'),
    lambda t: case when length(t) > 15 and regexp_full_match(t, '[-0-9.eE+]+') then '"${mark}' || t || '${mark}"' else t end), '') as json)`,
  'sf_unmarked(x)': `cast(regexp_replace(cast(x as varchar), '"${mark}([^"]*)${mark}"', '\\1', 'g') as json)`,
  'sf_get(x, p)': `case when ${hasLongNumber} then sf_unmarked(json_extract(sf_marked(x), p)) else json_extract(cast(x as json), p) end`,
  'sf_get_text(x, p)': `case when ${hasLongNumber} then sf_json_text(sf_get(x, p)) else json_extract_string(cast(x as json), p) end`,
  'sf_parse_json(x)': `case when trim(x) = '' then null when regexp_matches(x, '[0-9][.0-9]{15}') then cast(x as json) else json(x) end`,
  'sf_json(x)': `case when typeof(x) = 'JSON' then cast(cast(x as varchar) as json) when typeof(x) = 'TIMESTAMP' then to_json(sf_text(x)) else to_json(x) end`,
  'sf_strip_null(x)': `case when json_type(x) <> 'NULL' then x end`,
  'sf_typeof(x)': `case json_type(x) when 'NULL' then 'NULL_VALUE' when 'DOUBLE' then case when regexp_matches(cast(x as varchar), '[eE]') then 'DOUBLE' else 'DECIMAL' end
    when 'UBIGINT' then 'INTEGER' when 'BIGINT' then 'INTEGER' when 'HUGEINT' then 'INTEGER' else json_type(x) end`,
  'sf_array_size(x)': `case when json_type(x) = 'ARRAY' then cast(json_array_length(x) as bigint) end`,
  'sf_items(x)': `cast(x as json[])`,
  'sf_elements(x)': `case when json_type(x) <> 'ARRAY' then null
    when ${hasLongNumber} then list_transform(json_extract(sf_marked(x), '$[*]'), lambda e: sf_unmarked(e)) else json_extract(x, '$[*]') end`,
  'sf_keys(x)': `case when json_type(x) = 'OBJECT' then json_keys(x) end`,
  'sf_members(x)': `case when json_type(x) = 'OBJECT' then list_transform(json_keys(x), lambda k: sf_get(x, '/' || replace(replace(k, '~', '~0'), '/', '~1'))) end`,
  // Points in time, of the type they were.
  'sf_moved(x, i)': `cast_to_type(x + i, x)`,
  'sf_truncated(u, x)': `cast_to_type(date_trunc(u, x), x)`,
  'sf_weeks(a, b)': `datediff('day', date_trunc('week', a), date_trunc('week', b)) // 7`,
  'sf_month_end(x)': `cast(x as date) = last_day(cast(x as date))`,
  'sf_to_month_end(x)': `x + to_days(cast(last_day(cast(x as date)) - cast(x as date) as integer))`,
  'sf_add_months(x, n)': `cast_to_type(case when sf_month_end(x) then sf_to_month_end(x + to_months(n)) else x + to_months(n) end, x)`,
};

/** Creates the macros that translated statements call; once in a fresh database. */
export const setupStatements: readonly string[] = Object.entries(macros).map(
  ([head, body]) => `create or replace macro ${head} as ${body}`,
);
