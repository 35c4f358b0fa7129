import { arg, literalOf } from '../call.ts';
import type { Call, FunctionTable, KnownFunction } from '../call.ts';
import { textOf } from '../casts.ts';
import { unknownHere } from '../read.ts';
import { quoteText, value, whole } from '../value.ts';
import type { KnownType, Value } from '../value.ts';

/** A function of texts alone that DuckDB has, too. */
function ofTexts(name: string, takes: KnownFunction['takes'], type: KnownType): KnownFunction {
  return { takes, write: (args) => value(`${name}(${args.map(textOf).join(', ')})`, type) };
}

/** A text and a whole number. */
function textAndNumber(name: string): KnownFunction {
  return {
    takes: [2, 2],
    write: (args) => value(`${name}(${textOf(arg(args, 0))}, ${arg(args, 1).text})`, 'text'),
  };
}

function padded(name: string): KnownFunction {
  return {
    takes: [3, 3],
    write: (args) =>
      value(
        `${name}(${textOf(arg(args, 0))}, cast(${arg(args, 1).text} as integer), ${textOf(arg(args, 2))})`,
        'text',
      ),
  };
}

/** Escaped characters and bracket expressions: in them a question mark is one. */
const opaque = /\\[^]|\[\^?\]?(?:\[:\w+:\]|[^\]])*\]/g;

/** Snowflake's patterns are POSIX extended with \d and its like; of what RE2 reads otherwise nothing may be in them. */
function pattern(args: readonly Value[], place: number, call: Call): string {
  const text = literalOf(args, place, call);
  if (/\(\?|[*+?}]\?/.test(text.replaceAll(opaque, '.'))) return unknownHere(`pattern ${text}`);
  return quoteText(text);
}

function group(args: readonly Value[], call: Call): string {
  if (args.length === 2) return '0';
  const [, , position, occurrence, parameters, which] = args;
  const isPlain = position?.text === '1' && occurrence?.text === '1' && parameters?.literal === 'e';
  return isPlain && args.length === 6 ? (which?.text ?? '') : unknownHere(`${call.name} of these arguments`);
}

function likePattern(args: readonly Value[], call: Call): Value {
  return value(`regexp_full_match(${textOf(arg(args, 0))}, ${pattern(args, 1, call)})`, 'boolean');
}

const substring: KnownFunction = {
  takes: [2, 3],
  write: (args) => {
    const [of, from, length] = [textOf(arg(args, 0)), arg(args, 1).text, args[2]?.text];
    return value(
      length === undefined ? `sf_substr(${of}, ${from})` : `sf_substr_of(${of}, ${from}, ${length})`,
      'text',
    );
  },
};

const concat: KnownFunction = {
  takes: [1, 100],
  write: (args) => value(`(${args.map(textOf).join(' || ')})`, 'text'),
};

export const textFunctions: FunctionTable = {
  UPPER: ofTexts('upper', [1, 1], 'text'),
  LOWER: ofTexts('lower', [1, 1], 'text'),
  TRIM: ofTexts('trim', [1, 2], 'text'),
  LTRIM: ofTexts('ltrim', [1, 2], 'text'),
  RTRIM: ofTexts('rtrim', [1, 2], 'text'),
  REVERSE: ofTexts('reverse', [1, 1], 'text'),
  LENGTH: ofTexts('length', [1, 1], 'number'),
  LEN: ofTexts('length', [1, 1], 'number'),
  OCTET_LENGTH: ofTexts('strlen', [1, 1], 'number'),
  CONTAINS: ofTexts('contains', [2, 2], 'boolean'),
  STARTSWITH: ofTexts('starts_with', [2, 2], 'boolean'),
  ENDSWITH: ofTexts('ends_with', [2, 2], 'boolean'),
  REPLACE: ofTexts('replace', [3, 3], 'text'),
  INITCAP: ofTexts('sf_initcap', [1, 1], 'text'),
  MD5: ofTexts('md5', [1, 1], 'text'),
  MD5_HEX: ofTexts('md5', [1, 1], 'text'),
  MD5_NUMBER_LOWER64: ofTexts('sf_md5_lower', [1, 1], 'number'),
  SHA2: {
    takes: [1, 2],
    write: (args) =>
      args.length === 1 || arg(args, 1).text === '256'
        ? value(`sha256(${textOf(arg(args, 0))})`, 'text')
        : unknownHere('sha2 of another length'),
  },
  LEFT: textAndNumber('sf_left'),
  RIGHT: textAndNumber('sf_right'),
  SUBSTR: substring,
  SUBSTRING: substring,
  LPAD: padded('lpad'),
  RPAD: padded('rpad'),
  CONCAT: concat,
  CONCAT_WS: {
    takes: [2, 100],
    write: ([separator, ...parts]) => {
      const between = separator === undefined ? "''" : textOf(separator);
      const joined = parts.map(textOf).join(` || ${between} || `);
      return value(
        parts.length > 1 ? `(${joined})` : `case when ${between} is not null then ${joined} end`,
        'text',
      );
    },
  },
  SPLIT_PART: {
    takes: [3, 3],
    write: (args) =>
      value(
        `sf_split_part(${textOf(arg(args, 0))}, ${textOf(arg(args, 1))}, ${whole(arg(args, 2))})`,
        'text',
      ),
  },
  POSITION: {
    takes: [2, 2],
    write: (args) => value(`strpos(${textOf(arg(args, 1))}, ${textOf(arg(args, 0))})`, 'number'),
  },
  CHARINDEX: {
    takes: [2, 2],
    write: (args) => value(`strpos(${textOf(arg(args, 1))}, ${textOf(arg(args, 0))})`, 'number'),
  },
  REGEXP_LIKE: { takes: [2, 2], write: likePattern },
  RLIKE: { takes: [2, 2], write: likePattern },
  REGEXP_SUBSTR: {
    takes: [2, 6],
    write: (args, call) =>
      value(
        `sf_regexp_substr(${textOf(arg(args, 0))}, ${pattern(args, 1, call)}, ${group(args, call)})`,
        'text',
      ),
  },
  REGEXP_REPLACE: {
    takes: [2, 3],
    write: (args, call) => {
      const replacement = args.length === 2 ? "''" : quoteText(literalOf(args, 2, call));
      return value(
        `regexp_replace(${textOf(arg(args, 0))}, ${pattern(args, 1, call)}, ${replacement}, 'g')`,
        'text',
      );
    },
  },
  REGEXP_COUNT: {
    takes: [2, 2],
    write: (args, call) =>
      value(`len(regexp_extract_all(${textOf(arg(args, 0))}, ${pattern(args, 1, call)}))`, 'number'),
  },
};
